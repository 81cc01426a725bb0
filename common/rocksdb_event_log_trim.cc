// Drops the beginning of the embedded log.
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_core.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

// From here on nothing reads what lies before `sequence`.
absl::Status BeginTrim(LogCore& core, uint64_t sequence) {
  absl::MutexLock lock(&core.mutex);
  SEAWORTHY_RETURN_IF_ERROR(core.CheckOpen());
  for (const auto& [name, subscriber] : core.subscribers) {
    const std::optional<uint64_t> owed = subscriber.tracker.FirstUnsettled(core.index);
    if (owed && *owed < sequence) {
      return absl::FailedPreconditionError(absl::StrCat("subscription ", name, " has not settled record ",
                                                        *owed, "; the log can be trimmed up to there"));
    }
  }
  core.index.SetFirst(sequence);
  return absl::OkStatus();
}

absl::StatusOr<std::string> HashBefore(LogCore& core, uint64_t sequence) {
  {
    absl::MutexLock lock(&core.mutex);
    SEAWORTHY_RETURN_IF_ERROR(core.CheckOpen());
    if (sequence <= core.index.first()) return std::string();
    if (sequence > core.index.last()) {
      return absl::InvalidArgumentError(absl::StrCat("the log ends at record ", core.index.last(),
                                                     " and keeps its last record when it is trimmed"));
    }
  }
  SEAWORTHY_ASSIGN_OR_RETURN(Record before, core.database->ReadRecord(sequence - 1));
  return std::move(before.hash);
}

// Gives the disk its space back; the records are gone already.
absl::Status FreeSpace(LogDatabase& database, uint64_t sequence) {
  const auto hold = database.HoldOpen();
  SEAWORTHY_RETURN_IF_ERROR(database.CheckUsable());
  const std::string end = event_log_format::Be64(sequence);
  const rocksdb::Slice before(end);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Status freed = database.db().CompactRange(options, database.records(), nullptr, &before);
  return freed.ok() ? absl::OkStatus() : database.ReadError("what was trimmed away", freed);
}

}  // namespace

absl::Status TrimLog(LogCore& core, uint64_t sequence) {
  absl::MutexLock trimming(&core.trimming);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string hash, HashBefore(core, sequence));
  if (!hash.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(BeginTrim(core, sequence));
    core.cut = event_log_format::CutEntry{sequence, hash};
  }
  if (!core.cut) return absl::OkStatus();  // It begins there or later.
  sequence = core.cut->first;
  LogWrite write;
  write.trim_before = sequence;
  write.bookkeeping.push_back(
      {std::string(event_log_format::kCutKey), event_log_format::EncodeCut(*core.cut)});
  SEAWORTHY_RETURN_IF_ERROR(core.writer.Commit(write).status());
  core.cut.reset();
  spdlog::info("the event log in {} begins at record {} now", core.database->path(), sequence);
  const absl::Status freed = FreeSpace(*core.database, sequence);
  if (!freed.ok()) spdlog::warn("{}", std::string(freed.message()));
  return absl::OkStatus();
}

}  // namespace seaworthy
