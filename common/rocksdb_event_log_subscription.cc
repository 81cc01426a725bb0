#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/rocksdb_event_log_core.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

using event_log_format::DeliveryEntry;
using event_log_format::DeliveryState;

// Several workers may share it: the core's mutex guards the tracker, and one
// Fetch at a time writes, so that cursors reach the disk in order.
class RocksDbSubscription : public Subscription {
 public:
  RocksDbSubscription(std::shared_ptr<LogCore> core, SubscriptionOptions options)
      : core_(std::move(core)), options_(std::move(options)) {}
  ~RocksDbSubscription() override;

  absl::StatusOr<std::vector<Delivery>> Fetch(size_t max, absl::Duration timeout) override;
  absl::Status Ack(const Delivery& delivery, absl::Span<const NewEvent> effects) override;
  absl::Status AckAll(absl::Span<const Acknowledgement> answers) override;
  absl::Status RetryAfter(const Delivery& delivery, absl::Duration delay, std::string_view reason) override;
  absl::Status Reject(const Delivery& delivery, std::string_view reason) override;
  absl::Status InProgress(const Delivery& delivery) override;

 private:
  using Picked = DeliveryTracker::Picked;
  // What one Fetch writes and hands out.
  struct Round {
    std::vector<Delivery> deliveries;
    std::vector<NewEvent> dead_letters;
    LogWrite write;
    int64_t now_us = 0;
  };

  LogCore::Subscriber& self() ABSL_EXCLUSIVE_LOCKS_REQUIRED(core_->mutex) {
    return core_->subscribers.find(options_.name)->second;
  }
  DeliveryTracker& tracker() ABSL_EXCLUSIVE_LOCKS_REQUIRED(core_->mutex) { return self().tracker; }
  SteadyCondVar& changed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(core_->mutex) { return self().changed; }

  absl::StatusOr<Picked> WaitForWork(size_t max, const SteadyDeadline& deadline);
  absl::StatusOr<std::vector<Delivery>> Deliver(const Picked& picked);
  absl::Status Prepare(const Picked& picked, Round& round);
  absl::Status PrepareGivingUp(const Picked& picked, Round& round);
  Bookkeeping CursorChange(uint64_t cursor);
  Bookkeeping DeliveryChange(uint64_t sequence, const DeliveryEntry& entry) const;
  Bookkeeping Settlement(uint64_t sequence) const;

  // True: the answer counts and the record is marked busy.
  absl::StatusOr<bool> Begin(const Delivery& delivery, bool any_attempt);
  // The same for many; waits for those that others answer just now.
  absl::StatusOr<std::vector<const Acknowledgement*>> BeginAll(absl::Span<const Acknowledgement> answers);
  bool AnyBusy(absl::Span<const Acknowledgement> answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(core_->mutex);
  absl::Status Settle(const Delivery& delivery, absl::Span<const NewEvent> events);
  // A dead letter is never the subject of another: no endless chain.
  std::vector<NewEvent> LetterFor(const Record& record, uint32_t attempts, std::string_view reason) const;

  const std::shared_ptr<LogCore> core_;
  const SubscriptionOptions options_;
};

RocksDbSubscription::~RocksDbSubscription() {
  LogWrite write;
  write.after_close = true;
  {
    absl::MutexLock lock(&core_->mutex);
    for (const auto& [sequence, entry] : tracker().HandBack(core_->NowUs())) {
      write.bookkeeping.push_back(DeliveryChange(sequence, entry));
    }
  }
  // Where it fails the deliveries count as attempts, as after a crash.
  if (!write.bookkeeping.empty()) core_->writer.Commit(write).IgnoreError();
  absl::MutexLock lock(&core_->mutex);
  core_->subscribers.find(options_.name)->second.open = false;
}

absl::StatusOr<std::vector<Delivery>> RocksDbSubscription::Fetch(size_t max, absl::Duration timeout) {
  const SteadyDeadline deadline(timeout);
  while (true) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Picked picked, WaitForWork(max, deadline));
    if (picked.empty()) return std::vector<Delivery>();
    absl::StatusOr<std::vector<Delivery>> deliveries = Deliver(picked);
    // Nothing where all that was due has been given up on.
    if (!deliveries.ok() || !deliveries->empty()) return deliveries;
  }
}

absl::StatusOr<DeliveryTracker::Picked> RocksDbSubscription::WaitForWork(size_t max,
                                                                         const SteadyDeadline& deadline) {
  absl::MutexLock lock(&core_->mutex);
  while (true) {
    SEAWORTHY_RETURN_IF_ERROR(core_->CheckOpen());
    if (!self().fetching) {
      Picked picked = tracker().Pick(options_, core_->index, max, core_->NowUs());
      self().fetching = !picked.empty();
      if (!picked.empty()) return picked;
    }
    const absl::Duration left = deadline.Left();
    if (left <= absl::ZeroDuration()) return Picked();
    changed().WaitWithTimeout(&core_->mutex, tracker().HasTimed() ? std::min(left, kClockPoll) : left);
  }
}

absl::StatusOr<std::vector<Delivery>> RocksDbSubscription::Deliver(const Picked& picked) {
  Round round;
  round.now_us = core_->NowUs();
  absl::Status status = Prepare(picked, round);
  if (status.ok()) status = core_->writer.Commit(round.write).status();
  absl::MutexLock lock(&core_->mutex);
  self().fetching = false;
  changed().SignalAll();
  if (!status.ok()) {
    tracker().Undo(picked);
    return status;
  }
  tracker().Delivered(picked, round.now_us, options_.ack_wait);
  return std::move(round.deliveries);
}

absl::Status RocksDbSubscription::Prepare(const Picked& picked, Round& round) {
  for (const DeliveryTracker::Candidate& candidate : picked.deliver) {
    SEAWORTHY_ASSIGN_OR_RETURN(Record record, core_->database->ReadRecord(candidate.sequence));
    round.deliveries.push_back({std::move(record), candidate.attempts});
    const int64_t due_us = round.now_us + absl::ToInt64Microseconds(options_.ack_wait);
    round.write.bookkeeping.push_back(DeliveryChange(
        candidate.sequence, {DeliveryState::kInFlight, candidate.attempts, round.now_us, due_us}));
  }
  if (!picked.deliver.empty()) round.write.bookkeeping.push_back(CursorChange(picked.cursor));
  return PrepareGivingUp(picked, round);
}

absl::Status RocksDbSubscription::PrepareGivingUp(const Picked& picked, Round& round) {
  for (const DeliveryTracker::Candidate& candidate : picked.give_up) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Record record, core_->database->ReadRecord(candidate.sequence));
    for (NewEvent& letter :
         LetterFor(record, candidate.attempts, "not answered: the consumer ended or was too slow")) {
      round.dead_letters.push_back(std::move(letter));
    }
    round.write.bookkeeping.push_back(Settlement(candidate.sequence));
  }
  round.write.events = round.dead_letters;
  return absl::OkStatus();
}

Bookkeeping RocksDbSubscription::CursorChange(uint64_t cursor) {
  absl::MutexLock lock(&core_->mutex);
  return {event_log_format::CursorKey(options_.name),
          event_log_format::EncodeCursor({cursor, tracker().subjects()})};
}

Bookkeeping RocksDbSubscription::DeliveryChange(uint64_t sequence, const DeliveryEntry& entry) const {
  return {event_log_format::DeliveryKey(options_.name, sequence), event_log_format::EncodeDelivery(entry)};
}

Bookkeeping RocksDbSubscription::Settlement(uint64_t sequence) const {
  return {event_log_format::DeliveryKey(options_.name, sequence), std::nullopt};
}

absl::StatusOr<bool> RocksDbSubscription::Begin(const Delivery& delivery, bool any_attempt) {
  using Answerable = DeliveryTracker::Answerable;
  const uint64_t sequence = delivery.record.sequence;
  absl::MutexLock lock(&core_->mutex);
  while (tracker().Check(delivery, any_attempt) == Answerable::kBusy) changed().Wait(&core_->mutex);
  const Answerable answerable = tracker().Check(delivery, any_attempt);
  if (answerable == Answerable::kUnknown) {
    return absl::InvalidArgumentError(
        absl::StrCat("record ", sequence, " was never delivered to subscription ", options_.name));
  }
  if (answerable != Answerable::kYes) return false;
  tracker().SetBusy(sequence, true);
  return true;
}

absl::Status RocksDbSubscription::Settle(const Delivery& delivery, absl::Span<const NewEvent> events) {
  LogWrite write;
  write.events = events;
  write.bookkeeping.push_back(Settlement(delivery.record.sequence));
  const absl::Status status = core_->writer.Commit(write).status();
  absl::MutexLock lock(&core_->mutex);
  changed().SignalAll();
  if (status.ok()) {
    tracker().Settle(delivery.record.sequence);
  } else {
    tracker().SetBusy(delivery.record.sequence, false);
  }
  return status;
}

absl::Status RocksDbSubscription::Ack(const Delivery& delivery, absl::Span<const NewEvent> effects) {
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(effects));
  SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Begin(delivery, true));
  return counts ? Settle(delivery, effects) : absl::OkStatus();
}

absl::Status RocksDbSubscription::AckAll(absl::Span<const Acknowledgement> answers) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<const Acknowledgement*> counting, BeginAll(answers));
  std::vector<NewEvent> events;
  LogWrite write;
  for (const Acknowledgement* answer : counting) {
    events.insert(events.end(), answer->effects.begin(), answer->effects.end());
    write.bookkeeping.push_back(Settlement(answer->delivery->record.sequence));
  }
  if (counting.empty()) return absl::OkStatus();
  write.events = events;
  absl::Status status = CheckEvents(events);
  if (status.ok()) status = core_->writer.Commit(write).status();
  absl::MutexLock lock(&core_->mutex);
  changed().SignalAll();
  for (const Acknowledgement* answer : counting) {
    const uint64_t sequence = answer->delivery->record.sequence;
    status.ok() ? tracker().Settle(sequence) : tracker().SetBusy(sequence, false);
  }
  return status;
}

bool RocksDbSubscription::AnyBusy(absl::Span<const Acknowledgement> answers) {
  for (const Acknowledgement& answer : answers) {
    if (tracker().Check(*answer.delivery, true) == DeliveryTracker::Answerable::kBusy) return true;
  }
  return false;
}

absl::StatusOr<std::vector<const Acknowledgement*>> RocksDbSubscription::BeginAll(
    absl::Span<const Acknowledgement> answers) {
  using Answerable = DeliveryTracker::Answerable;
  std::vector<const Acknowledgement*> counting;
  absl::MutexLock lock(&core_->mutex);
  // Nothing is marked while waiting, so two batches cannot wait for each other.
  while (AnyBusy(answers)) changed().Wait(&core_->mutex);
  for (const Acknowledgement& answer : answers) {
    const Answerable answerable = tracker().Check(*answer.delivery, true);
    if (answerable == Answerable::kUnknown) {
      return absl::InvalidArgumentError(absl::StrCat("record ", answer.delivery->record.sequence,
                                                     " was never delivered to subscription ", options_.name));
    }
    if (answerable == Answerable::kYes) counting.push_back(&answer);
  }
  for (const Acknowledgement* answer : counting) tracker().SetBusy(answer->delivery->record.sequence, true);
  return counting;
}

absl::Status RocksDbSubscription::RetryAfter(const Delivery& delivery, absl::Duration delay,
                                             std::string_view reason) {
  if (delivery.attempt >= options_.max_attempts) return Reject(delivery, reason);
  SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Begin(delivery, false));
  if (!counts) return absl::OkStatus();
  const uint64_t sequence = delivery.record.sequence;
  spdlog::info("subscription {}: record {} again after {}: {}", options_.name, sequence,
               absl::FormatDuration(delay), std::string(reason));
  const int64_t now_us = core_->NowUs();
  const int64_t delay_us =
      absl::ToInt64Microseconds(std::clamp(delay, absl::ZeroDuration(), absl::Hours(24 * 365)));
  const DeliveryEntry entry{DeliveryState::kRetrying, delivery.attempt, now_us, now_us + delay_us};
  LogWrite write;
  write.bookkeeping.push_back(DeliveryChange(sequence, entry));
  const absl::Status status = core_->writer.Commit(write).status();
  absl::MutexLock lock(&core_->mutex);
  changed().SignalAll();
  if (status.ok()) {
    tracker().Reschedule(sequence, entry);
  } else {
    tracker().SetBusy(sequence, false);
  }
  return status;
}

absl::Status RocksDbSubscription::Reject(const Delivery& delivery, std::string_view reason) {
  SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Begin(delivery, false));
  if (!counts) return absl::OkStatus();
  return Settle(delivery, LetterFor(delivery.record, delivery.attempt, reason));
}

absl::Status RocksDbSubscription::InProgress(const Delivery& delivery) {
  SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Begin(delivery, false));
  if (!counts) return absl::OkStatus();
  absl::MutexLock lock(&core_->mutex);
  tracker().SetBusy(delivery.record.sequence, false);
  tracker().Extend(delivery.record.sequence, core_->NowUs() + absl::ToInt64Microseconds(options_.ack_wait));
  changed().SignalAll();
  return absl::OkStatus();
}

std::vector<NewEvent> RocksDbSubscription::LetterFor(const Record& record, uint32_t attempts,
                                                     std::string_view reason) const {
  return GiveUpOn(options_.name, record, attempts, reason, core_->clock->Now(),
                  [this](const std::string& id) {
                    const auto known = core_->database->FindSequence(id);
                    return known.ok() && known->has_value();
                  });
}

}  // namespace

std::unique_ptr<Subscription> NewRocksDbSubscription(std::shared_ptr<LogCore> core,
                                                     SubscriptionOptions options) {
  return std::make_unique<RocksDbSubscription>(std::move(core), std::move(options));
}

}  // namespace seaworthy
