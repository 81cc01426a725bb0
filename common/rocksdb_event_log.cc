#include "common/rocksdb_event_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/rocksdb_checkpoint.h"
#include "common/rocksdb_event_log_core.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {

LogCore::LogCore(std::unique_ptr<LogDatabase> opened, Clock* the_clock, LogContents contents)
    : database(std::move(opened)),
      clock(the_clock),
      index(std::move(contents.index)),
      writer(database.get(), clock, std::move(contents.end),
             {[this](absl::Span<const CommittedEvent> events) { OnCommitted(events); },
              [this](const ChainEnd& known) { return Recover(known); }}) {
  const int64_t now_us = NowUs();
  for (auto& [name, found] : contents.subscribers) {
    DeliveryTracker& tracker = subscribers[name].tracker;
    tracker.Restore(std::move(found.cursor), contents.dead_letters[name]);
    for (const auto& [sequence, entry] : found.deliveries) tracker.RestoreDelivery(sequence, entry, now_us);
  }
}

void LogCore::OnCommitted(absl::Span<const CommittedEvent> events) {
  absl::MutexLock lock(&mutex);
  for (const CommittedEvent& committed : events) {
    index.Add(committed.sequence, committed.event->subject);
    if (committed.event->subject != kDeadLetterSubject) continue;
    const auto subscriber = subscribers.find(DeadLetterSubscription(committed.event->dedup_id));
    if (subscriber != subscribers.end()) subscriber->second.tracker.CountDeadLetter();
  }
  grown.SignalAll();
  for (auto& [name, subscriber] : subscribers) {
    const DeliveryTracker& tracker = subscriber.tracker;
    const bool concerned = std::any_of(events.begin(), events.end(), [&](const CommittedEvent& committed) {
      return tracker.Wants(committed.event->subject);
    });
    if (concerned) subscriber.changed.SignalAll();
  }
}

absl::Status LogCore::CheckHeld(uint64_t sequence) const {
  return sequence >= index.first() ? absl::OkStatus() : TrimmedAway(sequence, index.first());
}

absl::StatusOr<ChainEnd> LogCore::Recover(const ChainEnd& known) {
  SEAWORTHY_RETURN_IF_ERROR(database->Reopen());
  SEAWORTHY_ASSIGN_OR_RETURN(const LogTail tail, ReadTail(*database, known));
  std::vector<NewEvent> landed;
  for (const Record& record : tail.records) landed.push_back({record.dedup_id, record.subject, ""});
  std::vector<CommittedEvent> committed;
  for (const NewEvent& event : landed) committed.push_back({known.sequence + committed.size() + 1, &event});
  OnCommitted(committed);
  const int64_t now_us = NowUs();
  absl::MutexLock lock(&mutex);
  ++recoveries;
  for (const auto& [name, found] : tail.subscribers) {
    Subscriber& subscriber = subscribers[name];
    subscriber.tracker.Reconcile(found.cursor.cursor, found.deliveries, now_us);
    subscriber.changed.SignalAll();
  }
  spdlog::warn("the event log in {} writes again; {} records whose writing had failed are on disk",
               database->path(), landed.size());
  return tail.end;
}

absl::Status LogCore::CheckOpen() const {
  return closed ? absl::CancelledError("the event log is closed") : absl::OkStatus();
}

namespace {

// What one ReadAfter returns at most, beyond its first record.
constexpr size_t kMaxReadBytes = 8 * 1024 * 1024;

class RocksDbEventLog : public EventLog, public SubscriptionExporter {
 public:
  explicit RocksDbEventLog(std::shared_ptr<LogCore> core) : core_(std::move(core)) {}
  ~RocksDbEventLog() override { RocksDbEventLog::Close(); }

  absl::StatusOr<std::vector<Appended>> AppendBatch(absl::Span<const NewEvent> events) override {
    SEAWORTHY_RETURN_IF_ERROR(CheckEvents(events));
    LogWrite write;
    write.events = events;
    return core_->writer.Commit(write);
  }

  absl::StatusOr<Record> Read(uint64_t sequence) override {
    {
      absl::MutexLock lock(&core_->mutex);
      SEAWORTHY_RETURN_IF_ERROR(core_->CheckOpen());
      if (sequence == 0 || sequence > core_->index.last()) {
        return absl::NotFoundError(
            absl::StrCat("record ", sequence, ": the log holds 1 to ", core_->index.last()));
      }
    }
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<Record> records, ReadFrom(sequence, 1));
    return std::move(records.front());
  }

  absl::StatusOr<Record> FindByDedupId(std::string_view dedup_id) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> sequence,
                               core_->database->FindSequence(dedup_id));
    if (!sequence) return absl::NotFoundError(absl::StrCat("no record has the id ", std::string(dedup_id)));
    return Read(*sequence);
  }

  absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t after, size_t max, absl::Duration timeout) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const bool any, WaitPast(after, timeout));
    if (!any) return std::vector<Record>();
    return ReadFrom(after + 1, max);
  }

  uint64_t LastSequence() const override {
    absl::MutexLock lock(&core_->mutex);
    return core_->index.last();
  }

  uint64_t FirstSequence() const override {
    absl::MutexLock lock(&core_->mutex);
    return core_->index.first();
  }

  absl::Status TrimBefore(uint64_t sequence) override { return TrimLog(*core_, sequence); }

  absl::StatusOr<std::vector<SubscriptionState>> SubscriptionStates() const override {
    absl::MutexLock lock(&core_->mutex);
    std::vector<SubscriptionState> states;
    for (const auto& [name, subscriber] : core_->subscribers) {
      states.push_back(subscriber.tracker.Export(name));
    }
    return states;
  }

  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscriptionOptions& options) override;

  absl::StatusOr<Appended> Redeliver(std::string_view subscription, uint64_t sequence,
                                     const NewEvent& note) override;

  std::vector<SubscriptionStatus> ListSubscriptions() const override {
    absl::MutexLock lock(&core_->mutex);
    std::vector<SubscriptionStatus> all;
    for (const auto& [name, subscriber] : core_->subscribers) {
      all.push_back(subscriber.tracker.Status(name, core_->index));
    }
    return all;
  }

  absl::Status CheckpointTo(const std::string& dir) override {
    const ReopenableDb::Hold hold = core_->database->HoldOpen();
    SEAWORTHY_RETURN_IF_ERROR(core_->database->CheckUsable());
    return RocksDbCheckpoint(core_->database->db(), "the event log in " + core_->database->path(), dir);
  }

  absl::Status Health() const override { return core_->writer.Health(); }

  void Close() override {
    core_->writer.Close();
    absl::MutexLock lock(&core_->mutex);
    core_->closed = true;
    core_->grown.SignalAll();
    for (auto& [name, subscriber] : core_->subscribers) subscriber.changed.SignalAll();
  }

 private:
  // Whether there is a record after `after`, waiting for one.
  absl::StatusOr<bool> WaitPast(uint64_t after, absl::Duration timeout) {
    const SteadyDeadline deadline(timeout);
    absl::MutexLock lock(&core_->mutex);
    if (after > core_->index.last()) {
      return absl::OutOfRangeError(absl::StrCat(
          "the event log in ", core_->database->path(), " ends at record ", core_->index.last(),
          ", but record ", after, " was read before: records were lost; restore the newer copy"));
    }
    while (true) {
      SEAWORTHY_RETURN_IF_ERROR(core_->CheckOpen());
      if (after < core_->index.last()) return true;
      const absl::Duration left = deadline.Left();
      if (left <= absl::ZeroDuration()) return false;
      core_->grown.WaitWithTimeout(&core_->mutex, left);
    }
  }

  // `first` is in the log, or was trimmed away.
  absl::StatusOr<std::vector<Record>> ReadFrom(uint64_t first, size_t max) {
    const uint64_t last = LastSequence();
    const ReopenableDb::Hold hold = core_->database->HoldOpen();
    SEAWORTHY_RETURN_IF_ERROR(core_->database->CheckUsable());
    const std::unique_ptr<rocksdb::Iterator> at(
        core_->database->db().NewIterator(rocksdb::ReadOptions(), core_->database->records()));
    // From here on `at` sees what is held now, whatever is trimmed away meanwhile.
    SEAWORTHY_RETURN_IF_ERROR(CheckHeld(first));
    std::vector<Record> records;
    size_t bytes = 0;
    at->Seek(event_log_format::Be64(first));
    for (uint64_t next = first; next <= last && records.size() < max && bytes < kMaxReadBytes; ++next) {
      if (!at->Valid()) return core_->database->ReadError(absl::StrCat("record ", next), at->status());
      SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                                 event_log_format::DecodeRecord(next, at->value().ToStringView()));
      bytes += stored.record.payload.size();
      records.push_back(std::move(stored.record));
      at->Next();
    }
    return records;
  }

  absl::Status CheckHeld(uint64_t sequence) const {
    absl::MutexLock lock(&core_->mutex);
    return core_->CheckHeld(sequence);
  }

  // What became of a Redeliver's write, in memory. `recoveries`: before it.
  void FinishAgain(std::string_view subscription, uint64_t sequence, const NewEvent& note, bool written,
                   uint64_t recoveries);

  // The record is due again in memory, and busy.
  absl::Status BeginAgain(std::string_view subscription, uint64_t sequence,
                          const event_log_format::DeliveryEntry& entry);

  const std::shared_ptr<LogCore> core_;
};

absl::Status RocksDbEventLog::BeginAgain(std::string_view subscription, uint64_t sequence,
                                         const event_log_format::DeliveryEntry& entry) {
  absl::MutexLock lock(&core_->mutex);
  SEAWORTHY_RETURN_IF_ERROR(core_->CheckOpen());
  const auto at = core_->subscribers.find(subscription);
  if (at == core_->subscribers.end()) {
    return absl::NotFoundError(absl::StrCat("no subscription is called ", std::string(subscription)));
  }
  if (sequence == 0 || sequence > at->second.tracker.cursor()) {
    return absl::NotFoundError(absl::StrCat("subscription ", std::string(subscription),
                                            " has not come to record ", sequence, " yet"));
  }
  SEAWORTHY_RETURN_IF_ERROR(core_->CheckHeld(sequence));
  if (at->second.tracker.BeginAgain(sequence, entry)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("record ", sequence, " is with subscription ", std::string(subscription), " just now"));
}

void RocksDbEventLog::FinishAgain(std::string_view subscription, uint64_t sequence, const NewEvent& note,
                                  bool written, uint64_t recoveries) {
  bool there = written;
  while (true) {
    {
      absl::MutexLock lock(&core_->mutex);
      if (written || core_->recoveries == recoveries) {
        LogCore::Subscriber& subscriber = core_->subscribers.find(subscription)->second;
        // Settled here though it may be on disk: what opens the log anew finds it there.
        there ? subscriber.tracker.SetBusy(sequence, false) : subscriber.tracker.Settle(sequence);
        subscriber.changed.SignalAll();
        return;
      }
      recoveries = core_->recoveries;
    }
    // Opened anew since: now it is known.
    there = core_->database->FindSequence(note.dedup_id).value_or(std::nullopt).has_value();
  }
}

absl::StatusOr<Appended> RocksDbEventLog::Redeliver(std::string_view subscription, uint64_t sequence,
                                                    const NewEvent& note) {
  const absl::Span<const NewEvent> events = absl::MakeConstSpan(&note, 1);
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(events));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> known,
                             core_->database->FindSequence(note.dedup_id));
  if (known) return Appended{*known, true};
  const uint64_t recoveries = core_->Recoveries();
  const int64_t now_us = core_->NowUs();
  const event_log_format::DeliveryEntry entry{event_log_format::DeliveryState::kRetrying, 0, now_us, now_us};
  SEAWORTHY_RETURN_IF_ERROR(BeginAgain(subscription, sequence, entry));
  LogWrite write;
  write.events = events;
  write.bookkeeping.push_back(
      {event_log_format::DeliveryKey(subscription, sequence), event_log_format::EncodeDelivery(entry)});
  const absl::StatusOr<std::vector<Appended>> appended = core_->writer.Commit(write);
  FinishAgain(subscription, sequence, note, appended.ok(), recoveries);
  if (!appended.ok()) return appended.status();
  return appended->front();
}

absl::StatusOr<std::unique_ptr<Subscription>> RocksDbEventLog::Subscribe(const SubscriptionOptions& options) {
  SEAWORTHY_RETURN_IF_ERROR(CheckSubscription(options));
  LogWrite write;
  {
    absl::MutexLock lock(&core_->mutex);
    SEAWORTHY_RETURN_IF_ERROR(core_->CheckOpen());
    LogCore::Subscriber& subscriber = core_->subscribers[options.name];
    if (subscriber.open) {
      return absl::AlreadyExistsError(absl::StrCat("subscription ", options.name, " is open already"));
    }
    subscriber.open = true;
    subscriber.tracker.set_subjects(options.subjects);
    write.bookkeeping.push_back(
        {event_log_format::CursorKey(options.name),
         event_log_format::EncodeCursor({subscriber.tracker.cursor(), subscriber.tracker.subjects()})});
  }
  // Made first: whatever happens now, its end closes the name again.
  std::unique_ptr<Subscription> subscription = NewRocksDbSubscription(core_, options);
  SEAWORTHY_RETURN_IF_ERROR(core_->writer.Commit(write).status());
  return subscription;
}

absl::Status RefuseCopy(const RocksDbEventLogOptions& options, const LogContents& contents) {
  if (!contents.copy || options.copies_too) return absl::OkStatus();
  const std::string what = absl::StrCat(options.path, " is a copy of ", contents.copy->source);
  if (contents.copy->kind == event_log_format::CopyKind::kMirror) {
    return absl::FailedPreconditionError(
        absl::StrCat(what, " and no log to work on; `seaworthy log copy --from copy` makes one of it"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(what, " that was not finished: it ends at record ", contents.end.sequence,
                   ". Run the same `seaworthy log copy` again, which goes on there; or remove the folder"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLog>> OpenRocksDbEventLog(const RocksDbEventLogOptions& options) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<LogDatabase> database,
                             LogDatabase::Open(options.path, options.env));
  SEAWORTHY_ASSIGN_OR_RETURN(LogContents contents, CheckLog(*database));
  SEAWORTHY_RETURN_IF_ERROR(RefuseCopy(options, contents));
  Clock* const clock = options.clock != nullptr ? options.clock : Clock::Real();
  return std::make_unique<RocksDbEventLog>(
      std::make_shared<LogCore>(std::move(database), clock, std::move(contents)));
}

}  // namespace seaworthy
