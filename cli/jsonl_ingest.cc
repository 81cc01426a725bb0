#include "cli/jsonl_ingest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/jsonl_request.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kMaxWindowLines = 256;
constexpr size_t kMaxWindowBytes = 32 << 20;
constexpr size_t kMaxRejectedBytes = 4 << 20;
constexpr uint64_t kSaveAfterLines = 512;
constexpr size_t kShownBytes = 200;
constexpr absl::Duration kTellEvery = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr absl::Duration kCallDeadline = absl::Seconds(30);

// The server is there, but not now.
bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) ||
         absl::IsAborted(status);
}

// The server said no to this line.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status) ||
         absl::IsAlreadyExists(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status) ||
         absl::IsPermissionDenied(status);
}

std::string RejectionLine(const JsonlLine& line, const std::string& outcome, absl::string_view reason) {
  const nlohmann::json json = {{"line", line.number},
                               {"outcome", outcome},
                               {"reason", std::string(reason)},
                               {"begins", line.text.substr(0, kShownBytes)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

uint64_t SizeOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
}

}  // namespace

absl::Duration Pacer::Delay(absl::Time now) {
  if (rate_ <= 0) return absl::ZeroDuration();
  const absl::Time due = std::max(now, next_);
  next_ = due + absl::Seconds(1) / rate_;
  return due - now;
}

JsonlIngest::JsonlIngest(Options options, int fd, JsonlCheckpoint from)
    : options_(std::move(options)),
      fd_(fd),
      from_(from),
      begun_(absl::Now()),
      size_(SizeOf(fd)),
      lines_(fd, from.offset, from.lines),
      pacer_(options_.lines_per_second),
      state_(std::move(from)) {}

bool JsonlIngest::HasRoom() const {
  return !failure_.ok() || (window_.size() < kMaxWindowLines && bytes_ < kMaxWindowBytes &&
                            rejected_.size() < kMaxRejectedBytes && unsaved_ < kMaxUnsavedLines);
}

bool JsonlIngest::Take(Work& work) {
  absl::MutexLock reading(&read_mutex_);
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &JsonlIngest::HasRoom));
    if (!failure_.ok()) return false;
  }
  auto line = lines_.Next();
  if (!line.ok()) Fail(line.status());
  if (!line.ok() || !line->has_value()) return false;
  work.line = **std::move(line);
  Wait(pacer_.Delay(absl::Now()));
  absl::MutexLock lock(&mutex_);
  work.slot = &window_.emplace_back();
  work.slot->number = work.line.number;
  work.slot->end = work.line.end;
  work.slot->bytes = work.line.text.size();
  bytes_ += work.slot->bytes;
  return true;
}

void JsonlIngest::Fail(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  if (failure_.ok()) failure_ = std::move(status);
}

// Until something has failed, at most `pause`.
void JsonlIngest::Wait(absl::Duration pause) {
  if (pause <= absl::ZeroDuration()) return;
  absl::MutexLock lock(&mutex_);
  const auto failed = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !failure_.ok(); };
  mutex_.AwaitWithTimeout(absl::Condition(&failed), pause);
}

absl::StatusOr<v1::SubmitAnnouncementResponse> JsonlIngest::Send(
    const v1::SubmitAnnouncementRequest& request) {
  const absl::Time give_up = absl::Now() + options_.patience;
  absl::Duration pause = options_.first_pause;
  while (true) {
    auto response = options_.client->SubmitAnnouncement(request, kCallDeadline);
    if (response.ok() || !IsTransient(response.status()) || absl::Now() >= give_up) return response;
    Wait(pause);
    pause = std::min(2 * pause, kLongestPause);
    absl::MutexLock lock(&mutex_);
    if (!failure_.ok()) return failure_;
  }
}

void JsonlIngest::Answer(const Work& work) {
  const JsonlLine& line = work.line;
  const auto reject = [&](const std::string& outcome, absl::string_view reason) {
    Settle(*work.slot, outcome, RejectionLine(line, outcome, reason));
  };
  if (line.too_long) {
    return reject("too_long",
                  absl::StrCat("the line has more than ", kMaxJsonlLineBytes, " bytes; shorten it"));
  }
  if (absl::StripAsciiWhitespace(line.text).empty()) return Settle(*work.slot, "blank", "");
  const auto request = ReadJsonlLine(line.text);
  if (!request.ok()) return reject("unreadable", request.status().message());
  const auto response = Send(*request);
  if (response.ok()) return Settle(*work.slot, response->repeated() ? "repeated" : "received", "");
  if (IsRefusal(response.status())) return reject("refused", response.status().message());
  Fail(absl::Status(response.status().code(),
                    absl::StrCat("line ", line.number, ": ", std::string(response.status().message()))));
}

void JsonlIngest::Settle(Slot& slot, std::string outcome, std::string rejection) {
  absl::MutexLock lock(&mutex_);
  slot.outcome = std::move(outcome);
  slot.rejection = std::move(rejection);
  bytes_ -= slot.bytes;
  Advance();
}

void JsonlIngest::Advance() {
  while (!window_.empty() && !window_.front().outcome.empty()) {
    Slot& slot = window_.front();
    state_.offset = slot.end;
    state_.lines = slot.number;
    if (slot.outcome != "blank") ++state_.counts[slot.outcome];
    state_.rejected_bytes += slot.rejection.size();
    rejected_ += slot.rejection;
    window_.pop_front();
    ++unsaved_;
  }
}

void JsonlIngest::Submit() {
  Work work;
  while (Take(work)) Answer(work);
  absl::MutexLock lock(&mutex_);
  --running_;
}

absl::Status JsonlIngest::WriteRejected(const std::string& text) {
  if (text.empty()) return absl::OkStatus();
  const int fd = open(options_.rejected_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const absl::Cleanup close_file = [fd] {
    if (fd >= 0) close(fd);
  };
  const bool written = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  // A terminal or a pipe cannot be synced and need not be.
  if (written && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(options_.rejected_path, ": rejected lines cannot be written: ",
                                          std::strerror(errno), "; name another file with --rejected"));
}

// Rejected lines first: the checkpoint says how long their file is.
absl::Status JsonlIngest::Save(absl::Time* saved) {
  std::string rejected;
  JsonlCheckpoint state;
  uint64_t covered = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (unsaved_ == 0) return absl::OkStatus();
    rejected = rejected_;
    state = state_;
    covered = unsaved_;
  }
  SEAWORTHY_RETURN_IF_ERROR(WriteRejected(rejected));
  if (!options_.checkpoint_path.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(JsonlCheckpoint file, DescribeFile(fd_, state.offset));
    file.lines = state.lines;
    file.rejected_bytes = state.rejected_bytes;
    file.counts = std::move(state.counts);
    SEAWORTHY_RETURN_IF_ERROR(WriteCheckpoint(options_.checkpoint_path, file));
  }
  *saved = absl::Now();
  absl::MutexLock lock(&mutex_);
  rejected_.erase(0, rejected.size());
  unsaved_ -= covered;
  return absl::OkStatus();
}

JsonlProgress JsonlIngest::Progress() {
  absl::MutexLock lock(&mutex_);
  return {.lines = state_.lines,
          .this_run = state_.lines - from_.lines,
          .offset = state_.offset,
          .size = size_,
          .elapsed = absl::Now() - begun_,
          .counts = state_.counts};
}

bool JsonlIngest::WorthSaving() const { return running_ == 0 || unsaved_ >= kSaveAfterLines; }

absl::StatusOr<JsonlProgress> JsonlIngest::Run() {
  {
    absl::MutexLock lock(&mutex_);
    running_ = options_.in_flight;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < options_.in_flight; ++i) threads.emplace_back([this] { Submit(); });
  absl::Time saved = begun_;
  absl::Time told = begun_;
  bool ended = false;
  while (!ended) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithDeadline(absl::Condition(this, &JsonlIngest::WorthSaving), told + kTellEvery);
      ended = running_ == 0;
    }
    if (absl::Status status = Save(&saved); !status.ok()) {
      Fail(std::move(status));
      break;
    }
    if (ended || absl::Now() - told >= kTellEvery) {
      told = absl::Now();
      if (options_.tell) options_.tell(Progress());
    }
  }
  for (std::thread& thread : threads) thread.join();
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  return JsonlProgress{.lines = state_.lines,
                       .this_run = state_.lines - from_.lines,
                       .offset = state_.offset,
                       .size = size_,
                       .elapsed = absl::Now() - begun_,
                       .counts = state_.counts};
}

}  // namespace seaworthy::cli
