#include "common/log_copy.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRecords = 4096;

// What is there, of an interrupted copy or a restored backup, must be how the log begins.
absl::Status CheckBeginning(EventLog& from, const LogImporter& to) {
  const uint64_t at = to.last_sequence();
  if (from.FirstSequence() > std::max<uint64_t>(at, 1)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the log begins at record ", from.FirstSequence(),
        ": it was trimmed, and what lies before is missing. Restore the backup that covers it into a new "
        "folder (`seaworthy restore BACKUPS --data NEW`), bring the rest there (`seaworthy log copy --to "
        "embedded:NEW --continue`), and copy from embedded:NEW, which is whole"));
  }
  if (at == 0) return absl::OkStatus();
  const std::string other = absl::StrCat("what is there ends at record ", at,
                                         ", which is not in this log; move it away, or name another place");
  if (at > from.LastSequence()) return absl::FailedPreconditionError(other);
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, from.Read(at));
  return record.hash == to.last_hash() ? absl::OkStatus() : absl::FailedPreconditionError(other);
}

absl::Status CopyObject(ObjectStore& from, ObjectStore& to, const std::string& hash) {
  // Of an earlier run, and whole: Get compares the bytes with their name.
  if (to.Get(hash).ok()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string bytes, from.Get(hash));
  SEAWORTHY_RETURN_IF_ERROR(to.Put(bytes).status());
  return to.Get(hash).status();
}

}  // namespace

absl::Status CopyLog(EventLog& from, LogImporter& to, const CopyProgress& progress) {
  SEAWORTHY_RETURN_IF_ERROR(CheckBeginning(from, to));
  const uint64_t end = from.LastSequence();
  progress(to.last_sequence(), end);
  while (to.last_sequence() < end) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                               from.ReadAfter(to.last_sequence(), kMaxRecords, absl::ZeroDuration()));
    if (records.empty()) return absl::DataLossError("the log ended while it was copied");
    SEAWORTHY_RETURN_IF_ERROR(to.Append(records));
    progress(to.last_sequence(), end);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<SubscriptionState> states, ExportSubscriptions(from));
  SEAWORTHY_RETURN_IF_ERROR(to.SetSubscriptions(states));
  if (from.LastSequence() != to.last_sequence()) {
    return absl::FailedPreconditionError(
        "the log grew while it was copied: stop what uses it, then run the same copy again, which goes on");
  }
  return to.Finish();
}

absl::StatusOr<uint64_t> CopyObjects(ObjectStore& from, ObjectStore& to, const CopyProgress& progress) {
  uint64_t copied = 0;
  absl::Status status;
  const absl::Status listed = from.List([&](std::string_view hash) {
    status = CopyObject(from, to, std::string(hash));
    if (status.ok()) progress(++copied, 0);
    return status.ok();
  });
  SEAWORTHY_RETURN_IF_ERROR(status);
  SEAWORTHY_RETURN_IF_ERROR(listed);
  return copied;
}

absl::Status CompareLogs(EventLog& from, EventLog& to) {
  const uint64_t end = from.LastSequence();
  if (to.LastSequence() != end) {
    return absl::DataLossError(
        absl::StrCat("the log ends at record ", end, ", its copy at record ", to.LastSequence()));
  }
  if (end == 0) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const Record ours, from.Read(end));
  SEAWORTHY_ASSIGN_OR_RETURN(const Record theirs, to.Read(end));
  if (ours.hash == theirs.hash) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record ", end, " has another hash in the copy"));
}

}  // namespace seaworthy
