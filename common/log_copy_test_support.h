// For tests of copies: a log in which every state of a record occurs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/event_log.h"
#include "common/event_log_test_folder.h"
#include "common/log_copy.h"
#include "common/log_import.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy {

inline NewEvent MadeEvent(int number) {
  return {absl::StrCat("id ", number), "test.made", absl::StrCat("payload ", number)};
}

inline void AppendTo(EventLog& log, int from, int to) {
  for (int i = from; i <= to; ++i) ASSERT_TRUE(log.Append(MadeEvent(i)).ok());
}

inline SubscriptionOptions MadeReader(const std::string& name = "reader") {
  SubscriptionOptions options;
  options.name = name;
  options.subjects = {"test.made"};
  return options;
}

// `count` records (8 at least) and their dead letter; to `reader` record 1 is
// settled, 2 given up, 3 waits for a retry, 4 and 5 are out, 8 and on wait.
// Returns what has them out: it must live until the log was left, as by kill -9.
inline std::unique_ptr<Subscription> FillLog(EventLog& log, int count) {
  for (int i = 1; i <= count; ++i) EXPECT_TRUE(log.Append(MadeEvent(i)).ok());
  EXPECT_TRUE(log.Subscribe(MadeReader("sleeper")).ok());
  std::unique_ptr<Subscription> reader = *log.Subscribe(MadeReader());
  const std::vector<Delivery> fetched = *reader->Fetch(7, absl::Seconds(20));
  EXPECT_EQ(fetched.size(), 7u);
  EXPECT_TRUE(reader->Ack(fetched[0]).ok());
  EXPECT_TRUE(reader->Reject(fetched[1], "bad").ok());
  EXPECT_TRUE(reader->RetryAfter(fetched[2], absl::Minutes(5), "busy").ok());
  EXPECT_TRUE(reader->Ack(fetched[5]).ok());
  EXPECT_TRUE(reader->Ack(fetched[6]).ok());
  return reader;
}

// Records and queues, one a line; what is out and what waits for another try
// stand together, as they do for whoever opens the log next.
inline std::string DumpLeft(EventLog& log) {
  std::string dump;
  for (uint64_t sequence = 1; sequence <= log.LastSequence(); ++sequence) {
    const absl::StatusOr<Record> record = log.Read(sequence);
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok()) break;
    absl::StrAppend(&dump, sequence, " ", absl::ToUnixMicros(record->time), " ", record->dedup_id, " ",
                    record->subject, " ", record->payload, " ", ToHex(record->hash), "\n");
  }
  for (const SubscriptionStatus& status : log.ListSubscriptions()) {
    absl::StrAppend(&dump, status.name, " ", status.pending, " ", status.in_flight + status.retrying, " ",
                    status.dead, "\n");
  }
  return dump;
}

// What `reader` is given at once by whoever opens the log next: sequence and attempt.
inline std::string DueNow(EventLog& log) {
  std::string due;
  const auto reader = log.Subscribe(MadeReader());
  EXPECT_TRUE(reader.ok()) << reader.status();
  const auto fetched = (*reader)->Fetch(100, absl::ZeroDuration());
  EXPECT_TRUE(fetched.ok()) << fetched.status();
  for (const Delivery& delivery : *fetched) {
    absl::StrAppend(&due, delivery.record.sequence, "/", delivery.attempt, " ");
  }
  return due;
}

inline void NoProgress(uint64_t, uint64_t) {}

// Waits until `log` has come to `sequence`, whoever writes it.
inline absl::Status ReadUpTo(EventLog& log, uint64_t sequence) {
  const absl::Time soon = absl::Now() + absl::Seconds(30);
  while (true) {
    const uint64_t last = log.LastSequence();
    const absl::StatusOr<std::vector<Record>> read =
        log.ReadAfter(std::min(last, sequence - 1), 1, absl::Milliseconds(100));
    if (!read.ok() || log.LastSequence() >= sequence) return read.status();
    if (absl::Now() >= soon) return absl::DeadlineExceededError("it did not come");
  }
}

// Embedded logs by name.
class LogCopyFixture : public testing::Test {
 protected:
  RocksDbEventLogOptions At(const std::string& name) {
    RocksDbEventLogOptions options;
    options.path = folder_.Sub(name);
    options.clock = &clock_;
    return options;
  }
  std::unique_ptr<EventLog> OpenLog(const std::string& name) {
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenRocksDbEventLog(At(name));
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  // A log as kill -9 leaves it, under the name `from`.
  void MakeSource(int count) {
    const auto log = OpenLog("made");
    const auto reader = FillLog(*log, count);
    folder_.Copy(folder_.Sub("made"), "from");
  }
  std::unique_ptr<EventLog> OpenSource(int count) {
    MakeSource(count);
    return OpenLog("from");
  }

  TestFolder folder_;
  FakeClock clock_;
};

}  // namespace seaworthy
