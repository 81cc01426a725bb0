#include "cli/jsonl_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/exit_code.h"
#include "cli/jsonl_ingest.h"
#include "cli/server_connection.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr const char* kOutcomes[] = {"received", "repeated", "refused", "unreadable", "too_long"};

// The files of one run.
struct Files {
  std::string label;
  std::string checkpoint;  // Empty for what cannot be begun in the middle.
  std::string rejected;
};

uint64_t Count(const JsonlProgress& progress, const std::string& outcome) {
  const auto it = progress.counts.find(outcome);
  return it == progress.counts.end() ? 0 : it->second;
}

uint64_t RejectedOf(const JsonlProgress& progress) {
  return Count(progress, "refused") + Count(progress, "unreadable") + Count(progress, "too_long");
}

double Rate(const JsonlProgress& progress) {
  return static_cast<double>(progress.this_run) / std::max(absl::ToDoubleSeconds(progress.elapsed), 1e-3);
}

// One line, written over the one before.
void ShowProgress(const JsonlProgress& progress) {
  std::string share;
  if (progress.size > 0) {
    share = absl::StrFormat(" %5.1f%%",
                            100 * static_cast<double>(progress.offset) / static_cast<double>(progress.size));
  }
  std::fprintf(stderr,
               "\r%" PRIu64 " lines%s  %.0f/s  received %" PRIu64 ", repeated %" PRIu64 ", rejected %" PRIu64
               "\033[K",
               progress.lines, share.c_str(), Rate(progress), Count(progress, "received"),
               Count(progress, "repeated"), RejectedOf(progress));
  std::fflush(stderr);
}

void Summarise(const JsonlProgress& progress, const Files& files, bool json) {
  const double seconds = absl::ToDoubleSeconds(progress.elapsed);
  if (json) {
    nlohmann::json summary = {
        {"lines", progress.lines}, {"lines_this_run", progress.this_run}, {"seconds", seconds}};
    for (const char* outcome : kOutcomes) summary[outcome] = Count(progress, outcome);
    summary["rejected_file"] =
        RejectedOf(progress) > 0 ? nlohmann::json(files.rejected) : nlohmann::json(nullptr);
    std::printf("%s\n", summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return;
  }
  std::printf("%" PRIu64 " lines (%" PRIu64 " in this run, %.1f s, %.0f/s)\n", progress.lines,
              progress.this_run, seconds, Rate(progress));
  for (const char* outcome : kOutcomes) {
    if (Count(progress, outcome) > 0)
      std::printf("  %-10s  %" PRIu64 "\n", outcome, Count(progress, outcome));
  }
}

Files FilesOf(const JsonlFlags& flags) {
  Files files;
  const bool standard_input = flags.input == "-";
  files.label = standard_input ? "standard input" : flags.input;
  const std::string stem = standard_input ? "standard-input" : flags.input;
  files.rejected = flags.rejected.empty() ? stem + ".rejected.jsonl" : flags.rejected;
  struct stat info {};
  const bool whole = !standard_input && stat(flags.input.c_str(), &info) == 0 && S_ISREG(info.st_mode);
  if (whole) files.checkpoint = flags.input + ".progress";
  return files;
}

absl::StatusOr<int> OpenInput(const JsonlFlags& flags) {
  if (flags.input == "-") return STDIN_FILENO;
  const int fd = open(flags.input.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return fd;
  return absl::NotFoundError(absl::StrCat(flags.input, ": cannot be read: ", std::strerror(errno),
                                          "; name a file of JSON lines, or `-` for standard input"));
}

// The file of rejected lines as long as the checkpoint says; what is beyond
// was written for lines that come again.
absl::Status CutRejected(const std::string& path, uint64_t length) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return absl::OkStatus();
  if (static_cast<uint64_t>(info.st_size) <= length) return absl::OkStatus();
  const int result = length == 0 ? unlink(path.c_str()) : truncate(path.c_str(), static_cast<off_t>(length));
  if (result == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(path, ": cannot be begun anew: ", std::strerror(errno)));
}

// Where to begin, with the descriptor standing there.
absl::StatusOr<JsonlCheckpoint> Begin(const JsonlFlags& flags, const Files& files, int fd) {
  JsonlCheckpoint from;
  if (!files.checkpoint.empty() && !flags.restart) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto saved, ReadCheckpoint(files.checkpoint));
    if (saved.has_value()) from = *std::move(saved);
    SEAWORTHY_RETURN_IF_ERROR(from.lines == 0 ? absl::OkStatus() : CheckSameFile(files.label, fd, from));
  }
  SEAWORTHY_RETURN_IF_ERROR(CutRejected(files.rejected, from.rejected_bytes));
  if (!files.checkpoint.empty() && lseek(fd, static_cast<off_t>(from.offset), SEEK_SET) < 0) {
    return absl::DataLossError(absl::StrCat(files.label, ": cannot be read: ", std::strerror(errno)));
  }
  if (from.lines > 0) {
    std::fprintf(stderr, "%s: going on behind line %" PRIu64 " (--restart begins anew)\n",
                 files.label.c_str(), from.lines);
  }
  return from;
}

}  // namespace

absl::Status IngestJsonl(const Context& context, const JsonlFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const int fd, OpenInput(flags));
  const absl::Cleanup close_input = [fd] { close(fd); };
  const Files files = FilesOf(flags);
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  SEAWORTHY_ASSIGN_OR_RETURN(JsonlCheckpoint from, Begin(flags, files, fd));
  const bool terminal = isatty(STDERR_FILENO) == 1;
  JsonlIngest::Options options;
  options.client = server.ingest.get();
  options.in_flight = flags.in_flight;
  options.lines_per_second = flags.rate;
  options.rejected_path = files.rejected;
  options.checkpoint_path = files.checkpoint;
  if (terminal) options.tell = ShowProgress;
  JsonlIngest ingest(std::move(options), fd, std::move(from));
  const absl::StatusOr<JsonlProgress> progress = ingest.Run();
  if (terminal) std::fprintf(stderr, "\n");
  if (!progress.ok()) {
    const char* way_out = files.checkpoint.empty() ? "" : "; the same command goes on where this one stopped";
    return absl::Status(progress.status().code(),
                        absl::StrCat(files.label, ": ", std::string(progress.status().message()), way_out));
  }
  Summarise(*progress, files, flags.json);
  if (RejectedOf(*progress) == 0) return absl::OkStatus();
  return WithExitCode(
      absl::InvalidArgumentError(absl::StrCat(RejectedOf(*progress), " of ", progress->lines,
                                              " lines rejected; ", files.rejected, " says why")),
      kRejected);
}

}  // namespace seaworthy::cli
