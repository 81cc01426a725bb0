// `seaworthy ingest --jsonl`: a million lines as a million submissions.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "cli/jsonl_checkpoint.h"
#include "cli/jsonl_lines.h"
#include "common/clients.h"

namespace seaworthy::cli {

// How it goes.
struct JsonlProgress {
  uint64_t lines = 0;                      // Answered, earlier runs included.
  uint64_t this_run = 0;                   // Answered in this run.
  uint64_t offset = 0;                     // Of the first not answered.
  uint64_t size = 0;                       // Of the file; 0 where unknown.
  absl::Duration elapsed;                  // Of this run.
  std::map<std::string, uint64_t> counts;  // `received`, `repeated`, `refused`, `unreadable`, `too_long`.
};

// When the next line may go: `rate` of them a second, without catching up.
class Pacer {
 public:
  explicit Pacer(double rate) : rate_(rate) {}
  // How long to wait before the next; it counts as gone.
  absl::Duration Delay(absl::Time now);

 private:
  const double rate_;
  absl::Time next_ = absl::InfinitePast();
};

// Reads lines and keeps several submissions under way, so that the log's
// commits take many at once. Lines are answered in any order and accounted for
// in theirs: the checkpoint never passes a line without an answer, and the file
// of rejected lines is in order. Memory is bounded by the lines under way, not
// by the input. Killed at any time, the next run repeats at most what was under
// way and kMaxUnsavedLines answered since the last checkpoint; the server knows
// them again by id, else by content. Run once.
class JsonlIngest {
 public:
  struct Options {
    IngestClient* client = nullptr;  // Not owned.
    int in_flight = 8;               // Submissions at once.
    double lines_per_second = 0;     // 0: no limit.
    std::string rejected_path;
    std::string checkpoint_path;  // Empty: none.
    // Called about once a second and at the end, by Run's thread; may be null.
    std::function<void(const JsonlProgress&)> tell;
    // How long a server that does not answer is waited for, and the first pause.
    absl::Duration patience = absl::Seconds(60);
    absl::Duration first_pause = absl::Milliseconds(100);
  };
  static constexpr uint64_t kMaxUnsavedLines = 1024;

  // Goes on behind `from`; `fd` stands there.
  JsonlIngest(Options options, int fd, JsonlCheckpoint from);

  // To the end of the input. Errors: the server's where it is no answer about
  // a line (UNAVAILABLE after `patience`), DATA_LOSS (the input), INTERNAL (a
  // file beside it); the next run goes on where this one stopped.
  absl::StatusOr<JsonlProgress> Run();

 private:
  // One line under way.
  struct Slot {
    uint64_t number = 0;
    uint64_t end = 0;
    size_t bytes = 0;
    std::string outcome;    // Empty until it is answered; `blank` counts nowhere.
    std::string rejection;  // A line for the file of rejected ones.
  };
  struct Work {
    Slot* slot = nullptr;  // In the window.
    JsonlLine line;
  };

  void Submit();  // One thread's work.
  bool Take(Work& work);
  void Answer(const Work& work);
  absl::StatusOr<v1::SubmitAnnouncementResponse> Send(const v1::SubmitAnnouncementRequest& request);
  void Settle(Slot& slot, std::string outcome, std::string rejection);
  void Fail(absl::Status status);
  void Wait(absl::Duration pause);
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool WorthSaving() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::Status Save(absl::Time* saved);
  absl::Status WriteRejected(const std::string& text);
  JsonlProgress Progress() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const int fd_;
  const JsonlCheckpoint from_;
  const absl::Time begun_;
  const uint64_t size_;

  absl::Mutex read_mutex_;  // Taken before mutex_; held while waiting for input.
  JsonlLines lines_ ABSL_GUARDED_BY(read_mutex_);
  Pacer pacer_ ABSL_GUARDED_BY(read_mutex_);

  absl::Mutex mutex_;
  std::deque<Slot> window_ ABSL_GUARDED_BY(mutex_);  // References stay: only ends change.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  JsonlCheckpoint state_ ABSL_GUARDED_BY(mutex_);  // As of the first line not answered.
  std::string rejected_ ABSL_GUARDED_BY(mutex_);   // Not written yet.
  uint64_t unsaved_ ABSL_GUARDED_BY(mutex_) = 0;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy::cli
