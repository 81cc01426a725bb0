// `seaworthy trace`: an announcement's way, as a tree with times.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "cli/wiring.h"
#include "common/clients.h"
#include "common/status_macros.h"
#include "common/telemetry/trace_reader.h"
#include "common/timestamps.h"
#include "services/publisher/api/api_json.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kAboutWidth = 100;
constexpr size_t kMaxDepth = 32;
// More than a server takes to read.
constexpr absl::Duration kDeadline = absl::Seconds(15);

struct TraceFlags {
  std::string id;
  bool json = false;
};

std::string Attribute(const v1::TraceSpan& span, const char* name) {
  const auto found = span.attributes().find(name);
  return found == span.attributes().end() ? "" : found->second;
}

// `1.23 s`, `45 ms`, `2m3s`.
std::string Span(absl::Duration time) {
  if (time < absl::ZeroDuration()) return absl::StrCat("-", Span(-time));
  if (time < absl::Seconds(1)) return absl::StrCat(absl::ToInt64Milliseconds(time), " ms");
  if (time < absl::Minutes(1)) return absl::StrFormat("%.2f s", absl::ToDoubleSeconds(time));
  return absl::FormatDuration(absl::Trunc(time, absl::Seconds(1)));
}

std::string Money(const std::string& micro_usd) {
  int64_t micro = 0;
  return absl::SimpleAtoi(micro_usd, &micro) ? absl::StrFormat("$%.6f", static_cast<double>(micro) / 1e6)
                                             : "";
}

std::string VerdictDetail(const v1::TraceSpan& span) {
  std::vector<std::string> parts = {Attribute(span, "vote"),
                                    absl::StrCat("by ", Attribute(span, "endpoint"))};
  if (!Attribute(span, "model").empty()) parts.back() += absl::StrCat(" (", Attribute(span, "model"), ")");
  int64_t ms = 0;
  if (absl::SimpleAtoi(Attribute(span, "elapsed_ms"), &ms)) {
    parts.push_back(absl::StrCat("answer in ", Span(absl::Milliseconds(ms))));
  }
  const std::string attempts = Attribute(span, "attempts");
  if (attempts == "0") parts.push_back("from the cache");
  if (attempts != "0" && attempts != "1") parts.push_back(absl::StrCat(attempts, " attempts"));
  const std::string money = Money(Attribute(span, "cost_micro_usd"));
  if (!money.empty()) parts.push_back(money);
  return absl::StrJoin(parts, ", ");
}

std::string Detail(const v1::TraceSpan& span) {
  if (span.subject() == "verdict.given") return VerdictDetail(span);
  std::vector<std::string> parts;
  for (const char* name :
       {"tools", "personas", "entries", "code", "outcome", "decision", "editor", "reason"}) {
    const std::string value = Attribute(span, name);
    if (!value.empty()) parts.push_back(value);
  }
  return absl::StrJoin(parts, ", ");
}

// The spans as a tree: each below what caused it, or below what it was joined
// to. One whose cause is not here is a root.
class Tree {
 public:
  explicit Tree(const v1::Trace& trace) : trace_(trace) {
    std::map<std::string, bool> here;
    for (const v1::TraceSpan& span : trace.spans()) here[span.span_id()] = true;
    for (const v1::TraceSpan& span : trace.spans()) {
      const bool caused = here.contains(span.parent_span_id()) && span.parent_span_id() != span.span_id();
      const std::string& above = caused ? span.parent_span_id() : span.joined_to();
      below_[here.contains(above) ? above : ""].push_back(&span);
    }
    if (trace.spans_size() > 0) begin_ = TimeOf(trace.spans(0).append_time());
  }

  std::string Text() const {
    std::string text = absl::StrCat("trace ", trace_.trace_id(), "\n");
    if (trace_.spans_size() > 0) {
      absl::StrAppend(&text, "began ", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", begin_, absl::UTCTimeZone()),
                      "\n\n");
    }
    Add("", "", 0, text);
    if (trace_.cut()) {
      absl::StrAppend(&text, "\ncut short: the log was read to event ", trace_.read_to(), " of ",
                      trace_.log_end(), "; an announcement's id is found faster than a trace id\n");
    }
    return text;
  }

 private:
  void Add(const std::string& parent, const std::string& indent, size_t depth, std::string& text) const {
    const auto found = below_.find(parent);
    if (found == below_.end() || depth > kMaxDepth) return;
    for (const v1::TraceSpan* span : found->second) {
      const bool last = span == found->second.back();
      const bool root = parent.empty();
      const std::string mark = root ? "" : last ? "└─ " : "├─ ";
      absl::StrAppend(&text, Line(*span, indent + mark), "\n");
      Add(span->span_id(), indent + (root ? "" : last ? "   " : "│  "), depth + 1, text);
    }
  }

  std::string Line(const v1::TraceSpan& span, const std::string& lead) const {
    std::string line = absl::StrFormat("%10s  ", "+" + Span(TimeOf(span.append_time()) - begin_));
    absl::StrAppend(&line, lead, PrintableLine(span.subject(), kAboutWidth));
    if (!span.about().empty()) absl::StrAppend(&line, "  ", PrintableLine(span.about(), kAboutWidth));
    const std::string detail = Detail(span);
    if (!detail.empty()) absl::StrAppend(&line, "  ", PrintableLine(detail, kAboutWidth));
    return line;
  }

  const v1::Trace& trace_;
  absl::Time begin_;
  std::map<std::string, std::vector<const v1::TraceSpan*>> below_;
};

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", TimeOf(time), absl::UTCTimeZone());
}

std::string Json(const v1::Trace& trace) {
  nlohmann::json spans = nlohmann::json::array();
  for (const v1::TraceSpan& span : trace.spans()) {
    nlohmann::json attributes = nlohmann::json::object();
    for (const auto& [name, value] : span.attributes()) attributes[name] = value;
    spans.push_back({{"span_id", span.span_id()},
                     {"parent_span_id", span.parent_span_id()},
                     {"trace_id", span.trace_id()},
                     {"joined_to", span.joined_to()},
                     {"subject", span.subject()},
                     {"about", span.about()},
                     {"sequence", span.sequence()},
                     {"create_time", TimeText(span.create_time())},
                     {"append_time", TimeText(span.append_time())},
                     {"attributes", std::move(attributes)}});
  }
  return DumpJson({{"trace_id", trace.trace_id()},
                   {"spans", std::move(spans)},
                   {"read_to", trace.read_to()},
                   {"log_end", trace.log_end()},
                   {"cut", trace.cut()}});
}

// The running server's log, else the folder's own.
absl::StatusOr<v1::Trace> Find(const Context& context, const std::string& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  const absl::StatusOr<ServerConnection> server = ConnectToServer(config.data_dir);
  if (server.ok()) return AskForTrace(ConnectTo(server->address), id, kDeadline);
  if (absl::StatusOr<std::string> there = ReadWholeFile(DataLayout(config.data_dir).lock, 64);
      absl::IsNotFound(there.status())) {
    return server.status();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(config, ResolveConfig(config));
  SEAWORTHY_ASSIGN_OR_RETURN(const OpenData data, OpenDataFolder(config));
  return ReadTrace(data.log.get(), id, absl::Minutes(5));
}

absl::Status Trace(const Context& context, const TraceFlags& flags) {
  absl::StatusOr<v1::Trace> trace = Find(context, flags.id);
  if (absl::IsNotFound(trace.status()) || absl::IsInvalidArgument(trace.status())) {
    return WithExitCode(trace.status(), kRejected);
  }
  if (!trace.ok()) return trace.status();
  std::fputs((flags.json ? Json(*trace) + "\n" : Tree(*trace).Text()).c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

void AddTrace(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("trace", "What became of an announcement, step by step, with times");
  auto flags = std::make_shared<TraceFlags>();
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command->add_option("ID", flags->id, "An announcement's id, a tool's id or a trace id")->required();
  command->add_flag("--json", flags->json, "Print JSON");
  command->footer(
      "Each line: time since the first event, event, what it is about, what came of it.\n"
      "Without a running server the data folder's log is read.\n"
      "Examples:\n"
      "  seaworthy trace ann-4f1d2c3b4a5968778695a4b3\n"
      "  seaworthy trace mistral-next-70b --json");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Trace(context, *flags); }; });
}

}  // namespace seaworthy::cli
