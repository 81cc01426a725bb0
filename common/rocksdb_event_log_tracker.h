// What one subscription has delivered and not settled: the decisions, without
// disk or threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/event_log.h"
#include "common/log_import.h"
#include "common/rocksdb_event_log_format.h"
#include "common/rocksdb_event_log_index.h"

namespace seaworthy {

// Not thread-safe: the engine's mutex guards it. Times are microseconds.
class DeliveryTracker {
 public:
  using Entry = event_log_format::DeliveryEntry;

  // One record to hand out, or to give up on.
  struct Candidate {
    uint64_t sequence = 0;
    uint32_t attempts = 0;  // Made, this delivery included; given up: made.
  };
  struct Picked {
    std::vector<Candidate> deliver;
    std::vector<Candidate> give_up;
    uint64_t cursor = 0;
    bool empty() const { return deliver.empty() && give_up.empty(); }
  };

  // As found on disk at start. Deliveries in flight then are due at once.
  void Restore(event_log_format::CursorEntry cursor, uint64_t dead);
  void RestoreDelivery(uint64_t sequence, Entry entry, int64_t now_us);
  // All that is delivered and not settled.
  void ForgetDeliveries();

  // After writes whose outcome was not known: goes by what is on disk. What is
  // delivered and known here stays; an attempt nobody holds is due at once.
  void Reconcile(uint64_t cursor, const std::vector<std::pair<uint64_t, Entry>>& found, int64_t now_us);

  void set_subjects(std::vector<std::string> subjects);
  const std::vector<std::string>& subjects() const { return subjects_; }
  // Whether records of this subject are delivered.
  bool Wants(std::string_view subject) const;
  uint64_t cursor() const { return cursor_; }
  void CountDeadLetter() { ++dead_; }

  // Chooses what to deliver now, due records first; marks it busy. Empty where
  // nothing can be delivered. Answer with Delivered or Undo.
  Picked Pick(const SubscriptionOptions& options, const SubjectIndex& index, size_t max, int64_t now_us);
  // The picked were written down as delivered, or given up on.
  void Delivered(const Picked& picked, int64_t now_us, absl::Duration ack_wait);
  void Undo(const Picked& picked);

  // Whether the passing of time alone may make something due.
  bool HasTimed() const { return !due_.empty(); }

  enum class Answerable { kYes, kBusy, kStale, kSettled, kUnknown };
  // Whether an answer to this delivery counts. An acknowledgement counts for
  // any attempt (`any_attempt`), other answers only for the current one.
  Answerable Check(const Delivery& delivery, bool any_attempt) const;
  void SetBusy(uint64_t sequence, bool busy);
  // A settled record is due again, and busy until its entry is written; take it
  // back with Settle. False where it is not settled.
  bool BeginAgain(uint64_t sequence, const Entry& entry);
  void Settle(uint64_t sequence);
  void Reschedule(uint64_t sequence, const Entry& entry);
  // Starts the time to answer anew.
  void Extend(uint64_t sequence, int64_t due_us);

  // Takes back every delivery in flight, its attempt not counted; returns what
  // is to be written.
  std::vector<std::pair<uint64_t, Entry>> HandBack(int64_t now_us);

  SubscriptionStatus Status(std::string name, const SubjectIndex& index) const;

  // The first record that is not settled, delivered or not.
  std::optional<uint64_t> FirstUnsettled(const SubjectIndex& index) const;
  // All of it, to be set up elsewhere.
  SubscriptionState Export(std::string name) const;

 private:
  struct Tracked {
    Entry entry;
    bool busy = false;     // Someone is writing its next state.
    bool suspect = false;  // Was in flight at two crashes: delivered alone.
  };
  using Map = std::map<uint64_t, Tracked>;

  void ShiftIfClockWentBack(int64_t now_us);
  // False where a suspect keeps everything else back.
  bool PickDue(const SubscriptionOptions& options, size_t max, int64_t now_us, Picked& picked);
  void PickNew(const SubscriptionOptions& options, const SubjectIndex& index, size_t max, Picked& picked);
  bool MustWaitForSuspect(int64_t now_us) const;
  void SetDue(Map::iterator at, int64_t due_us);

  std::vector<std::string> subjects_;
  uint64_t cursor_ = 0;
  uint64_t dead_ = 0;
  Map tracked_;
  std::set<std::pair<int64_t, uint64_t>> due_;  // Of tracked_: (due, sequence).
  size_t in_flight_ = 0;
  size_t suspects_ = 0;
  int64_t last_now_us_ = INT64_MIN;
};

}  // namespace seaworthy
