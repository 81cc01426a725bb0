// What the cases of the event log's contract share: an engine behind a harness.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// One engine on a place of its own, with a clock the test moves.
class EventLogHarness {
 public:
  virtual ~EventLogHarness() = default;
  virtual EventLog& log() = 0;
  // As after kill -9: whatever was open is gone, the log is opened anew.
  // Subscriptions of before may still be destroyed, without effect on the new.
  virtual void CrashAndReopen() = 0;
  // Closed in order and opened anew; no subscription may be left.
  virtual void Restart() = 0;
  // Moves the log's clock, backwards too.
  virtual void Advance(absl::Duration by) = 0;
};

// Named, so that a failing case says which engine it ran on.
struct EventLogEngine {
  std::string name;
  std::function<std::unique_ptr<EventLogHarness>()> make;
  friend void PrintTo(const EventLogEngine& engine, std::ostream* out) { *out << engine.name; }
};

// Instantiated by each engine's test (event_log_contract_test.h).
class EventLogContract : public testing::TestWithParam<EventLogEngine> {
 protected:
  using Sequences = std::vector<uint64_t>;
  // For what must happen; nothing waits so long unless it fails.
  static constexpr absl::Duration kSoon = absl::Seconds(20);

  EventLog& log() { return harness_->log(); }
  EventLogHarness& harness() { return *harness_; }

  static NewEvent Event(std::string id, std::string subject = "test.made", std::string payload = "payload") {
    return {std::move(id), std::move(subject), std::move(payload)};
  }
  uint64_t Append(const NewEvent& event) {
    const absl::StatusOr<Appended> appended = log().Append(event);
    EXPECT_TRUE(appended.ok()) << appended.status();
    return appended.ok() ? appended->sequence : 0;
  }
  void AppendMany(int count, const std::string& subject = "test.made") {
    for (int i = 0; i < count; ++i) Append(Event(absl::StrCat(subject, ":", log().LastSequence()), subject));
  }
  absl::StatusCode AppendError(const NewEvent& event) { return log().Append(event).status().code(); }

  std::unique_ptr<Subscription> Open(SubscriptionOptions options) {
    absl::StatusOr<std::unique_ptr<Subscription>> opened = log().Subscribe(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  std::unique_ptr<Subscription> Open() { return Open(Named("reader")); }
  static SubscriptionOptions Named(std::string name) {
    SubscriptionOptions options;
    options.name = std::move(name);
    return options;
  }

  static std::vector<Delivery> Fetch(Subscription& from, size_t max, absl::Duration timeout = kSoon) {
    absl::StatusOr<std::vector<Delivery>> fetched = from.Fetch(max, timeout);
    EXPECT_TRUE(fetched.ok()) << fetched.status();
    return fetched.ok() ? *std::move(fetched) : std::vector<Delivery>();
  }
  static Delivery FetchOne(Subscription& from) {
    std::vector<Delivery> fetched = Fetch(from, 1);
    EXPECT_EQ(fetched.size(), 1u);
    return fetched.empty() ? Delivery() : fetched.front();
  }
  static Sequences SequencesOf(const std::vector<Delivery>& deliveries) {
    Sequences sequences;
    for (const Delivery& delivery : deliveries) sequences.push_back(delivery.record.sequence);
    return sequences;
  }
  static bool HasNothing(Subscription& from) { return Fetch(from, 10, absl::ZeroDuration()).empty(); }
  SubscriptionStatus StatusOf(const std::string& name) {
    for (const SubscriptionStatus& status : log().ListSubscriptions()) {
      if (status.name == name) return status;
    }
    ADD_FAILURE() << name << " is not listed";
    return {};
  }
  // The log's last record as a dead letter.
  v1::DeadLetter LastLetter() {
    const absl::StatusOr<Record> record = log().Read(log().LastSequence());
    EXPECT_TRUE(record.ok() && record->subject == "dead.letter") << record.status();
    v1::Event event;
    EXPECT_TRUE(record.ok() && event.ParseFromString(record->payload));
    return event.dead_letter();
  }

  std::unique_ptr<EventLogHarness> harness_ = GetParam().make();
};

}  // namespace seaworthy
