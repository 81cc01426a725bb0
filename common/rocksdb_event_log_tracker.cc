#include "common/rocksdb_event_log_tracker.h"

#include <algorithm>

namespace seaworthy {

using event_log_format::DeliveryState;

namespace {
// In flight at this many ends of the process: from then on delivered alone.
constexpr uint32_t kSuspectAttempts = 2;
}  // namespace

void DeliveryTracker::Restore(event_log_format::CursorEntry cursor, uint64_t dead) {
  cursor_ = cursor.cursor;
  subjects_ = std::move(cursor.subjects);
  dead_ = dead;
}

void DeliveryTracker::RestoreDelivery(uint64_t sequence, Entry entry, int64_t now_us) {
  Tracked tracked;
  if (entry.state == DeliveryState::kInFlight) {
    tracked.suspect = entry.attempts >= kSuspectAttempts;
    entry.due_us = now_us;
  } else if (now_us < entry.written_us) {
    entry.due_us = now_us + (entry.due_us - entry.written_us);
  }
  entry.state = DeliveryState::kRetrying;
  tracked.entry = entry;
  suspects_ += tracked.suspect ? 1 : 0;
  tracked_[sequence] = tracked;
  due_.emplace(entry.due_us, sequence);
}

void DeliveryTracker::Reconcile(uint64_t cursor, const std::vector<std::pair<uint64_t, Entry>>& found,
                                int64_t now_us) {
  cursor_ = std::max(cursor_, cursor);
  std::set<uint64_t> gone;
  for (const auto& [sequence, tracked] : tracked_) {
    // Busy: its next state is still to be written.
    if (!tracked.busy) gone.insert(sequence);
  }
  for (const auto& [sequence, entry] : found) {
    gone.erase(sequence);
    const auto at = tracked_.find(sequence);
    const bool busy = at != tracked_.end() && at->second.busy;
    if (at != tracked_.end() && at->second.entry.state == entry.state &&
        at->second.entry.attempts == entry.attempts) {
      continue;
    }
    Settle(sequence);
    Entry due = entry;
    if (entry.state == DeliveryState::kInFlight)
      due = {DeliveryState::kRetrying, entry.attempts, now_us, now_us};
    RestoreDelivery(sequence, due, now_us);
    SetBusy(sequence, busy);
  }
  for (uint64_t sequence : gone) Settle(sequence);
}

void DeliveryTracker::ForgetDeliveries() {
  tracked_.clear();
  due_.clear();
  in_flight_ = 0;
  suspects_ = 0;
}

bool DeliveryTracker::Wants(std::string_view subject) const {
  return subjects_.empty() || std::find(subjects_.begin(), subjects_.end(), subject) != subjects_.end();
}

void DeliveryTracker::set_subjects(std::vector<std::string> subjects) {
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  subjects_ = std::move(subjects);
}

void DeliveryTracker::SetDue(Map::iterator at, int64_t due_us) {
  due_.erase({at->second.entry.due_us, at->first});
  at->second.entry.due_us = due_us;
  due_.emplace(due_us, at->first);
}

void DeliveryTracker::ShiftIfClockWentBack(int64_t now_us) {
  if (now_us < last_now_us_) {
    const int64_t back = last_now_us_ - now_us;
    due_.clear();
    for (auto& [sequence, tracked] : tracked_) {
      tracked.entry.due_us -= back;
      due_.emplace(tracked.entry.due_us, sequence);
    }
  }
  last_now_us_ = now_us;
}

// A suspect that is out, or due while others are out, keeps the rest back.
bool DeliveryTracker::MustWaitForSuspect(int64_t now_us) const {
  if (suspects_ == 0 || in_flight_ == 0) return false;
  return std::any_of(tracked_.begin(), tracked_.end(), [now_us](const auto& item) {
    const Tracked& tracked = item.second;
    return tracked.suspect &&
           (tracked.entry.state == DeliveryState::kInFlight || tracked.entry.due_us <= now_us);
  });
}

DeliveryTracker::Picked DeliveryTracker::Pick(const SubscriptionOptions& options, const SubjectIndex& index,
                                              size_t max, int64_t now_us) {
  ShiftIfClockWentBack(now_us);
  Picked picked;
  picked.cursor = cursor_;
  if (PickDue(options, max, now_us, picked)) PickNew(options, index, max, picked);
  for (const Candidate& candidate : picked.deliver) SetBusy(candidate.sequence, true);
  for (const Candidate& candidate : picked.give_up) SetBusy(candidate.sequence, true);
  return picked;
}

bool DeliveryTracker::PickDue(const SubscriptionOptions& options, size_t max, int64_t now_us,
                              Picked& picked) {
  const bool waiting = MustWaitForSuspect(now_us);
  size_t out = in_flight_;
  for (const auto& [due, sequence] : due_) {
    if (due > now_us || picked.deliver.size() + picked.give_up.size() >= max) break;
    const Tracked& tracked = tracked_[sequence];
    const bool in_flight = tracked.entry.state == DeliveryState::kInFlight;
    if (tracked.busy) continue;
    if (tracked.entry.attempts >= options.max_attempts) {
      picked.give_up.push_back({sequence, tracked.entry.attempts});
      continue;
    }
    if (!in_flight && (waiting || out >= options.max_in_flight)) continue;
    if (tracked.suspect && !in_flight && !picked.deliver.empty()) return false;
    out += in_flight ? 0 : 1;
    picked.deliver.push_back({sequence, tracked.entry.attempts + 1});
    if (tracked.suspect) return false;
  }
  return !waiting;
}

void DeliveryTracker::PickNew(const SubscriptionOptions& options, const SubjectIndex& index, size_t max,
                              Picked& picked) {
  while (picked.deliver.size() + picked.give_up.size() < max &&
         in_flight_ + picked.deliver.size() < options.max_in_flight) {
    const std::optional<uint64_t> next = index.NextAfter(subjects_, picked.cursor);
    if (!next) return;
    picked.deliver.push_back({*next, 1});
    picked.cursor = *next;
  }
}

void DeliveryTracker::Delivered(const Picked& picked, int64_t now_us, absl::Duration ack_wait) {
  const int64_t due_us = now_us + absl::ToInt64Microseconds(ack_wait);
  for (const Candidate& candidate : picked.deliver) {
    const auto at = tracked_.emplace(candidate.sequence, Tracked()).first;
    if (at->second.entry.state != DeliveryState::kInFlight || at->second.entry.attempts == 0) ++in_flight_;
    at->second.entry.state = DeliveryState::kInFlight;
    at->second.entry.attempts = candidate.attempts;
    at->second.entry.written_us = now_us;
    at->second.busy = false;
    SetDue(at, due_us);
  }
  for (const Candidate& candidate : picked.give_up) Settle(candidate.sequence);
  cursor_ = std::max(cursor_, picked.cursor);
}

void DeliveryTracker::Undo(const Picked& picked) {
  for (const Candidate& candidate : picked.deliver) SetBusy(candidate.sequence, false);
  for (const Candidate& candidate : picked.give_up) SetBusy(candidate.sequence, false);
}

DeliveryTracker::Answerable DeliveryTracker::Check(const Delivery& delivery, bool any_attempt) const {
  const auto at = tracked_.find(delivery.record.sequence);
  if (at == tracked_.end()) {
    return delivery.record.sequence <= cursor_ ? Answerable::kSettled : Answerable::kUnknown;
  }
  if (at->second.busy) return Answerable::kBusy;
  const Entry& entry = at->second.entry;
  const bool current = entry.state == DeliveryState::kInFlight && entry.attempts == delivery.attempt;
  return any_attempt || current ? Answerable::kYes : Answerable::kStale;
}

void DeliveryTracker::SetBusy(uint64_t sequence, bool busy) {
  const auto at = tracked_.find(sequence);
  if (at != tracked_.end()) at->second.busy = busy;
}

bool DeliveryTracker::BeginAgain(uint64_t sequence, const Entry& entry) {
  Tracked tracked;
  tracked.entry = entry;
  tracked.busy = true;
  if (!tracked_.emplace(sequence, tracked).second) return false;
  due_.emplace(entry.due_us, sequence);
  return true;
}

void DeliveryTracker::Settle(uint64_t sequence) {
  const auto at = tracked_.find(sequence);
  if (at == tracked_.end()) return;
  due_.erase({at->second.entry.due_us, sequence});
  if (at->second.entry.state == DeliveryState::kInFlight) --in_flight_;
  if (at->second.suspect) --suspects_;
  tracked_.erase(at);
}

void DeliveryTracker::Reschedule(uint64_t sequence, const Entry& entry) {
  const auto at = tracked_.find(sequence);
  if (at == tracked_.end()) return;
  if (at->second.entry.state == DeliveryState::kInFlight) --in_flight_;
  // Whoever answers has survived it.
  if (at->second.suspect) --suspects_;
  at->second.suspect = false;
  at->second.busy = false;
  SetDue(at, entry.due_us);
  at->second.entry = entry;
}

void DeliveryTracker::Extend(uint64_t sequence, int64_t due_us) {
  const auto at = tracked_.find(sequence);
  if (at != tracked_.end()) SetDue(at, due_us);
}

std::vector<std::pair<uint64_t, DeliveryTracker::Entry>> DeliveryTracker::HandBack(int64_t now_us) {
  std::vector<std::pair<uint64_t, Entry>> handed;
  for (const auto& [sequence, tracked] : tracked_) {
    if (tracked.entry.state != DeliveryState::kInFlight) continue;
    handed.emplace_back(sequence,
                        Entry{DeliveryState::kRetrying, tracked.entry.attempts - 1, now_us, now_us});
  }
  for (const auto& [sequence, entry] : handed) Reschedule(sequence, entry);
  return handed;
}

SubscriptionStatus DeliveryTracker::Status(std::string name, const SubjectIndex& index) const {
  SubscriptionStatus status;
  status.name = std::move(name);
  status.pending = index.CountAfter(subjects_, cursor_);
  status.in_flight = in_flight_;
  status.retrying = tracked_.size() - in_flight_;
  status.dead = dead_;
  return status;
}

std::optional<uint64_t> DeliveryTracker::FirstUnsettled(const SubjectIndex& index) const {
  const std::optional<uint64_t> next = index.NextAfter(subjects_, cursor_);
  if (tracked_.empty()) return next;
  return std::min(tracked_.begin()->first, next.value_or(UINT64_MAX));
}

SubscriptionState DeliveryTracker::Export(std::string name) const {
  SubscriptionState state;
  state.name = std::move(name);
  state.subjects = subjects_;
  state.cursor = cursor_;
  for (const auto& [sequence, tracked] : tracked_) {
    // A suspect was in flight at two ends, and stays one.
    const bool in_flight = tracked.suspect || tracked.entry.state == DeliveryState::kInFlight;
    state.unsettled.push_back({sequence, tracked.entry.attempts, in_flight, tracked.entry.due_us});
  }
  return state;
}

}  // namespace seaworthy
