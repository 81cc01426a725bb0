// `seaworthy log`: the event log itself, with every service stopped.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/log_place.h"
#include "cli/terminal.h"
#include "common/hash.h"
#include "common/log_copy.h"
#include "common/log_trim.h"
#include "common/snapshot.h"
#include "common/status_macros.h"
#include "services/aggregator/state_store.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kBarWidth = 30;
constexpr absl::Duration kDrawEvery = absl::Milliseconds(200);

struct LogFlags {
  std::string from;
  std::string to;
  std::string place;
  int keep_days = -1;
  bool dry_run = false;
  bool continues = false;
};

// One line on a terminal, drawn over; nothing elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::string label) : label_(std::move(label)), terminal_(OutputIsTerminal()) {}
  ~ProgressLine() {
    if (drawn_ > absl::InfinitePast()) std::fputs("\r\x1b[K", stdout);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(uint64_t done, uint64_t total) {
    const absl::Time now = absl::Now();
    if (!terminal_ || now < drawn_ + kDrawEvery) return;
    drawn_ = now;
    const std::string bar = total == 0 ? absl::StrCat(done) : ProgressBar(done, total, kBarWidth);
    std::fputs(absl::StrCat("\r", label_, "  ", bar, "\x1b[K").c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  const std::string label_;
  const bool terminal_;
  absl::Time drawn_ = absl::InfinitePast();
};

void Say(const std::string& label, const std::string& text) {
  std::printf("%-9s %s\n", label.c_str(), text.c_str());
  std::fflush(stdout);
}

// `new_too`: the data folder is made where there is none.
absl::StatusOr<Config> ConfigOfFolder(const Context& context, bool new_too = false) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(config, ResolveConfig(config));
  std::error_code error;
  if (new_too || std::filesystem::is_directory(config.data_dir, error)) return config;
  return absl::NotFoundError(absl::StrCat(config.data_dir, ": no such data folder; name it with --data"));
}

absl::Status CopyAll(SourceLog& from, TargetLog& to) {
  {
    ProgressLine line("objects");
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t objects,
                               CopyObjects(*from.objects, *to.objects,
                                           [&](uint64_t done, uint64_t total) { line.Show(done, total); }));
    line.Show(objects, 0);
    from.objects.reset();
    to.objects.reset();
    std::printf("\r%-9s %llu, each read back by its SHA-256\n", "objects",
                static_cast<unsigned long long>(objects));
  }
  ProgressLine line("records");
  return CopyLog(*from.log, *to.importer, [&](uint64_t done, uint64_t total) { line.Show(done, total); });
}

absl::Status SayVerified(EventLog& copy, const LogFlags& flags, const PlaceOfLog& to) {
  const uint64_t last = copy.LastSequence();
  Say("records", absl::StrCat(last));
  if (last > 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Record record, copy.Read(last));
    Say("hash", ToHex(record.hash));
  }
  Say("queues", absl::StrCat(copy.ListSubscriptions().size()));
  Say("verified", "the chain from the first record to the last; the last hash is the same in both");
  Say("next", absl::StrCat("set `kind = \"", to.kind == PlaceOfLog::Kind::kNats ? "nats" : "embedded",
                           "\"` in [log], then start; ", flags.from, " is unchanged"));
  return absl::OkStatus();
}

// Whether the place holds the whole of `from`, finished.
bool IsThere(EventLog& from, const PlaceOfLog& place, const Config& config, const DataLayout& data) {
  if (from.LastSequence() == 0) return false;
  const auto finished = OpenFinishedLog(place, config, data);
  return finished.ok() && CompareLogs(from, **finished).ok();
}

// Before anything is opened: that may take its time.
absl::Status CheckTarget(const PlaceOfLog& to, bool continues) {
  if (to.kind == PlaceOfLog::Kind::kCopy) {
    return WithExitCode(absl::InvalidArgumentError("a log is copied to embedded or to nats"), kUsage);
  }
  if (!continues || to.kind == PlaceOfLog::Kind::kEmbedded) return absl::OkStatus();
  return WithExitCode(absl::InvalidArgumentError("--continue goes with --to embedded:DIR"), kUsage);
}

absl::Status Copy(const Context& context, const LogFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const PlaceOfLog from_place, ParseLogPlace(flags.from));
  SEAWORTHY_ASSIGN_OR_RETURN(const PlaceOfLog to_place, ParseLogPlace(flags.to));
  SEAWORTHY_RETURN_IF_ERROR(CheckTarget(to_place, flags.continues));
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config,
                             ConfigOfFolder(context, from_place.kind == PlaceOfLog::Kind::kNats));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto dir, DataDir::Open(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(SourceLog from, OpenSourceLog(from_place, config, dir->layout()));
  absl::StatusOr<TargetLog> to = OpenTargetLog(to_place, config, dir->layout(), flags.from, flags.continues);
  if (!to.ok()) {
    if (!IsThere(*from.log, to_place, config, dir->layout())) return to.status();
    // Ended after its last step, before it could say so.
    Say("copies", "nothing: all of it is there, of an earlier run");
    return SayVerified(*from.log, flags, to_place);
  }
  Say("copies", absl::StrCat(flags.from, " to ", flags.to));
  if (to->importer->last_sequence() > 0) {
    Say("goes on", absl::StrCat("after record ", to->importer->last_sequence(), ", which is there already"));
  }
  SEAWORTHY_RETURN_IF_ERROR(CopyAll(from, *to));
  to->importer.reset();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto copy, OpenFinishedLog(to_place, config, dir->layout()));
  SEAWORTHY_RETURN_IF_ERROR(CompareLogs(*from.log, *copy));
  return SayVerified(*copy, flags, to_place);
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

std::string RetentionText(int days) {
  return days == 0
             ? "for ever (log.retention_days = 0)"
             : absl::StrCat(days, " days, then what a verified backup covers may go: `seaworthy log trim`");
}

std::string SnapshotText(const DataLayout& data) {
  const absl::StatusOr<SnapshotMark> mark = ReadSnapshotMark(SnapshotMarkPath(data.dir));
  if (absl::IsNotFound(mark.status())) return "none: no backup was verified yet";
  if (!mark.ok()) return std::string(mark.status().message());
  return absl::StrCat(mark->sequence == 0 ? "of no record" : absl::StrCat("up to record ", mark->sequence),
                      ", ", TimeText(mark->time), ", in ", PrintableLine(mark->where, 200));
}

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    const uint64_t size = file.file_size(error);
    bytes += error ? 0 : size;
  }
  return bytes;
}

std::string QueueTable(const EventLog& log) {
  std::vector<std::vector<std::string>> rows = {{"queue", "waiting", "under way", "retrying", "given up"}};
  for (const SubscriptionStatus& queue : log.ListSubscriptions()) {
    rows.push_back({queue.name, absl::StrCat(queue.pending), absl::StrCat(queue.in_flight),
                    absl::StrCat(queue.retrying), absl::StrCat(queue.dead)});
  }
  return Table(rows);
}

absl::Status Show(const Context& context, const LogFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigOfFolder(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const PlaceOfLog place,
                             ParseLogPlace(flags.place.empty() ? config.log.kind : flags.place));
  // A stream may be looked at while others work on it.
  std::unique_ptr<DataDir> dir;
  if (place.kind != PlaceOfLog::Kind::kNats) {
    SEAWORTHY_ASSIGN_OR_RETURN(dir, DataDir::Open(config.data_dir));
  }
  const DataLayout data(config.data_dir);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto log, OpenFinishedLog(place, config, data));
  const uint64_t last = log->LastSequence();
  Say("engine", place.name);
  if (last == 0) {
    Say("records", "none");
  } else {
    SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log->Read(last));
    Say("records", absl::StrCat(log->FirstSequence(), " to ", last, ", the last of ", TimeText(record.time)));
    Say("hash", ToHex(record.hash));
  }
  if (place.kind != PlaceOfLog::Kind::kNats) {
    const std::string folder = FolderOf(place, data);
    Say("size", absl::StrCat(BytesIn(folder), " bytes in ", folder));
  }
  Say("retention", RetentionText(config.log.retention_days));
  Say("backup", SnapshotText(data));
  std::printf("\n%s", QueueTable(*log).c_str());
  return absl::OkStatus();
}

absl::StatusOr<int> DaysKept(const Config& config, const LogFlags& flags) {
  const int days = flags.keep_days >= 0 ? flags.keep_days : config.log.retention_days;
  if (days > 0 || flags.keep_days == 0) return days;
  return absl::FailedPreconditionError(
      "the log is kept for ever: set log.retention_days, or give --keep-days");
}

// The aggregator reads the log by a position of its own.
absl::Status CheckState(const DataLayout& data, uint64_t before) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto stamp, StateStore::ReadStamp(data.store));
  if (!stamp.has_value() || stamp->position + 1 < before) {
    return absl::FailedPreconditionError(absl::StrCat(data.store, " has read up to record ",
                                                      stamp.has_value() ? stamp->position : 0,
                                                      " only; start the server once, then trim"));
  }
  return absl::OkStatus();
}

absl::Status Trim(const Context& context, const LogFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigOfFolder(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const PlaceOfLog place, ParseLogPlace(config.log.kind));
  SEAWORTHY_ASSIGN_OR_RETURN(const int days, DaysKept(config, flags));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto dir, DataDir::Open(config.data_dir));
  const absl::StatusOr<SnapshotMark> mark = ReadSnapshotMark(SnapshotMarkPath(dir->layout().dir));
  if (absl::IsNotFound(mark.status())) {
    return absl::FailedPreconditionError(
        "no backup was verified yet, and nothing is trimmed without one: run `seaworthy backup` first");
  }
  if (!mark.ok()) return mark.status();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto log, OpenLogToTrim(place, config, dir->layout()));
  SEAWORTHY_ASSIGN_OR_RETURN(const TrimPlan plan, PlanTrim(*log, *mark, absl::Hours(24) * days, absl::Now()));
  Say("records", absl::StrCat(plan.first, " to ", log->LastSequence()));
  for (const std::string& reason : plan.reasons) Say("kept", PrintableLine(reason, 500));
  if (plan.before == plan.first) {
    Say("nothing", "is trimmed");
    return absl::OkStatus();
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckState(dir->layout(), plan.before));
  const std::string cut = absl::StrCat("records ", plan.first, " to ", plan.before - 1);
  if (flags.dry_run) {
    Say("would go", absl::StrCat(cut, "; nothing was changed"));
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<NewEvent> sources, SourcesToKeep(*log, plan));
  if (!sources.empty()) {
    for (const NewEvent& source : sources) SEAWORTHY_RETURN_IF_ERROR(log->Append(source).status());
    Say("written", absl::StrCat(sources.size(), " sources again, whose definitions go"));
  }
  SEAWORTHY_RETURN_IF_ERROR(log->TrimBefore(plan.before));
  Say("gone", absl::StrCat(cut, "; their ids stay known. The backup that covers them is in ",
                           PrintableLine(mark->where, 200), ": keep it"));
  return absl::OkStatus();
}

void AddCopy(CLI::App& log, Context& context) {
  CLI::App* command = log.add_subcommand("copy", "Move the log and its objects to the other engine");
  const auto flags = std::make_shared<LogFlags>();
  const char* places = "embedded[:DIR]|nats[:STREAM]|copy[:DIR]";
  command->add_option("--from", flags->from, "What is copied; it stays as it is")
      ->required()
      ->type_name(places);
  command->add_option("--to", flags->to, "Where to: a place without a log")
      ->required()
      ->type_name("embedded[:DIR]|nats[:STREAM]");
  command->add_flag("--continue", flags->continues,
                    "The place holds the beginning of this log, a restored backup say: go on after it");
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command->footer(
      "With every service stopped. Records keep their times and hashes, queues their places: nothing\n"
      "is reviewed or read twice. Killed at any point, the same command goes on.\n"
      "Example:\n"
      "  seaworthy log copy --from embedded --to nats --config seaworthy.toml");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Copy(context, *flags); }; });
}

void AddTrim(CLI::App& log, Context& context) {
  CLI::App* command = log.add_subcommand("trim", "Drop the beginning of the log, behind a verified backup");
  const auto flags = std::make_shared<LogFlags>();
  command->add_flag("--dry-run", flags->dry_run, "Only say what would go, and what keeps the rest");
  command->add_option("--keep-days", flags->keep_days, "Days to keep (default: log.retention_days)")
      ->check(CLI::Range(0, 36500))
      ->type_name("N");
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Trim(context, *flags); }; });
}

}  // namespace

void AddLog(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("log", "The event log: show, copy, trim (server stopped)");
  command->require_subcommand(1);
  CLI::App* show = command->add_subcommand("show", "Its engine, ends, hash, size, retention and queues");
  const auto flags = std::make_shared<LogFlags>();
  show->add_option("place", flags->place, "Which (default: the configured one)")
      ->type_name("embedded[:DIR]|nats[:STREAM]|copy[:DIR]");
  AddDataFlag(*show, context);
  AddConfigFlags(*show, context);
  show->callback([&context, flags] { context.action = [&context, flags] { return Show(context, *flags); }; });
  AddCopy(*command, context);
  AddTrim(*command, context);
}

}  // namespace seaworthy::cli
