// A log under load, and what it acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "rocksdb/env.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {

// Remembers over every life of the log what was acknowledged, and what was
// tried without an answer. Thread-safe.
class Ledger {
 public:
  // An event whose id was never used.
  NewEvent Next(size_t payload_bytes);
  // Appends `event`; true where it was acknowledged.
  bool Append(EventLog& log, const NewEvent& event, Report* report);
  // Delivers up to `max` records to `reader` and answers them, each with an
  // effect of its own. Returns how many answers were acknowledged; -1 where
  // nothing could be fetched.
  int Consume(Subscription& reader, size_t max);
  static SubscriptionOptions ReaderOptions();

  // Everything acknowledged is where it was said to be; nothing is twice, and
  // nothing is there that nobody tried. The log is open on a sound disk.
  void Prove(EventLog& log, Report& report) const;

  uint64_t acknowledged() const;
  uint64_t settled() const;

 private:
  void ProveRecord(const Record& record, std::set<std::string>& seen, Report& report) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> tried_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
  std::set<uint64_t> settled_ ABSL_GUARDED_BY(mutex_);  // Sequences whose answer counted.
};

// Opens the log at `path` for the pieces.
absl::StatusOr<std::unique_ptr<EventLog>> OpenLog(const std::string& path, Clock* clock, rocksdb::Env* env);

// Threads that append until an append fails, and one that consumes; joined at the end.
class Workers {
 public:
  Workers(EventLog* log, Ledger* ledger, int writers, Report* report);
  ~Workers() { Join(); }
  // Ends them; the ones in the log's hands first come back.
  void Join();
  bool AnyStopped() const { return stopped_.load() > 0; }

 private:
  EventLog* const log_;
  Ledger* const ledger_;
  Report* const report_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> stopped_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace seaworthy::torture
