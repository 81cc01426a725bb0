#include "common/nats/nats_event_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/nats/journal.h"
#include "common/nats/nats_subscription.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using journal::NoteKind;

// What one ReadAfter reads at once: bounds its memory at 16 MiB.
constexpr size_t kMaxReadRecords = 64;

class NatsEventLog : public EventLog, public SubscriptionExporter {
 public:
  explicit NatsEventLog(std::shared_ptr<Journal> journal) : journal_(std::move(journal)) {}
  ~NatsEventLog() override { journal_->Close(); }

  absl::StatusOr<std::vector<Appended>> AppendBatch(absl::Span<const NewEvent> events) override {
    SEAWORTHY_RETURN_IF_ERROR(CheckEvents(events));
    JournalOperation operation;
    operation.prepare = [&](JournalState&, int64_t) {
      return JournalChange{{events.begin(), events.end()}, {}};
    };
    return journal_->Commit(operation);
  }

  absl::StatusOr<Record> Read(uint64_t sequence) override {
    {
      absl::MutexLock lock(&journal_->mutex);
      SEAWORTHY_RETURN_IF_ERROR(journal_->CheckOpen());
      const uint64_t last = journal_->state.last();
      if (sequence == 0 || sequence > last) {
        return absl::NotFoundError(absl::StrCat("record ", sequence, ": the log holds 1 to ", last));
      }
      SEAWORTHY_RETURN_IF_ERROR(journal_->CheckHeld(sequence));
    }
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<Record> records, journal_->ReadRecords({sequence}));
    return std::move(records.front());
  }

  absl::StatusOr<Record> FindByDedupId(std::string_view dedup_id) override {
    std::optional<uint64_t> sequence;
    {
      absl::MutexLock lock(&journal_->mutex);
      sequence = journal_->state.FindSequence(dedup_id);
    }
    if (!sequence) return absl::NotFoundError(absl::StrCat("no record has the id ", std::string(dedup_id)));
    return Read(*sequence);
  }

  absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t after, size_t max, absl::Duration timeout) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t last, WaitPast(after, timeout));
    std::vector<uint64_t> sequences;
    for (uint64_t next = after + 1; next <= last && sequences.size() < std::min(max, kMaxReadRecords);
         ++next) {
      sequences.push_back(next);
    }
    return journal_->ReadRecords(sequences);
  }

  uint64_t LastSequence() const override {
    absl::MutexLock lock(&journal_->mutex);
    return journal_->state.last();
  }

  uint64_t FirstSequence() const override {
    absl::MutexLock lock(&journal_->mutex);
    return journal_->state.first();
  }

  absl::Status TrimBefore(uint64_t sequence) override { return journal_->TrimBefore(sequence); }

  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscriptionOptions& options) override;
  absl::StatusOr<Appended> Redeliver(std::string_view subscription, uint64_t sequence,
                                     const NewEvent& note) override;

  std::vector<SubscriptionStatus> ListSubscriptions() const override {
    absl::MutexLock lock(&journal_->mutex);
    std::vector<SubscriptionStatus> all;
    for (const auto& [name, subscriber] : journal_->state.subscribers()) {
      if (subscriber.known) all.push_back(subscriber.tracker.Status(name, journal_->state.index()));
    }
    return all;
  }

  absl::StatusOr<std::vector<SubscriptionState>> SubscriptionStates() const override {
    absl::MutexLock lock(&journal_->mutex);
    std::vector<SubscriptionState> states;
    for (const auto& [name, subscriber] : journal_->state.subscribers()) {
      if (subscriber.known) states.push_back(subscriber.tracker.Export(name));
    }
    return states;
  }

  absl::Status Health() const override { return journal_->Health(); }

  void Close() override { journal_->Close(); }

 private:
  // The log's last record, waiting for one after `after`.
  absl::StatusOr<uint64_t> WaitPast(uint64_t after, absl::Duration timeout);

  const std::shared_ptr<Journal> journal_;
};

absl::StatusOr<uint64_t> NatsEventLog::WaitPast(uint64_t after, absl::Duration timeout) {
  const SteadyDeadline deadline(timeout);
  absl::MutexLock lock(&journal_->mutex);
  uint64_t last = journal_->state.last();
  if (after > last) {
    return absl::OutOfRangeError(absl::StrCat("the event log ends at record ", last, ", but record ", after,
                                              " was read before: records were lost; restore the newer copy"));
  }
  while (true) {
    SEAWORTHY_RETURN_IF_ERROR(journal_->CheckOpen());
    SEAWORTHY_RETURN_IF_ERROR(journal_->CheckHeld(after + 1));
    last = journal_->state.last();
    const absl::Duration left = deadline.Left();
    if (after < last || left <= absl::ZeroDuration()) return last;
    journal_->grown.WaitWithTimeout(&journal_->mutex, left);
  }
}

absl::StatusOr<std::unique_ptr<Subscription>> NatsEventLog::Subscribe(const SubscriptionOptions& options) {
  SEAWORTHY_RETURN_IF_ERROR(CheckSubscription(options));
  {
    absl::MutexLock lock(&journal_->mutex);
    SEAWORTHY_RETURN_IF_ERROR(journal_->CheckOpen());
    JournalState::Subscriber& subscriber = journal_->state.subscribers()[options.name];
    if (subscriber.open) {
      return absl::AlreadyExistsError(absl::StrCat("subscription ", options.name, " is open already"));
    }
    subscriber.open = true;
  }
  // Made first: whatever happens now, its end closes the name again.
  std::unique_ptr<Subscription> subscription = NewNatsSubscription(journal_, options);
  JournalOperation operation;
  operation.subscription = options.name;
  operation.prepare = [&](JournalState&, int64_t) {
    return JournalChange{{}, {{NoteKind::kSubscribed, options.name, 0, 0, 0, options.subjects}}};
  };
  SEAWORTHY_RETURN_IF_ERROR(journal_->Commit(operation).status());
  return subscription;
}

absl::StatusOr<JournalChange> PrepareRedelivery(JournalState& state, const std::string& name,
                                                uint64_t sequence, const NewEvent& note, int64_t now_us) {
  if (state.FindSequence(note.dedup_id)) return JournalChange{{note}, {}};
  const auto at = state.subscribers().find(name);
  if (at == state.subscribers().end() || !at->second.known) {
    return absl::NotFoundError(absl::StrCat("no subscription is called ", name));
  }
  const DeliveryTracker& tracker = at->second.tracker;
  if (sequence == 0 || sequence > tracker.cursor()) {
    return absl::NotFoundError(
        absl::StrCat("subscription ", name, " has not come to record ", sequence, " yet"));
  }
  if (sequence < state.first()) return TrimmedAway(sequence, state.first());
  Delivery delivery;
  delivery.record.sequence = sequence;
  if (tracker.Check(delivery, true) != DeliveryTracker::Answerable::kSettled) {
    return absl::FailedPreconditionError(
        absl::StrCat("record ", sequence, " is with subscription ", name, " just now"));
  }
  return JournalChange{{note}, {{NoteKind::kAgain, name, sequence, 0, now_us, {}}}};
}

absl::StatusOr<Appended> NatsEventLog::Redeliver(std::string_view subscription, uint64_t sequence,
                                                 const NewEvent& note) {
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(absl::MakeConstSpan(&note, 1)));
  // Another process may have trimmed it away: who reads it notices.
  Read(sequence).status().IgnoreError();
  const std::string name(subscription);
  JournalOperation operation;
  operation.subscription = name;
  operation.sequences = {sequence};
  operation.prepare = [&](JournalState& state, int64_t now_us) {
    return PrepareRedelivery(state, name, sequence, note, now_us);
  };
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Appended> appended, journal_->Commit(operation));
  return appended.front();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLog>> OpenNatsEventLog(const NatsEventLogOptions& options) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::shared_ptr<Journal> journal, Journal::Open(options));
  return std::make_unique<NatsEventLog>(std::move(journal));
}

}  // namespace seaworthy
