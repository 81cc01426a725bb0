// `seaworthy rebuild`: the state anew from the log.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/command.h"
#include "cli/wiring.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kCatchUp = absl::Minutes(10);

struct RebuildFlags {
  bool check = false;
};

// Waits until the state has seen the whole log and nothing more comes of it.
absl::Status CatchUp(AggregatorService& aggregator, const EventLog& log) {
  const absl::Time deadline = absl::Now() + kCatchUp;
  uint64_t before = 0;
  uint64_t applied = 0;
  do {
    before = log.LastSequence();
    if (before == 0) return absl::OkStatus();
    v1::WaitForChangeRequest request;
    request.set_after_sequence(before - 1);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto response, aggregator.WaitForChange(request));
    applied = response.applied_sequence();
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(absl::StrCat("the state stands at event ", applied, " of ",
                                                      log.LastSequence(), " and does not move"));
    }
  } while (applied != log.LastSequence() || before != log.LastSequence());
  return absl::OkStatus();
}

// The hash of the state there is, once it has seen the whole log.
absl::StatusOr<std::string> PresentHash(const Config& config, const OpenData& data) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto aggregator, OpenAggregator(config, data.log.get(), data.objects.get(),
                                                                   data.dir->layout().store));
  SEAWORTHY_RETURN_IF_ERROR(aggregator->Start());
  SEAWORTHY_RETURN_IF_ERROR(CatchUp(*aggregator, *data.log));
  aggregator->Stop();
  return aggregator->StateHash();
}

absl::Status MoveDir(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(from, ": cannot be renamed to ", to, ": ", error.message()));
}

// Puts the rebuilt state in the present one's place. One that differed is
// kept for whoever wants to know why.
absl::Status SwapIn(const std::string& store, const std::string& rebuilt, bool same) {
  const std::string replaced = store + ".replaced";
  std::error_code error;
  fs::remove_all(replaced, error);
  if (fs::exists(store, error)) SEAWORTHY_RETURN_IF_ERROR(MoveDir(store, replaced));
  SEAWORTHY_RETURN_IF_ERROR(MoveDir(rebuilt, store));
  if (same) {
    fs::remove_all(replaced, error);
  } else if (fs::exists(replaced, error)) {
    std::printf("replaced  the state before is kept in %s\n", replaced.c_str());
  }
  return absl::OkStatus();
}

absl::Status Rebuild(const Context& context, const RebuildFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(config, ResolveConfig(config));
  if (std::error_code error; !fs::is_directory(config.data_dir, error)) {
    return absl::NotFoundError(absl::StrCat(config.data_dir, ": no such data folder; name it with --data"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const OpenData data, OpenDataFolder(config));
  const std::string& store = data.dir->layout().store;
  const std::string rebuilt = store + ".rebuilt";
  const absl::StatusOr<std::string> present = PresentHash(config, data);
  std::printf("events    %llu\n", static_cast<unsigned long long>(data.log->LastSequence()));
  std::printf("present   %s\n",
              present.ok() ? present->c_str() : std::string(present.status().message()).c_str());
  std::error_code error;
  fs::remove_all(rebuilt, error);
  const absl::StatusOr<std::string> anew = RebuildState(data.log.get(), rebuilt);
  if (!anew.ok()) return anew.status();
  std::printf("rebuilt   %s\n", anew->c_str());
  const bool same = present.ok() && *present == *anew;
  if (!flags.check) return SwapIn(store, rebuilt, same);
  fs::remove_all(rebuilt, error);
  if (same) return absl::OkStatus();
  return absl::DataLossError(
      "the present state is not what the log makes; run `seaworthy rebuild` without --check to replace it");
}

}  // namespace

void AddRebuild(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("rebuild", "Make the state anew from the log (server stopped)");
  auto flags = std::make_shared<RebuildFlags>();
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command->add_flag("--check", flags->check,
                    "Only compare: exit 1 where the state is not what the log makes");
  command->footer(
      "The log is the truth, the state a view of it: both hashes are printed and are the same.\n"
      "Example:\n"
      "  seaworthy rebuild --check --data data");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Rebuild(context, *flags); }; });
}

}  // namespace seaworthy::cli
