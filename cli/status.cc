// `seaworthy status`: what there is and what is under way.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/command.h"
#include "cli/leases.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/status_macros.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/pages/panel_state.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kBarWidth = 30;
constexpr size_t kReasonWidth = 800;

struct StatusFlags {
  bool json = false;
  bool once = false;
  bool watch = false;
};

uint64_t Count(const v1::AggregatorStatus& status, const char* name) {
  const auto found = status.counts().find(name);
  return found == status.counts().end() ? 0 : found->second;
}

// What is done of what there is to do.
struct Progress {
  uint64_t done = 0;
  uint64_t waiting = 0;
  std::string Line(const char* label) const {
    return absl::StrCat("  ", label, "  ", ProgressBar(done, done + waiting, kBarWidth), "\n");
  }
};

Progress ReadingProgress(const v1::AggregatorStatus& status) {
  return {Count(status, "announcements.recorded") + Count(status, "announcements.rejected"),
          Count(status, "announcements.received")};
}

Progress ReviewProgress(const v1::AggregatorStatus& status) {
  return {Count(status, "verdicts") + Count(status, "reviews.failed"), Count(status, "reviews.pending")};
}

bool UnderWay(const v1::AggregatorStatus& status) {
  return ReadingProgress(status).waiting > 0 || ReviewProgress(status).waiting > 0 ||
         status.applied_sequence() < status.log_sequence();
}

// What keeps reviews from being asked for; empty where nothing does.
std::string StuckScreen(const absl::StatusOr<v1::ReviewerStatus>& panel) {
  if (!panel.ok()) {
    return absl::StrCat("\n  The state of the panel is not known: ",
                        PrintableLine(std::string(panel.status().message()), kReasonWidth), "\n");
  }
  std::string screen;
  for (const std::string& text : StuckTexts(*panel)) {
    absl::StrAppend(&screen, screen.empty() ? "\n" : "",
                    Wrap(PrintableLine(text, kReasonWidth), OutputWidth(), "  "));
  }
  return screen;
}

// Which of several aggregators emits; nothing where there can be only one.
std::string LeaderLine(const v1::AggregatorStatus& status) {
  const std::string leader = PrintableLine(status.leader(), kReasonWidth);
  if (status.leading()) {
    return leader.empty() || leader == kOnlyProcess
               ? ""
               : absl::StrCat("  this aggregator (", leader, ") emits\n");
  }
  return leader.empty() ? "  no aggregator emits now\n"
                        : absl::StrCat("  aggregator ", leader, " emits, this one follows\n");
}

// What of the log is kept.
std::string LogLine(const v1::AggregatorStatus& status) {
  const uint32_t days = status.log_retention_days();
  return absl::StrCat("  log at event ", status.log_sequence(), ", state at ", status.applied_sequence(),
                      "\n  the log begins at event ", status.log_first_sequence(), ", ",
                      days == 0 ? "and is kept for ever"
                                : absl::StrCat("and what a verified backup covers is kept ", days, " days"),
                      "\n");
}

std::string Screen(const v1::AggregatorStatus& status, const absl::StatusOr<v1::ReviewerStatus>& panel) {
  std::vector<std::vector<std::string>> counts;
  const std::map<std::string, uint64_t> sorted(status.counts().begin(), status.counts().end());
  for (const auto& [name, count] : sorted) counts.push_back({name, absl::StrCat(count)});
  std::vector<std::vector<std::string>> queues = {{"queue", "waiting", "under way", "retrying", "given up"}};
  for (const v1::QueueStatus& queue : status.queues()) {
    queues.push_back({queue.name(), absl::StrCat(queue.pending()), absl::StrCat(queue.in_flight()),
                      absl::StrCat(queue.retrying()), absl::StrCat(queue.dead())});
  }
  std::string screen =
      absl::StrCat(Table(counts), "\n", Table(queues), "\n", LogLine(status), LeaderLine(status));
  absl::StrAppend(&screen, StuckScreen(panel));
  if (UnderWay(status)) {
    absl::StrAppend(&screen, "\n", ReadingProgress(status).Line("announcements"),
                    ReviewProgress(status).Line("reviews      "));
  }
  return screen;
}

std::string Json(const v1::AggregatorStatus& status, const absl::StatusOr<v1::ReviewerStatus>& panel) {
  nlohmann::json body = StatusJson(status);
  AddPanelStateJson(panel, body);
  return DumpJson(body);
}

// Draws over the screen before, line by line.
class LiveScreen {
 public:
  void Show(const std::string& screen) {
    std::string out;
    if (lines_ > 0) out = absl::StrCat("\x1b[", lines_, "A");
    lines_ = 0;
    for (const auto& line : absl::StrSplit(screen, '\n')) {
      absl::StrAppend(&out, line, "\x1b[K\n");
      ++lines_;
    }
    absl::StrAppend(&out, "\x1b[J");
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  int lines_ = 0;
};

absl::Status Follow(const ServerConnection& server, bool watch) {
  LiveScreen live;
  while (true) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto status, server.aggregator->GetStatus({}));
    live.Show(Screen(status, AskPanelState(server.reviewer.get())));
    if (!watch && !UnderWay(status)) return absl::OkStatus();
    v1::WaitForChangeRequest wait;
    wait.set_after_sequence(status.applied_sequence());
    // Its deadline is the pace of the screen; what it answers is read above.
    server.aggregator->WaitForChange(wait, absl::Seconds(1)).IgnoreError();
  }
}

absl::Status Status(const Context& context, const StatusFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  if (OutputIsTerminal() && !flags.json && !flags.once) return Follow(server, flags.watch);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto status, server.aggregator->GetStatus({}));
  const auto panel = AskPanelState(server.reviewer.get());
  std::fputs((flags.json ? Json(status, panel) : Screen(status, panel)).c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

void AddStatus(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("status", "What there is and what is under way");
  auto flags = std::make_shared<StatusFlags>();
  AddDataFlag(*command, context);
  command->add_flag("--json", flags->json, "Print JSON, once");
  command->add_flag("--once", flags->once, "Print once, in a terminal too");
  command->add_flag("--watch", flags->watch, "In a terminal: go on after all work is done, until Ctrl-C");
  command->footer(
      "In a terminal it follows the work until all of it is done.\n"
      "Example:\n"
      "  seaworthy status --json");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Status(context, *flags); }; });
}

}  // namespace seaworthy::cli
