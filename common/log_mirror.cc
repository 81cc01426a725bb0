#include "common/log_mirror.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/log_import.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRecords = 1024;
// Between two writings of where the subscriptions stand.
constexpr absl::Duration kPositionsEvery = absl::Seconds(1);

class MirroredLog : public EventLog, public SubscriptionExporter {
 public:
  MirroredLog(EventLog* log, std::unique_ptr<LogImporter> copy) : log_(log), copy_(std::move(copy)) {}

  // Brings the copy to where the log ends.
  absl::Status CatchUp() {
    absl::MutexLock lock(&mutex_);
    return CatchUpTo(log_->LastSequence());
  }

  absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t after, size_t max, absl::Duration timeout) override {
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<Record> records, log_->ReadAfter(after, max, timeout));
    if (!records.empty()) SEAWORTHY_RETURN_IF_ERROR(Keep(records));
    return records;
  }

  absl::StatusOr<std::vector<Appended>> AppendBatch(absl::Span<const NewEvent> events) override {
    return log_->AppendBatch(events);
  }
  absl::StatusOr<Record> Read(uint64_t sequence) override { return log_->Read(sequence); }
  absl::StatusOr<Record> FindByDedupId(std::string_view id) override { return log_->FindByDedupId(id); }
  uint64_t LastSequence() const override { return log_->LastSequence(); }
  uint64_t FirstSequence() const override { return log_->FirstSequence(); }
  absl::Status TrimBefore(uint64_t sequence) override { return log_->TrimBefore(sequence); }
  absl::Status CheckpointTo(const std::string& dir) override {
    absl::MutexLock lock(&mutex_);
    return copy_->CheckpointTo(dir);
  }
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscriptionOptions& options) override {
    return log_->Subscribe(options);
  }
  absl::StatusOr<Appended> Redeliver(std::string_view subscription, uint64_t sequence,
                                     const NewEvent& note) override {
    return log_->Redeliver(subscription, sequence, note);
  }
  std::vector<SubscriptionStatus> ListSubscriptions() const override { return log_->ListSubscriptions(); }
  absl::StatusOr<std::vector<SubscriptionState>> SubscriptionStates() const override {
    return ExportSubscriptions(*log_);
  }
  // The log is its owner's to close.
  void Close() override {}

 private:
  absl::Status Keep(const std::vector<Record>& records) {
    absl::MutexLock lock(&mutex_);
    const uint64_t last = copy_->last_sequence();
    if (records.back().sequence <= last) return absl::OkStatus();
    // Somebody reads far ahead: what lies between is read for the copy alone.
    if (records.front().sequence > last + 1)
      SEAWORTHY_RETURN_IF_ERROR(CatchUpTo(records.front().sequence - 1));
    const uint64_t have = copy_->last_sequence();
    const auto next = std::find_if(records.begin(), records.end(),
                                   [have](const Record& record) { return record.sequence > have; });
    SEAWORTHY_RETURN_IF_ERROR(copy_->Append({&*next, static_cast<size_t>(records.end() - next)}));
    return KeepPositions();
  }

  absl::Status CatchUpTo(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (copy_->last_sequence() < end) {
      SEAWORTHY_ASSIGN_OR_RETURN(
          const std::vector<Record> records,
          log_->ReadAfter(copy_->last_sequence(),
                          std::min<uint64_t>(kMaxRecords, end - copy_->last_sequence()),
                          absl::ZeroDuration()));
      if (records.empty()) return absl::UnavailableError("the event log ended while it was copied");
      SEAWORTHY_RETURN_IF_ERROR(copy_->Append(records));
    }
    return KeepPositions();
  }

  // Late is no harm: what was settled since comes once more, and changes nothing.
  absl::Status KeepPositions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!positions_fresh_.Passed()) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<SubscriptionState> states, ExportSubscriptions(*log_));
    for (SubscriptionState& state : states) {
      state.cursor = std::min(state.cursor, copy_->last_sequence());
      const auto beyond = [&](const SubscriptionState::Unsettled& owed) {
        return owed.sequence > state.cursor;
      };
      state.unsettled.erase(std::remove_if(state.unsettled.begin(), state.unsettled.end(), beyond),
                            state.unsettled.end());
    }
    SEAWORTHY_RETURN_IF_ERROR(copy_->SetSubscriptions(states));
    positions_fresh_ = SteadyDeadline(kPositionsEvery);
    return absl::OkStatus();
  }

  EventLog* const log_;
  absl::Mutex mutex_;
  const std::unique_ptr<LogImporter> copy_ ABSL_PT_GUARDED_BY(mutex_);
  SteadyDeadline positions_fresh_ ABSL_GUARDED_BY(mutex_){absl::ZeroDuration()};
};

// A log that does not hold what the copy holds has lost it.
absl::Status CompareWithCopy(EventLog& log, const LogImporter& copy, const LogMirrorOptions& options) {
  const uint64_t at = copy.last_sequence();
  if (at == 0) return absl::OkStatus();
  const std::string way_out = absl::StrCat(
      ". Nothing was changed; `seaworthy log copy --from copy --to nats:ANOTHER_STREAM` makes a "
      "log of the copy in ",
      options.path, ", then name that stream with log.stream. Or restore the server's store");
  if (log.LastSequence() < at) {
    return absl::DataLossError(absl::StrCat(options.source, " ends at record ", log.LastSequence(),
                                            ", but record ", at, " was read before: it lost records",
                                            way_out));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log.Read(at));
  if (record.hash == copy.last_hash()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(options.source, " holds another record ", at,
                                          " than the one read before: it is another log", way_out));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLog>> OpenMirroredLog(EventLog* log, const LogMirrorOptions& options) {
  RocksDbEventLogOptions copy_options;
  copy_options.path = options.path;
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<LogImporter> copy,
                             OpenRocksDbLogImporter(copy_options, RocksDbCopy::kMirror, options.source));
  SEAWORTHY_RETURN_IF_ERROR(CompareWithCopy(*log, *copy, options));
  auto mirrored = std::make_unique<MirroredLog>(log, std::move(copy));
  SEAWORTHY_RETURN_IF_ERROR(mirrored->CatchUp());
  return mirrored;
}

}  // namespace seaworthy
