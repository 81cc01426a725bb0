#include "common/nats/nats_subscription.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

using journal::Note;
using journal::NoteKind;
using Picked = DeliveryTracker::Picked;
using Candidates = std::vector<DeliveryTracker::Candidate>;

bool SameCandidates(const Candidates& a, const Candidates& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.sequence == y.sequence && x.attempts == y.attempts;
  });
}

// Several workers may share it, and processes the name: what each takes is a
// commit, so that none takes what another has.
class NatsSubscription : public Subscription {
 public:
  NatsSubscription(std::shared_ptr<Journal> journal, SubscriptionOptions options)
      : journal_(std::move(journal)), options_(std::move(options)) {}
  ~NatsSubscription() override;

  absl::StatusOr<std::vector<Delivery>> Fetch(size_t max, absl::Duration timeout) override;
  absl::Status Ack(const Delivery& delivery, absl::Span<const NewEvent> effects) override;
  absl::Status AckAll(absl::Span<const Acknowledgement> answers) override;
  absl::Status RetryAfter(const Delivery& delivery, absl::Duration delay, std::string_view reason) override;
  absl::Status Reject(const Delivery& delivery, std::string_view reason) override;
  absl::Status InProgress(const Delivery& delivery) override;

 private:
  using Prepare = std::function<absl::StatusOr<JournalChange>(JournalState& state, int64_t now_us)>;

  JournalState::Subscriber& self() ABSL_EXCLUSIVE_LOCKS_REQUIRED(journal_->mutex) {
    return Self(journal_->state);
  }
  JournalState::Subscriber& Self(JournalState& state) const { return state.subscribers()[options_.name]; }
  Note MakeNote(NoteKind kind, uint64_t sequence, uint32_t attempts = 0, int64_t due_us = 0) const {
    return {kind, options_.name, sequence, attempts, due_us, {}};
  }
  int64_t AckWaitUs() const { return absl::ToInt64Microseconds(options_.ack_wait); }

  // What would be delivered now; marks nothing.
  Picked Peek(JournalState& state, size_t max, int64_t now_us) const;
  absl::StatusOr<Picked> WaitForWork(size_t max, const SteadyDeadline& deadline);
  absl::StatusOr<std::vector<Delivery>> Deliver(const Picked& picked, size_t max);
  absl::StatusOr<JournalChange> PrepareDelivery(JournalState& state, const Picked& picked,
                                                const std::vector<Record>& given_up, size_t max,
                                                int64_t now_us) const;

  // True: the answer to this delivery counts.
  absl::StatusOr<bool> Counts(JournalState& state, const Delivery& delivery, bool any_attempt) const;
  // Commits what `prepare` says of one delivery, if its answer counts.
  absl::Status Answer(const Delivery& delivery, bool any_attempt, const Prepare& prepare);
  // A dead letter is never the subject of another: no endless chain.
  std::vector<NewEvent> LetterFor(const JournalState& state, const Record& record, uint32_t attempts,
                                  std::string_view reason) const;

  const std::shared_ptr<Journal> journal_;
  const SubscriptionOptions options_;
};

NatsSubscription::~NatsSubscription() {
  JournalOperation operation;
  operation.subscription = options_.name;
  operation.after_close = true;
  operation.prepare = [this](JournalState& state, int64_t now_us) {
    JournalChange change;
    for (const auto& [sequence, out] : Self(state).out) {
      if (out.instance != journal_->instance()) continue;
      change.notes.push_back(MakeNote(NoteKind::kRetry, sequence, out.attempts - 1, now_us));
    }
    return change;
  };
  // Where it fails the deliveries count as attempts, as after a crash.
  journal_->Commit(operation).IgnoreError();
  absl::MutexLock lock(&journal_->mutex);
  self().open = false;
}

Picked NatsSubscription::Peek(JournalState& state, size_t max, int64_t now_us) const {
  JournalState::Subscriber& subscriber = Self(state);
  // What other processes have is theirs to answer, and leaves us as much room.
  SubscriptionOptions options = options_;
  options.max_in_flight += static_cast<size_t>(
      std::count_if(subscriber.out.begin(), subscriber.out.end(),
                    [this](const auto& out) { return out.second.instance != journal_->instance(); }));
  Picked picked = subscriber.tracker.Pick(options, state.index(), max, now_us);
  subscriber.tracker.Undo(picked);
  return picked;
}

absl::StatusOr<std::vector<Delivery>> NatsSubscription::Fetch(size_t max, absl::Duration timeout) {
  const SteadyDeadline deadline(timeout);
  while (true) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Picked picked, WaitForWork(max, deadline));
    if (picked.empty()) return std::vector<Delivery>();
    absl::StatusOr<std::vector<Delivery>> deliveries = Deliver(picked, max);
    {
      absl::MutexLock lock(&journal_->mutex);
      self().fetching = false;
      self().changed.SignalAll();
    }
    // Another process took some of it, or all that was due has been given up on.
    if (absl::IsAborted(deliveries.status())) continue;
    if (!deliveries.ok() || !deliveries->empty()) return deliveries;
  }
}

absl::StatusOr<Picked> NatsSubscription::WaitForWork(size_t max, const SteadyDeadline& deadline) {
  absl::MutexLock lock(&journal_->mutex);
  while (true) {
    SEAWORTHY_RETURN_IF_ERROR(journal_->CheckOpen());
    if (!self().fetching) {
      Picked picked = Peek(journal_->state, max, journal_->NowUs());
      self().fetching = !picked.empty();
      if (!picked.empty()) return picked;
    }
    const absl::Duration left = deadline.Left();
    if (left <= absl::ZeroDuration()) return Picked();
    self().changed.WaitWithTimeout(&journal_->mutex,
                                   self().tracker.HasTimed() ? std::min(left, kClockPoll) : left);
  }
}

absl::StatusOr<std::vector<Delivery>> NatsSubscription::Deliver(const Picked& picked, size_t max) {
  std::vector<uint64_t> sequences;
  for (const auto& candidate : picked.deliver) sequences.push_back(candidate.sequence);
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<Record> records, journal_->ReadRecords(sequences));
  sequences.clear();
  for (const auto& candidate : picked.give_up) sequences.push_back(candidate.sequence);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> given_up, journal_->ReadRecords(sequences));
  JournalOperation operation;
  operation.subscription = options_.name;
  operation.prepare = [&](JournalState& state, int64_t now_us) {
    return PrepareDelivery(state, picked, given_up, max, now_us);
  };
  SEAWORTHY_RETURN_IF_ERROR(journal_->Commit(operation).status());
  std::vector<Delivery> deliveries;
  for (size_t i = 0; i < records.size(); ++i) {
    deliveries.push_back({std::move(records[i]), picked.deliver[i].attempts});
  }
  return deliveries;
}

absl::StatusOr<JournalChange> NatsSubscription::PrepareDelivery(JournalState& state, const Picked& picked,
                                                                const std::vector<Record>& given_up,
                                                                size_t max, int64_t now_us) const {
  const Picked now = Peek(state, max, now_us);
  // More may have come meanwhile; what was picked must still be first.
  Candidates first(
      now.deliver.begin(),
      now.deliver.begin() + static_cast<ptrdiff_t>(std::min(now.deliver.size(), picked.deliver.size())));
  if (!SameCandidates(first, picked.deliver) || !SameCandidates(now.give_up, picked.give_up)) {
    return absl::AbortedError("others were faster");
  }
  JournalChange change;
  for (const auto& candidate : picked.deliver) {
    change.notes.push_back(
        MakeNote(NoteKind::kDelivered, candidate.sequence, candidate.attempts, now_us + AckWaitUs()));
  }
  for (size_t i = 0; i < given_up.size(); ++i) {
    change.notes.push_back(MakeNote(NoteKind::kSettled, given_up[i].sequence));
    for (NewEvent& letter : LetterFor(state, given_up[i], picked.give_up[i].attempts,
                                      "not answered: the consumer ended or was too slow")) {
      change.events.push_back(std::move(letter));
    }
  }
  return change;
}

absl::StatusOr<bool> NatsSubscription::Counts(JournalState& state, const Delivery& delivery,
                                              bool any_attempt) const {
  using Answerable = DeliveryTracker::Answerable;
  const Answerable answerable = Self(state).tracker.Check(delivery, any_attempt);
  if (answerable != Answerable::kUnknown) return answerable == Answerable::kYes;
  return absl::InvalidArgumentError(absl::StrCat("record ", delivery.record.sequence,
                                                 " was never delivered to subscription ", options_.name));
}

absl::Status NatsSubscription::Answer(const Delivery& delivery, bool any_attempt, const Prepare& prepare) {
  JournalOperation operation;
  operation.subscription = options_.name;
  operation.sequences = {delivery.record.sequence};
  operation.prepare = [&](JournalState& state, int64_t now_us) -> absl::StatusOr<JournalChange> {
    SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Counts(state, delivery, any_attempt));
    return counts ? prepare(state, now_us) : JournalChange();
  };
  return journal_->Commit(operation).status();
}

absl::Status NatsSubscription::Ack(const Delivery& delivery, absl::Span<const NewEvent> effects) {
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(effects));
  return Answer(delivery, true, [&](JournalState&, int64_t) {
    return JournalChange{{effects.begin(), effects.end()},
                         {MakeNote(NoteKind::kSettled, delivery.record.sequence)}};
  });
}

absl::Status NatsSubscription::AckAll(absl::Span<const Acknowledgement> answers) {
  std::vector<NewEvent> all;
  JournalOperation operation;
  operation.subscription = options_.name;
  for (const Acknowledgement& answer : answers) {
    all.insert(all.end(), answer.effects.begin(), answer.effects.end());
    operation.sequences.push_back(answer.delivery->record.sequence);
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(all));
  if (answers.empty()) return absl::OkStatus();
  operation.prepare = [&](JournalState& state, int64_t) -> absl::StatusOr<JournalChange> {
    JournalChange change;
    for (const Acknowledgement& answer : answers) {
      SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Counts(state, *answer.delivery, true));
      if (!counts) continue;
      change.events.insert(change.events.end(), answer.effects.begin(), answer.effects.end());
      change.notes.push_back(MakeNote(NoteKind::kSettled, answer.delivery->record.sequence));
    }
    return change;
  };
  return journal_->Commit(operation).status();
}

absl::Status NatsSubscription::RetryAfter(const Delivery& delivery, absl::Duration delay,
                                          std::string_view reason) {
  if (delivery.attempt >= options_.max_attempts) return Reject(delivery, reason);
  spdlog::info("subscription {}: record {} again after {}: {}", options_.name, delivery.record.sequence,
               absl::FormatDuration(delay), std::string(reason));
  const int64_t delay_us =
      absl::ToInt64Microseconds(std::clamp(delay, absl::ZeroDuration(), absl::Hours(24 * 365)));
  return Answer(delivery, false, [&](JournalState&, int64_t now_us) {
    return JournalChange{
        {}, {MakeNote(NoteKind::kRetry, delivery.record.sequence, delivery.attempt, now_us + delay_us)}};
  });
}

absl::Status NatsSubscription::Reject(const Delivery& delivery, std::string_view reason) {
  return Answer(delivery, false, [&](JournalState& state, int64_t) {
    return JournalChange{LetterFor(state, delivery.record, delivery.attempt, reason),
                         {MakeNote(NoteKind::kSettled, delivery.record.sequence)}};
  });
}

absl::Status NatsSubscription::InProgress(const Delivery& delivery) {
  const uint64_t sequence = delivery.record.sequence;
  {
    absl::MutexLock lock(&journal_->mutex);
    SEAWORTHY_ASSIGN_OR_RETURN(const bool counts, Counts(journal_->state, delivery, false));
    if (!counts) return absl::OkStatus();
    const int64_t now_us = journal_->NowUs();
    self().tracker.Extend(sequence, now_us + AckWaitUs());
    // Others go by what is committed; most of its time is left.
    const auto out = self().out.find(sequence);
    if (out != self().out.end() && out->second.due_us - now_us > AckWaitUs() / 4 * 3) return absl::OkStatus();
  }
  return Answer(delivery, false, [&](JournalState&, int64_t now_us) {
    return JournalChange{{}, {MakeNote(NoteKind::kExtended, sequence, 0, now_us + AckWaitUs())}};
  });
}

std::vector<NewEvent> NatsSubscription::LetterFor(const JournalState& state, const Record& record,
                                                  uint32_t attempts, std::string_view reason) const {
  return GiveUpOn(options_.name, record, attempts, reason, journal_->clock()->Now(),
                  [&state](const std::string& id) { return state.FindSequence(id).has_value(); });
}

}  // namespace

std::unique_ptr<Subscription> NewNatsSubscription(std::shared_ptr<Journal> journal,
                                                  SubscriptionOptions options) {
  return std::make_unique<NatsSubscription>(std::move(journal), std::move(options));
}

}  // namespace seaworthy
