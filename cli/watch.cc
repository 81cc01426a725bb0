// `seaworthy watch`: the sources the running server reads.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy::cli {
namespace {

using nlohmann::json;

constexpr size_t kUrlWidth = 48;
// The largest that is answered.
constexpr int kPageSize = 500;
constexpr size_t kErrorWidth = 300;
constexpr absl::Duration kLookEvery = absl::Milliseconds(200);

struct WatchFlags {
  std::string url;
  std::string id;
  std::vector<std::string> ids;
  std::string kind;
  std::string title;
  std::string tier;
  std::string signature;
  std::string interval;
  int timeout_seconds = 60;
  bool json = false;
  bool no_wait = false;
};

absl::StatusOr<ServerConnection> Connect(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  return ConnectToServices(config);
}

// What the operator named wrongly ends as a refused input.
absl::Status Refused(const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status) ||
      absl::IsResourceExhausted(status)) {
    return WithExitCode(status, kRejected);
  }
  return status;
}

// `90m`, `6h`, `2d` or seconds.
absl::StatusOr<uint32_t> ReadInterval(const std::string& text) {
  if (text.empty()) return 0;
  absl::Duration interval;
  const std::string last = text.substr(text.size() - 1);
  const bool days = last == "d";
  const bool bare = absl::ascii_isdigit(static_cast<unsigned char>(last[0]));
  const std::string given = days ? text.substr(0, text.size() - 1) + "h" : bare ? text + "s" : text;
  if (absl::ParseDuration(given, &interval)) {
    if (days) interval *= 24;
    if (interval >= absl::Seconds(60) && interval <= absl::Hours(7 * 24)) {
      return static_cast<uint32_t>(absl::ToInt64Seconds(interval));
    }
  }
  return WithExitCode(absl::InvalidArgumentError(absl::StrCat(
                          "--every ", text, " is no time between 60s and 7d; write 30m, 6h or 1d")),
                      kUsage);
}

std::string When(bool known, const google::protobuf::Timestamp& stamp) {
  if (!known) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(stamp.seconds()), absl::LocalTimeZone());
}

void PrintJson(const std::vector<v1::SourceView>& views) {
  json all = json::array();
  for (const v1::SourceView& view : views) all.push_back(SourceJson(view));
  const json body = {{"sources", all}};
  std::printf("%s\n", body.dump(2, ' ', false, json::error_handler_t::replace).c_str());
}

std::string NextText(const v1::SourceView& view) {
  if (view.source().paused()) return "paused";
  if (view.source().kind() == v1::Source::WEBHOOK) return "when it sends";
  if (view.state().next_reason() == "off") return "never: `watch = false` is set";
  const std::string when = When(view.state().has_next_read_time(), view.state().next_read_time());
  return absl::StrCat(when, view.state().next_reason().empty() ? "" : " (", view.state().next_reason(),
                      view.state().next_reason().empty() ? "" : ")");
}

void PrintTable(const std::vector<v1::SourceView>& views) {
  if (views.empty()) {
    std::printf("No sources yet. Add one:\n  seaworthy watch add https://example.com/feed.xml\n");
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"source", "kind", "url", "last read", "outcome", "new", "all", "next"}};
  for (const v1::SourceView& view : views) {
    const v1::SourceState& state = view.state();
    rows.push_back({view.source().source_id(), SourceKindWord(view.source().kind()),
                    PrintableLine(view.source().url(), kUrlWidth),
                    When(state.has_last_read_time(), state.last_read_time()),
                    state.outcome().empty() ? "-" : PrintableLine(state.outcome(), 16),
                    absl::StrCat(state.new_announcements()), absl::StrCat(state.announcements()),
                    NextText(view)});
  }
  std::printf("%s", Table(rows).c_str());
  for (const v1::SourceView& view : views) {
    if (view.state().error().empty()) continue;
    std::printf("\n%s: %s\n", view.source().source_id().c_str(),
                PrintableLine(view.state().error(), kErrorWidth).c_str());
  }
}

void Print(const std::vector<v1::SourceView>& views, bool as_json) {
  as_json ? PrintJson(views) : PrintTable(views);
}

absl::Status Change(const Context& context, v1::SourceChange::Kind kind, const v1::Source& source,
                    const std::string& done, bool as_json) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, Connect(context));
  v1::ChangeSourceRequest request;
  request.mutable_change()->set_kind(kind);
  *request.mutable_change()->mutable_source() = source;
  request.mutable_change()->set_operator_("cli");
  request.mutable_change()->set_request_id(absl::StrCat("cli-", RandomHex(12)));
  const auto view = server.ingest->ChangeSource(request);
  if (!view.ok()) return Refused(view.status());
  if (as_json) {
    PrintJson({*view});
  } else {
    std::printf("%s %s\n", done.c_str(), source.source_id().c_str());
    if (kind == v1::SourceChange::PUT && view->state().next_reason() == "off") {
      std::printf("This server reads no sources: its configuration says `watch = false`.\n");
    }
  }
  return absl::OkStatus();
}

absl::Status Add(const Context& context, const WatchFlags& flags) {
  v1::Source source;
  source.set_url(flags.url);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Source::Kind kind, SourceKindOf(flags.kind));
  source.set_kind(kind);
  if (flags.kind == "webhook") {
    source.set_source_id(flags.id.empty() ? flags.url : flags.id);
    source.clear_url();
    source.set_signature(flags.signature.empty() ? "github" : flags.signature);
  } else {
    source.set_source_id(flags.id.empty() ? SourceIdFrom(flags.url) : flags.id);
  }
  source.set_title(flags.title);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SourceTier tier, TierOf(flags.tier));
  source.set_tier(tier);
  SEAWORTHY_ASSIGN_OR_RETURN(const uint32_t interval, ReadInterval(flags.interval));
  source.set_interval_seconds(interval);
  return Change(context, v1::SourceChange::PUT, source, "watching", flags.json);
}

absl::Status ChangeById(const Context& context, v1::SourceChange::Kind kind, const std::string& done,
                        const WatchFlags& flags) {
  v1::Source source;
  source.set_source_id(flags.id);
  return Change(context, kind, source, done, flags.json);
}

absl::StatusOr<std::vector<v1::SourceView>> Sources(const ServerConnection& server) {
  std::vector<v1::SourceView> all;
  v1::ListSourcesRequest request;
  request.set_page_size(kPageSize);
  do {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::ListSourcesResponse page, server.ingest->ListSources(request));
    all.insert(all.end(), page.sources().begin(), page.sources().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status List(const Context& context, const WatchFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, Connect(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::SourceView> views, Sources(server));
  Print(views, flags.json);
  return absl::OkStatus();
}

// Sources being read, with their last reading before: a later one is the one
// that was asked for.
using Asked = std::map<std::string, int64_t>;

int64_t LastRead(const v1::SourceView& view) {
  const auto& time = view.state().last_read_time();
  return view.state().has_last_read_time() ? time.seconds() * 1'000'000'000 + time.nanos() : 0;
}

absl::StatusOr<Asked> AskAll(const ServerConnection& server, std::vector<std::string> ids) {
  if (ids.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::SourceView> views, Sources(server));
    for (const v1::SourceView& view : views) {
      if (!view.source().paused() && view.source().kind() != v1::Source::WEBHOOK) {
        ids.push_back(view.source().source_id());
      }
    }
  }
  Asked asked;
  for (const std::string& id : ids) {
    v1::ReadSourceRequest request;
    request.set_source_id(id);
    const auto view = server.ingest->ReadSource(request);
    if (!view.ok()) return Refused(view.status());
    asked[id] = LastRead(*view);
  }
  return asked;
}

absl::StatusOr<std::vector<v1::SourceView>> AskedFor(const ServerConnection& server, const Asked& asked) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<v1::SourceView> views, Sources(server));
  std::erase_if(views,
                [&asked](const v1::SourceView& view) { return !asked.contains(view.source().source_id()); });
  return views;
}

// The sources asked for, once all are read or the time is over.
absl::StatusOr<std::vector<v1::SourceView>> WaitForAll(const ServerConnection& server, const Asked& asked,
                                                       absl::Time until) {
  while (true) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<v1::SourceView> views, AskedFor(server, asked));
    std::vector<std::string> open;
    for (const v1::SourceView& view : views) {
      const std::string& id = view.source().source_id();
      if (LastRead(view) == asked.at(id)) open.push_back(id);
    }
    if (open.empty()) return views;
    if (absl::Now() >= until) {
      return absl::DeadlineExceededError(
          absl::StrCat("not read yet: ", absl::StrJoin(open, ", "),
                       "; their hosts may want to be left alone: `seaworthy watch list` says until when"));
    }
    absl::SleepFor(kLookEvery);
  }
}

absl::Status RunNow(const Context& context, const WatchFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, Connect(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const Asked asked, AskAll(server, flags.ids));
  if (flags.no_wait) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::SourceView> views, AskedFor(server, asked));
    if (flags.json) PrintJson(views);
    if (!flags.json) std::printf("%zu asked for\n", asked.size());
    return absl::OkStatus();
  }
  const absl::Time until = absl::Now() + absl::Seconds(flags.timeout_seconds);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::SourceView> views, WaitForAll(server, asked, until));
  Print(views, flags.json);
  const bool failed = std::any_of(views.begin(), views.end(), [](const v1::SourceView& view) {
    return view.state().outcome() == "failed" || view.state().outcome() == "refused";
  });
  if (!failed) return absl::OkStatus();
  return absl::UnavailableError("some sources could not be read; their reasons stand above");
}

void AddAdd(CLI::App& watch, Context& context) {
  CLI::App* command = watch.add_subcommand("add", "Add a source, or change it where its id is there");
  auto flags = std::make_shared<WatchFlags>();
  command
      ->add_option("url", flags->url,
                   "Address of a feed, a page or a GitHub repository; an id for --kind webhook")
      ->required()
      ->type_name("URL");
  command->add_option("--id", flags->id, "Its id, a-z, 0-9 and `-` (default: made of the address)")
      ->type_name("ID");
  command->add_option("--kind", flags->kind, "feed, github_releases, page or webhook (default: found out)")
      ->check(CLI::IsMember({"feed", "github_releases", "page", "webhook"}));
  command->add_option("--title", flags->title, "What the desk calls it")->type_name("TEXT");
  command->add_option("--tier", flags->tier, "Who speaks: vendor, documentation, third_party or rumour")
      ->check(CLI::IsMember({"vendor", "documentation", "third_party", "rumour"}));
  command->add_option("--every", flags->interval, "Least time between two readings, 60s to 7d (default: 1h)")
      ->type_name("TIME");
  command->add_option("--signature", flags->signature, "Of a webhook: github or generic")
      ->check(CLI::IsMember({"github", "generic"}));
  command->add_flag("--json", flags->json, "Print JSON");
  AddDataFlag(*command, context);
  command->footer(
      "Examples:\n"
      "  seaworthy watch add https://example.com/blog/feed.xml --tier vendor\n"
      "  seaworthy watch add https://github.com/acme/lantern --kind github_releases --every 6h\n"
      "  seaworthy watch add https://example.com/pricing --kind page --tier documentation");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Add(context, *flags); }; });
}

void AddById(CLI::App& watch, Context& context, const char* name, const char* about, const char* done,
             v1::SourceChange::Kind kind) {
  CLI::App* command = watch.add_subcommand(name, about);
  auto flags = std::make_shared<WatchFlags>();
  command->add_option("id", flags->id, "The source's id")->required()->type_name("ID");
  command->add_flag("--json", flags->json, "Print JSON");
  AddDataFlag(*command, context);
  const std::string said = done;
  command->callback([&context, flags, kind, said] {
    context.action = [&context, flags, kind, said] { return ChangeById(context, kind, said, *flags); };
  });
}

void AddRun(CLI::App& watch, Context& context) {
  CLI::App* command = watch.add_subcommand("run", "Read sources now, as soon as their hosts allow, and wait");
  auto flags = std::make_shared<WatchFlags>();
  command->add_option("id", flags->ids, "Their ids (default: all that are not paused)")->type_name("ID...");
  command->add_option("--timeout", flags->timeout_seconds, "Seconds to wait (default: 60)")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS");
  command->add_flag("--no-wait", flags->no_wait, "Return at once");
  command->add_flag("--json", flags->json, "Print JSON");
  AddDataFlag(*command, context);
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return RunNow(context, *flags); }; });
}

}  // namespace

void AddWatch(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("watch", "Sources that are read by themselves: feeds, releases, pages");
  command->require_subcommand(1);
  AddAdd(*command, context);
  CLI::App* list = command->add_subcommand("list", "Every source and how it goes");
  auto flags = std::make_shared<WatchFlags>();
  list->add_flag("--json", flags->json, "Print JSON");
  AddDataFlag(*list, context);
  list->callback([&context, flags] { context.action = [&context, flags] { return List(context, *flags); }; });
  AddById(*command, context, "pause", "Read a source no more for now", "paused", v1::SourceChange::PAUSE);
  AddById(*command, context, "resume", "Read a source again", "resumed", v1::SourceChange::RESUME);
  AddById(*command, context, "remove", "Forget a source; what it brought stays", "removed",
          v1::SourceChange::REMOVE);
  AddRun(*command, context);
  command->footer(
      "The server has to run, and its configuration must not say `watch = false` (docs/sources.md).\n"
      "Examples:\n"
      "  seaworthy watch add https://example.com/feed.xml\n"
      "  seaworthy watch list --json\n"
      "  seaworthy watch run example-com-feed-xml");
}

}  // namespace seaworthy::cli
