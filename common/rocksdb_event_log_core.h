// What the embedded log and its subscriptions share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/rocksdb_event_log_check.h"
#include "common/rocksdb_event_log_db.h"
#include "common/rocksdb_event_log_format.h"
#include "common/rocksdb_event_log_index.h"
#include "common/rocksdb_event_log_tracker.h"
#include "common/rocksdb_event_log_writer.h"
#include "common/steady_wait.h"

namespace seaworthy {

// The database, its one writer, and the state in memory under one mutex.
// Thread-safe. The mutex is never held while the writer is called.
struct LogCore {
  struct Subscriber {
    DeliveryTracker tracker;
    bool open = false;
    bool fetching = false;  // One Fetch at a time writes down its deliveries.
    SteadyCondVar changed;  // Of this subscription: something new, or something answered.
  };

  LogCore(std::unique_ptr<LogDatabase> opened, Clock* the_clock, LogContents contents);

  int64_t NowUs() const { return absl::ToUnixMicros(clock->Now()); }
  void OnCommitted(absl::Span<const CommittedEvent> events);
  // By the writer, after its disk was full: opens the database anew and goes by
  // what is there. `known`: the last record that is known to be.
  absl::StatusOr<ChainEnd> Recover(const ChainEnd& known);
  uint64_t Recoveries() const {
    absl::MutexLock lock(&mutex);
    return recoveries;
  }
  absl::Status CheckOpen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // OUT_OF_RANGE where it was trimmed away.
  absl::Status CheckHeld(uint64_t sequence) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  const std::unique_ptr<LogDatabase> database;
  Clock* const clock;

  absl::Mutex trimming;  // One trim at a time: cuts reach the disk in order.
  // The last one's, until it is known to be on disk.
  std::optional<event_log_format::CutEntry> cut ABSL_GUARDED_BY(trimming);

  mutable absl::Mutex mutex ABSL_ACQUIRED_AFTER(trimming);
  SteadyCondVar grown;  // There are more records.
  SubjectIndex index ABSL_GUARDED_BY(mutex);
  std::map<std::string, Subscriber, std::less<>> subscribers ABSL_GUARDED_BY(mutex);
  bool closed ABSL_GUARDED_BY(mutex) = false;
  uint64_t recoveries ABSL_GUARDED_BY(mutex) = 0;  // How often it was opened anew.

  GroupWriter writer;
};

// EventLog::TrimBefore.
absl::Status TrimLog(LogCore& core, uint64_t sequence);

// A subscription on the embedded log; `name` is open in the core.
std::unique_ptr<Subscription> NewRocksDbSubscription(std::shared_ptr<LogCore> core,
                                                     SubscriptionOptions options);

}  // namespace seaworthy
