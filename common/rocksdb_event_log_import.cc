// The embedded engine as the place of a copy.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rocksdb_checkpoint.h"
#include "common/rocksdb_event_log.h"
#include "common/rocksdb_event_log_check.h"
#include "common/rocksdb_event_log_db.h"
#include "common/rocksdb_event_log_format.h"
#include "common/status_macros.h"
#include "rocksdb/write_batch.h"

namespace seaworthy {
namespace {

using event_log_format::CopyEntry;
using event_log_format::CopyKind;
using event_log_format::DeliveryEntry;
using event_log_format::DeliveryState;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The only writer of its database. Every batch is synced.
class RocksDbLogImporter : public LogImporter {
 public:
  RocksDbLogImporter(std::unique_ptr<LogDatabase> database, Clock* clock, LogContents contents,
                     CopyEntry copy)
      : database_(std::move(database)), clock_(clock), end_(std::move(contents.end)), copy_(std::move(copy)) {
    for (const auto& [name, found] : contents.subscribers) {
      for (const auto& [sequence, entry] : found.deliveries) Remember(name, sequence);
    }
  }

  absl::Status Begin() {
    rocksdb::WriteBatch batch;
    Put(batch, event_log_format::kCopyKey, event_log_format::EncodeCopy(copy_));
    return Write(batch);
  }

  uint64_t last_sequence() const override { return end_.sequence; }
  std::string last_hash() const override { return end_.hash; }

  absl::Status Append(absl::Span<const Record> records) override {
    if (records.empty()) return absl::OkStatus();
    SEAWORTHY_RETURN_IF_ERROR(Recover());
    SEAWORTHY_RETURN_IF_ERROR(CheckContinues(end_.sequence, end_.hash, records));
    rocksdb::WriteBatch batch;
    ChainEnd end = end_;
    for (const Record& record : records) {
      SEAWORTHY_RETURN_IF_ERROR(CheckNew(record));
      Stage(record, batch, end);
    }
    SEAWORTHY_RETURN_IF_ERROR(Write(batch));
    end_ = std::move(end);
    return absl::OkStatus();
  }

  absl::Status SetSubscriptions(absl::Span<const SubscriptionState> states) override {
    SEAWORTHY_RETURN_IF_ERROR(Recover());
    rocksdb::WriteBatch batch;
    for (const SubscriptionState& state : states) {
      if (state.cursor > end_.sequence) {
        return absl::InvalidArgumentError(absl::StrCat("subscription ", state.name, " stands at record ",
                                                       state.cursor, ", the copy ends at ", end_.sequence));
      }
      StageState(state, batch);
    }
    return batch.Count() == 0 ? absl::OkStatus() : Write(batch);
  }

  absl::Status Finish() override {
    if (copy_.kind != CopyKind::kUnderWay) return absl::FailedPreconditionError("a mirror stays a copy");
    rocksdb::WriteBatch batch;
    batch.Delete(database_->subscriptions(), ToSlice(event_log_format::kCopyKey)).PermitUncheckedError();
    return Write(batch);
  }

  absl::Status CheckpointTo(const std::string& dir) const override {
    SEAWORTHY_RETURN_IF_ERROR(database_->CheckUsable());
    return RocksDbCheckpoint(database_->db(), "the copy in " + database_->path(), dir);
  }

 private:
  void Remember(const std::string& name, uint64_t sequence) {
    unsettled_[name].push_back(event_log_format::DeliveryKey(name, sequence));
  }

  // A source with one id twice is no log of ours.
  absl::Status CheckNew(const Record& record) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> known, database_->FindSequence(record.dedup_id));
    if (!known) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("record ", record.sequence, " has the deduplication id of record ", *known));
  }

  void Stage(const Record& record, rocksdb::WriteBatch& batch, ChainEnd& end) {
    const event_log_format::RecordBody body =
        event_log_format::EncodeBody({record.dedup_id, record.subject, record.payload});
    event_log_format::RecordHead head =
        event_log_format::EncodeHead(record.sequence, absl::ToUnixMicros(record.time), end.hash, body.digest);
    const std::string key = event_log_format::Be64(record.sequence);
    batch.Put(database_->records(), key, head.bytes.append(body.bytes)).PermitUncheckedError();
    batch.Put(database_->dedup(), record.dedup_id, key).PermitUncheckedError();
    end = {record.sequence, record.hash};
  }

  void Put(rocksdb::WriteBatch& batch, std::string_view key, std::string_view value) {
    batch.Put(database_->subscriptions(), ToSlice(key), ToSlice(value)).PermitUncheckedError();
  }

  void StageState(const SubscriptionState& state, rocksdb::WriteBatch& batch) {
    for (const std::string& key : unsettled_[state.name]) {
      batch.Delete(database_->subscriptions(), key).PermitUncheckedError();
    }
    unsettled_[state.name].clear();
    Put(batch, event_log_format::CursorKey(state.name),
        event_log_format::EncodeCursor({state.cursor, state.subjects}));
    for (const SubscriptionState::Unsettled& owed : state.unsettled) {
      const DeliveryEntry entry{owed.in_flight ? DeliveryState::kInFlight : DeliveryState::kRetrying,
                                owed.attempts, absl::ToUnixMicros(clock_->Now()), owed.due_us};
      Put(batch, event_log_format::DeliveryKey(state.name, owed.sequence),
          event_log_format::EncodeDelivery(entry));
      Remember(state.name, owed.sequence);
    }
  }

  // After a write that failed: opens anew once there is room, and sees what of it is there.
  absl::Status Recover() {
    if (failed_.ok()) return absl::OkStatus();
    if (!database_->HasRoom()) return failed_;
    SEAWORTHY_RETURN_IF_ERROR(database_->Reopen());
    SEAWORTHY_ASSIGN_OR_RETURN(LogTail tail, ReadTail(*database_, end_));
    const bool grown = tail.end.sequence != end_.sequence;
    end_ = std::move(tail.end);
    failed_ = absl::OkStatus();
    return grown ? absl::UnavailableError("the copy goes on; what failed to be written is there") : failed_;
  }

  absl::Status Write(rocksdb::WriteBatch& batch) {
    batch.PutLogData(ToSlice(event_log_format::kBatchEnd)).PermitUncheckedError();
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status written = database_->db().Write(options, &batch);
    if (written.ok()) return absl::OkStatus();
    failed_ = absl::UnavailableError(absl::StrCat("the copy in ", database_->path(),
                                                  " cannot be written: ", written.ToString(),
                                                  "; check the disk's space and health, then run it again"));
    return failed_;
  }

  const std::unique_ptr<LogDatabase> database_;
  Clock* const clock_;
  ChainEnd end_;
  const CopyEntry copy_;
  absl::Status failed_;                                        // The last write; OK: it is there.
  std::map<std::string, std::vector<std::string>> unsettled_;  // Keys written, by subscription.
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogImporter>> OpenRocksDbLogImporter(const RocksDbEventLogOptions& options,
                                                                    RocksDbCopy copy,
                                                                    const std::string& source) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<LogDatabase> database,
                             LogDatabase::Open(options.path, options.env));
  SEAWORTHY_ASSIGN_OR_RETURN(LogContents contents, CheckLog(*database));
  const CopyKind kind = copy == RocksDbCopy::kMirror ? CopyKind::kMirror : CopyKind::kUnderWay;
  const bool empty = contents.end.sequence == 0 && contents.subscribers.empty();
  if (contents.copy ? contents.copy->kind != kind : !empty && copy != RocksDbCopy::kContinue) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.path, contents.copy ? " holds a copy of another kind" : " holds a log already",
                     ", which ends at record ", contents.end.sequence,
                     "; a log is copied into an empty place only. Move that folder away, or name another"));
  }
  const bool begin = !contents.copy;
  Clock* const clock = options.clock != nullptr ? options.clock : Clock::Real();
  auto importer = std::make_unique<RocksDbLogImporter>(std::move(database), clock, std::move(contents),
                                                       CopyEntry{kind, source});
  if (begin) SEAWORTHY_RETURN_IF_ERROR(importer->Begin());
  return importer;
}

}  // namespace seaworthy
