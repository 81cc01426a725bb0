#include "common/rocksdb_event_log_check.h"

#include <functional>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

// One check of one log; collects as it goes.
class LogChecker {
 public:
  explicit LogChecker(LogDatabase& database) : database_(database) {}

  absl::StatusOr<LogContents> Run() {
    const ReopenableDb::Hold hold = database_.HoldOpen();
    SEAWORTHY_RETURN_IF_ERROR(database_.CheckUsable());
    const rocksdb::Status verified = database_.db().VerifyChecksum(rocksdb::ReadOptions());
    if (!verified.ok()) return database_.ReadError("a table file", verified);
    SEAWORTHY_RETURN_IF_ERROR(ReadCut());
    SEAWORTHY_RETURN_IF_ERROR(WalkRecords());
    SEAWORTHY_RETURN_IF_ERROR(CompareIds());
    SEAWORTHY_RETURN_IF_ERROR(ReadSubscriptions());
    return std::move(contents_);
  }

  absl::StatusOr<LogTail> RunAfter(const ChainEnd& known) {
    SEAWORTHY_RETURN_IF_ERROR(CheckKnown(known));
    LogTail tail;
    while (true) {
      const uint64_t sequence = contents_.end.sequence + 1;
      SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<std::string> value, ReadValue(sequence));
      if (!value) break;
      SEAWORTHY_RETURN_IF_ERROR(VisitRecord(sequence, *value));
      SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                                 event_log_format::DecodeRecord(sequence, *value));
      SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> known_as,
                                 database_.FindSequence(stored.record.dedup_id));
      if (known_as != sequence) return Damaged(absl::StrCat("record ", sequence, " is not found by its id"));
      tail.records.push_back(std::move(stored.record));
    }
    const ReopenableDb::Hold hold = database_.HoldOpen();
    SEAWORTHY_RETURN_IF_ERROR(database_.CheckUsable());
    SEAWORTHY_RETURN_IF_ERROR(ReadSubscriptions());
    tail.end = std::move(contents_.end);
    tail.subscribers = std::move(contents_.subscribers);
    return tail;
  }

 private:
  using Visit = std::function<absl::Status(std::string_view key, std::string_view value)>;

  absl::Status ForEach(rocksdb::ColumnFamilyHandle* family, std::string_view what, const Visit& visit) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = 1024 * 1024;
    const std::unique_ptr<rocksdb::Iterator> at(database_.db().NewIterator(options, family));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      SEAWORTHY_RETURN_IF_ERROR(visit(at->key().ToStringView(), at->value().ToStringView()));
    }
    return at->status().ok() ? absl::OkStatus() : database_.ReadError(what, at->status());
  }

  absl::Status CheckKnown(const ChainEnd& known) {
    contents_.end = known;
    if (known.sequence == 0) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(const Record last, database_.ReadRecord(known.sequence));
    if (last.hash == known.hash) return absl::OkStatus();
    return Damaged(absl::StrCat("record ", known.sequence, " is not what was written"));
  }

  absl::StatusOr<std::optional<std::string>> ReadValue(uint64_t sequence) {
    const ReopenableDb::Hold hold = database_.HoldOpen();
    SEAWORTHY_RETURN_IF_ERROR(database_.CheckUsable());
    std::string value;
    const rocksdb::Status got = database_.db().Get(rocksdb::ReadOptions(), database_.records(),
                                                   event_log_format::Be64(sequence), &value);
    if (got.IsNotFound()) return std::nullopt;
    if (!got.ok()) return database_.ReadError(absl::StrCat("record ", sequence), got);
    return value;
  }

  absl::Status Damaged(std::string_view what) const {
    return absl::DataLossError(absl::StrCat("the event log in ", database_.path(), ": ", std::string(what),
                                            ". Nothing was changed; restore the folder from a backup"));
  }

  // The chain of a trimmed log begins with the hash at the cut.
  absl::Status ReadCut() {
    std::string value;
    const std::string_view key = event_log_format::kCutKey;
    const rocksdb::Status got = database_.db().Get(rocksdb::ReadOptions(), database_.subscriptions(),
                                                   rocksdb::Slice(key.data(), key.size()), &value);
    if (got.IsNotFound()) return absl::OkStatus();
    if (!got.ok()) return database_.ReadError("where it begins", got);
    const absl::StatusOr<event_log_format::CutEntry> cut = event_log_format::DecodeCut(value);
    if (!cut.ok()) return Damaged(std::string(cut.status().message()));
    contents_.cut = *cut;
    contents_.end = {cut->first - 1, cut->hash};
    contents_.index.SetFirst(cut->first);
    return absl::OkStatus();
  }

  absl::Status WalkRecords() {
    return ForEach(database_.records(), "the records", [this](std::string_view key, std::string_view value) {
      const uint64_t sequence = contents_.end.sequence + 1;
      if (key != event_log_format::Be64(sequence))
        return Damaged(absl::StrCat("record ", sequence, " is missing"));
      return VisitRecord(sequence, value);
    });
  }

  absl::Status VisitRecord(uint64_t sequence, std::string_view value) {
    const absl::StatusOr<event_log_format::StoredRecord> stored =
        event_log_format::DecodeRecord(sequence, value);
    if (!stored.ok()) return Damaged(std::string(stored.status().message()));
    if (stored->previous_hash != contents_.end.hash) {
      return Damaged(absl::StrCat("record ", sequence, " does not continue the record before it"));
    }
    const Record& record = stored->record;
    contents_.end = {sequence, record.hash};
    contents_.index.Add(sequence, record.subject);
    ids_ += IdFingerprint(record.dedup_id, sequence);
    const std::string_view dead = DeadLetterSubscription(record.dedup_id);
    if (record.subject == kDeadLetterSubject && !dead.empty()) ++contents_.dead_letters[std::string(dead)];
    return absl::OkStatus();
  }

  // Sums of hashes compare two sets without keeping either.
  static uint64_t IdFingerprint(std::string_view id, uint64_t sequence) {
    return std::hash<std::string>()(absl::StrCat(sequence, ":", std::string(id)));
  }

  absl::Status CompareIds() {
    uint64_t count = 0;
    SEAWORTHY_RETURN_IF_ERROR(ForEach(database_.dedup(), "the deduplication ids",
                                      [&](std::string_view key, std::string_view value) {
                                        if (value.size() != 8)
                                          return Damaged("a deduplication id has no sequence");
                                        const uint64_t sequence = event_log_format::ParseBe64(value);
                                        ++count;
                                        if (sequence < contents_.cut.first) {
                                          CountTrimmed(key);
                                        } else {
                                          ids_ -= IdFingerprint(key, sequence);
                                        }
                                        return absl::OkStatus();
                                      }));
    if (ids_ == 0 && count == contents_.end.sequence) return absl::OkStatus();
    return Damaged(absl::StrCat("its ", count, " deduplication ids do not match its ", contents_.end.sequence,
                                " records"));
  }

  // Of a record that was trimmed away only its id is left.
  void CountTrimmed(std::string_view id) {
    const std::string_view dead = DeadLetterSubscription(id);
    if (!dead.empty()) ++contents_.dead_letters[std::string(dead)];
  }

  absl::Status ReadSubscriptions() {
    return ForEach(database_.subscriptions(), "the subscriptions",
                   [this](std::string_view key, std::string_view value) {
                     const absl::Status visited = VisitEntry(key, value);
                     return visited.ok() ? visited : Damaged(std::string(visited.message()));
                   });
  }

  absl::Status VisitEntry(std::string_view key, std::string_view value) {
    if (key == event_log_format::kCutKey) return absl::OkStatus();  // Read before.
    if (key.substr(0, 1) == "s") return VisitCursor(key.substr(1), value);
    if (key != event_log_format::kCopyKey) return VisitDelivery(key, value);
    SEAWORTHY_ASSIGN_OR_RETURN(contents_.copy, event_log_format::DecodeCopy(value));
    return absl::OkStatus();
  }

  absl::Status VisitCursor(std::string_view name, std::string_view value) {
    SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::CursorEntry cursor, event_log_format::DecodeCursor(value));
    SEAWORTHY_RETURN_IF_ERROR(CheckPosition(name, cursor.cursor));
    contents_.subscribers[std::string(name)].cursor = std::move(cursor);
    return absl::OkStatus();
  }

  absl::Status VisitDelivery(std::string_view key, std::string_view value) {
    SEAWORTHY_ASSIGN_OR_RETURN(const event_log_format::DeliveryName name,
                               event_log_format::ParseDeliveryKey(key));
    SEAWORTHY_ASSIGN_OR_RETURN(const event_log_format::DeliveryEntry entry,
                               event_log_format::DecodeDelivery(value));
    SEAWORTHY_RETURN_IF_ERROR(CheckPosition(name.subscription, name.sequence));
    contents_.subscribers[name.subscription].deliveries.emplace_back(name.sequence, entry);
    return absl::OkStatus();
  }

  absl::Status CheckPosition(std::string_view name, uint64_t position) const {
    if (position <= contents_.end.sequence) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("it ends at record ", contents_.end.sequence,
                                            ", but subscription ", std::string(name), " has seen record ",
                                            position, ": records were lost"));
  }

  LogDatabase& database_;
  LogContents contents_;
  uint64_t ids_ = 0;
};

}  // namespace

absl::StatusOr<LogContents> CheckLog(LogDatabase& database) { return LogChecker(database).Run(); }

absl::StatusOr<LogTail> ReadTail(LogDatabase& database, const ChainEnd& known) {
  return LogChecker(database).RunAfter(known);
}

}  // namespace seaworthy
