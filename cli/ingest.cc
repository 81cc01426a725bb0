// `seaworthy ingest`: hands announcements to the running server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/exit_code.h"
#include "cli/jsonl_command.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

struct IngestFlags {
  std::vector<std::string> inputs;
  std::string media_type;
  std::string source_url;
  int timeout_seconds = 60;
  bool no_wait = false;
  bool json = false;
};

// One document on its way.
struct Outcome {
  std::string label;
  std::string state;  // received, recorded, rejected or refused.
  std::string announcement_id;
  std::string reason;
  std::vector<std::string> tool_ids;
};

// Whether the server said no to this document, as opposed to not answering.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status) ||
         absl::IsAlreadyExists(status) || absl::IsNotFound(status) || absl::IsPermissionDenied(status);
}

absl::StatusOr<v1::Announcement> Submit(const ServerConnection& server, const IngestFlags& flags,
                                        const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(Document document, ReadDocument(path));
  v1::SubmitAnnouncementRequest request;
  request.set_document(std::move(document.bytes));
  request.set_file_name(document.file_name);
  request.set_media_type(flags.media_type);
  request.set_source_url(flags.source_url);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto response, server.ingest->SubmitAnnouncement(request));
  return response.announcement();
}

void Tell(const v1::Announcement& announcement, Outcome& outcome) {
  outcome.tool_ids.assign(announcement.tool_ids().begin(), announcement.tool_ids().end());
  outcome.reason = announcement.reason();
  switch (announcement.state()) {
    case v1::Announcement::RECORDED:
      outcome.state = "recorded";
      return;
    case v1::Announcement::REJECTED:
      outcome.state = "rejected";
      return;
    case v1::Announcement::SPLIT:
      outcome.state = "split";
      outcome.reason = absl::StrCat("a feed of ", announcement.entry_announcement_ids_size(), " entries");
      return;
    case v1::Announcement::CORRECTED:
      outcome.state = "corrected";
      return;
    default:
      outcome.state = "received";
  }
}

// Waits until the announcement is read. The aggregator learns of it a moment
// after ingest has acknowledged it, so NOT_FOUND is not the end.
absl::Status WaitUntilRead(const ServerConnection& server, absl::Time deadline, Outcome& outcome) {
  uint64_t seen = 0;
  while (absl::Now() < deadline) {
    v1::WaitForChangeRequest wait;
    wait.set_after_sequence(seen);
    const auto moved = server.aggregator->WaitForChange(wait, absl::Seconds(2));
    if (moved.ok()) seen = moved->applied_sequence();
    v1::GetAnnouncementRequest request;
    request.set_announcement_id(outcome.announcement_id);
    const auto announcement = server.aggregator->GetAnnouncement(request);
    if (announcement.ok()) Tell(*announcement, outcome);
    if (announcement.ok() && outcome.state != "received") return absl::OkStatus();
    if (!announcement.ok() && !absl::IsNotFound(announcement.status())) return announcement.status();
  }
  return absl::OkStatus();  // Still `received`: durable, and read later.
}

void PrintLine(const Outcome& outcome, bool colour) {
  const bool refused = outcome.state == "rejected" || outcome.state == "refused";
  const Ink ink = refused ? Ink::kRed : outcome.state == "received" ? Ink::kYellow : Ink::kGreen;
  const std::string rest = outcome.reason.empty() ? absl::StrJoin(outcome.tool_ids, ", ") : outcome.reason;
  std::printf("%s  %s  %s  %s\n", Paint(outcome.state, ink, colour).c_str(),
              outcome.announcement_id.empty() ? "-" : outcome.announcement_id.c_str(),
              Printable(outcome.label).c_str(), Printable(rest).c_str());
  std::fflush(stdout);
}

nlohmann::json ToJson(const Outcome& outcome) {
  nlohmann::json json = {{"input", Printable(outcome.label)},
                         {"state", outcome.state},
                         {"announcement_id", nullptr},
                         {"reason", nullptr},
                         {"tools", outcome.tool_ids}};
  if (!outcome.announcement_id.empty()) json["announcement_id"] = outcome.announcement_id;
  if (!outcome.reason.empty()) json["reason"] = outcome.reason;
  return json;
}

absl::StatusOr<std::vector<Outcome>> SubmitAll(const ServerConnection& server, const IngestFlags& flags) {
  std::vector<Outcome> outcomes;
  for (const std::string& input : flags.inputs) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListDocuments(input));
    for (const std::string& path : paths) {
      Outcome outcome{.label = path == "-" ? "standard input" : path,
                      .state = "received",
                      .announcement_id = "",
                      .reason = "",
                      .tool_ids = {}};
      const auto announcement = Submit(server, flags, path);
      if (announcement.ok()) {
        outcome.announcement_id = announcement->announcement_id();
      } else if (IsRefusal(announcement.status())) {
        outcome.state = "refused";
        outcome.reason = std::string(announcement.status().message());
      } else {
        return announcement.status();
      }
      outcomes.push_back(std::move(outcome));
    }
  }
  return outcomes;
}

absl::Status Verdict(const std::vector<Outcome>& outcomes, bool waited) {
  size_t refused = 0;
  size_t waiting = 0;
  for (const Outcome& outcome : outcomes) {
    refused += outcome.state == "rejected" || outcome.state == "refused" ? 1 : 0;
    waiting += outcome.state == "received" ? 1 : 0;
  }
  if (refused > 0) {
    return WithExitCode(absl::InvalidArgumentError(absl::StrCat(refused, " of ", outcomes.size(),
                                                                " rejected; each line above says why")),
                        kRejected);
  }
  if (waited && waiting > 0) {
    return absl::DeadlineExceededError(
        absl::StrCat(waiting, " of ", outcomes.size(),
                     " not read yet; they are kept and will be, see `seaworthy status`"));
  }
  return absl::OkStatus();
}

absl::Status Ingest(const Context& context, const IngestFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<Outcome> outcomes, SubmitAll(server, flags));
  const absl::Time deadline = absl::Now() + absl::Seconds(flags.timeout_seconds);
  nlohmann::json all = nlohmann::json::array();
  for (Outcome& outcome : outcomes) {
    if (outcome.state == "received" && !flags.no_wait) {
      SEAWORTHY_RETURN_IF_ERROR(WaitUntilRead(server, deadline, outcome));
    }
    if (flags.json) {
      all.push_back(ToJson(outcome));
    } else {
      PrintLine(outcome, OutputTakesColour());
    }
  }
  if (flags.json) std::printf("%s\n", all.dump(2).c_str());
  return Verdict(outcomes, !flags.no_wait);
}

void AddJsonlFlags(CLI::App& command, CLI::Option& input, JsonlFlags& flags) {
  CLI::Option* jsonl =
      command
          .add_option(
              "--jsonl", flags.input,
              "One announcement a line: {\"document\", \"media_type\", \"source_url\", \"file_name\", "
              "\"id\", \"source_id\", \"entry_key\"}; goes on where it was stopped")
          ->excludes(&input)
          ->type_name("FILE|-");
  command
      .add_option("--rejected", flags.rejected,
                  "With --jsonl: where rejected lines are told (FILE.rejected.jsonl)")
      ->needs(jsonl)
      ->type_name("PATH");
  command.add_flag("--restart", flags.restart, "With --jsonl: begin at the first line again")->needs(jsonl);
  command.add_option("--rate", flags.rate, "With --jsonl: at most this many lines a second")
      ->needs(jsonl)
      ->check(CLI::Range(0.001, 1e9))
      ->type_name("N");
  command.add_option("--in-flight", flags.in_flight, "With --jsonl: submissions at once (default: 8)")
      ->needs(jsonl)
      ->check(CLI::Range(1, 256))
      ->type_name("N");
}

}  // namespace

void AddIngest(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("ingest", "Hand announcements to the running server");
  auto flags = std::make_shared<IngestFlags>();
  auto lines = std::make_shared<JsonlFlags>();
  CLI::Option* input =
      command->add_option("input", flags->inputs, "Files, folders, or `-` for standard input")
          ->type_name("FILE|DIR|-");
  AddJsonlFlags(*command, *input, *lines);
  AddDataFlag(*command, context);
  command->add_option("--type", flags->media_type, "Media type, such as text/html (default: detected)")
      ->type_name("TYPE");
  command->add_option("--source-url", flags->source_url, "Where it was published")->type_name("URL");
  command
      ->add_option("--timeout", flags->timeout_seconds,
                   "Wait at most this long for them to be read (default: 60)")
      ->check(CLI::Range(1, 86'400))
      ->type_name("SECONDS");
  command->add_flag("--no-wait", flags->no_wait, "Return once they are durable, before they are read");
  command->add_flag("--json", flags->json, "Print JSON");
  command->footer(
      "The same document handed in twice counts once.\n"
      "Examples:\n"
      "  seaworthy ingest release.md --source-url https://vendor.example/blog/release\n"
      "  curl -s https://vendor.example/blog/release | seaworthy ingest - --type text/html\n"
      "  seaworthy ingest --jsonl releases.jsonl        one object a line, as many as there are");
  command->callback([&context, flags, lines] {
    if (flags->inputs.empty() && lines->input.empty()) throw CLI::RequiredError("input or --jsonl");
    lines->json = flags->json;
    context.action = [&context, flags, lines] {
      return lines->input.empty() ? Ingest(context, *flags) : IngestJsonl(context, *lines);
    };
  });
}

}  // namespace seaworthy::cli
