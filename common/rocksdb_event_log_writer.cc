#include "common/rocksdb_event_log_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rocksdb_reopen.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxGroupBytes = 4 * 1024 * 1024;
// Between two openings of a database whose disk filled again meanwhile.
constexpr absl::Duration kFirstPause = absl::Milliseconds(250);
constexpr absl::Duration kLongestPause = absl::Seconds(8);

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

struct GroupWriter::Waiting : CommitCaller {
  const LogWrite* write = nullptr;
  std::vector<event_log_format::RecordBody> bodies;
  size_t bytes = 0;
  std::vector<Appended> appended;
  absl::Status status;  // Of this write alone; the group's comes on top.
};

// What the leader gathers.
struct GroupWriter::Group {
  rocksdb::WriteBatch batch;
  ChainEnd end;
  int64_t time_us = 0;
  std::vector<CommittedEvent> committed;
  bool trims = false;
  std::unordered_map<std::string_view, uint64_t> sequences;
};

GroupWriter::GroupWriter(LogDatabase* database, Clock* clock, ChainEnd end, Hooks hooks)
    : database_(database),
      clock_(clock),
      hooks_(std::move(hooks)),
      end_(std::move(end)),
      pause_(kFirstPause) {}

absl::StatusOr<std::vector<Appended>> GroupWriter::Commit(const LogWrite& write) {
  Waiting self;
  self.write = &write;
  for (const NewEvent& event : write.events) {
    self.bytes += self.bodies.emplace_back(event_log_format::EncodeBody(event)).bytes.size();
  }
  absl::MutexLock lock(&mutex_);
  const auto refusal = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return Refusal(write); };
  SEAWORTHY_ASSIGN_OR_RETURN(const bool leads, queue_.Join(self, refusal));
  if (leads) Lead();
  if (!self.status.ok()) return self.status;
  return std::move(self.appended);
}

absl::Status GroupWriter::Health() const {
  absl::MutexLock lock(&mutex_);
  if (closed_) return absl::CancelledError("the event log is closed");
  if (!blocked_.ok()) return absl::FailedPreconditionError(blocked_.message());
  // With room again the next write goes on: who asks must not keep writes away until then.
  return last_.ok() || database_->HasRoom() ? absl::OkStatus()
                                            : absl::ResourceExhaustedError(last_.message());
}

absl::Status GroupWriter::Refusal(const LogWrite& write) const {
  if (!blocked_.ok()) return blocked_;
  if (closed_ && !write.after_close) return absl::CancelledError("the event log is closed");
  return absl::OkStatus();
}

void GroupWriter::Lead() {
  size_t bytes = 0;
  // Bytes are counted on once it is full: nobody overtakes.
  const std::vector<Waiting*> members = queue_.Take([&bytes](const Waiting& waiting) {
    const bool first = bytes == 0;
    bytes += waiting.bytes + 1;
    return first || bytes <= kMaxGroupBytes;
  });
  std::vector<Waiting*> accepted;
  for (Waiting* member : members) {
    member->status = Refusal(*member->write);
    if (member->status.ok()) accepted.push_back(member);
  }
  if (!accepted.empty()) {
    mutex_.Unlock();
    const absl::Status status = WriteGroup(accepted);
    mutex_.Lock();
    last_ = status;
    // A full disk passes; all else stays until somebody has looked.
    if (!status.ok() && full_.ok()) blocked_ = status;
    for (Waiting* member : accepted) member->status.Update(status);
  }
  queue_.Finish(members);
}

// OK where no failed write is left to be cleared up.
absl::Status GroupWriter::Recover() {
  if (full_.ok()) return absl::OkStatus();
  if (!pause_over_.Passed() || !database_->HasRoom()) return full_;
  absl::StatusOr<ChainEnd> end = hooks_.recover(end_);
  if (end.ok()) {
    end_ = *std::move(end);
    full_ = absl::OkStatus();
    pause_ = kFirstPause;
    return absl::OkStatus();
  }
  spdlog::error("the event log in {} still cannot write: {}", database_->path(), end.status().ToString());
  if (!absl::IsUnavailable(end.status())) {
    full_ = absl::OkStatus();  // For good.
    return end.status();
  }
  pause_over_ = SteadyDeadline(pause_);
  pause_ = std::min(pause_ * 2, kLongestPause);
  return full_;
}

absl::Status GroupWriter::WriteGroup(const std::vector<Waiting*>& members) {
  SEAWORTHY_RETURN_IF_ERROR(Recover());
  Group group;
  group.end = end_;
  group.time_us = absl::ToUnixMicros(clock_->Now());
  for (Waiting* member : members) Stage(*member, group);
  if (group.batch.Count() == 0) return absl::OkStatus();
  SEAWORTHY_RETURN_IF_ERROR(WriteBatch(group));
  end_ = std::move(group.end);
  if (!group.committed.empty()) hooks_.committed(group.committed);
  return absl::OkStatus();
}

// Known sequences come first, so that a member that fails has staged nothing.
void GroupWriter::Stage(Waiting& member, Group& group) {
  absl::StatusOr<std::vector<std::optional<uint64_t>>> known = FindKnown(member, group);
  if (!known.ok()) {
    member.status = known.status();
    return;
  }
  const absl::Span<const NewEvent> events = member.write->events;
  for (size_t i = 0; i < events.size(); ++i) {
    std::optional<uint64_t> sequence = (*known)[i];
    // An id may also stand twice in one batch.
    const auto staged = group.sequences.find(events[i].dedup_id);
    if (!sequence && staged != group.sequences.end()) sequence = staged->second;
    if (!sequence) StageEvent(events[i], member.bodies[i], group);
    member.appended.push_back({sequence.value_or(group.end.sequence), sequence.has_value()});
  }
  StageTrim(member.write->trim_before, group);
  for (const Bookkeeping& change : member.write->bookkeeping) {
    rocksdb::ColumnFamilyHandle* const family = database_->subscriptions();
    const rocksdb::Status staged = change.value ? group.batch.Put(family, change.key, *change.value)
                                                : group.batch.Delete(family, change.key);
    staged.PermitUncheckedError();  // Fails only beyond 4 GiB.
  }
}

absl::StatusOr<std::vector<std::optional<uint64_t>>> GroupWriter::FindKnown(const Waiting& member,
                                                                            const Group& group) {
  std::vector<std::optional<uint64_t>> known;
  for (const NewEvent& event : member.write->events) {
    if (group.sequences.count(event.dedup_id) != 0) {
      known.emplace_back();
      continue;
    }
    SEAWORTHY_ASSIGN_OR_RETURN(std::optional<uint64_t> sequence, database_->FindSequence(event.dedup_id));
    known.push_back(sequence);
  }
  return known;
}

void GroupWriter::StageEvent(const NewEvent& event, const event_log_format::RecordBody& body, Group& group) {
  ++group.end.sequence;
  event_log_format::RecordHead head =
      event_log_format::EncodeHead(group.end.sequence, group.time_us, group.end.hash, body.digest);
  group.end.hash = std::move(head.hash);
  const std::string key = event_log_format::Be64(group.end.sequence);
  const rocksdb::Slice key_slice(key);
  const rocksdb::Slice parts[] = {ToSlice(head.bytes), ToSlice(body.bytes)};
  group.batch.Put(database_->records(), rocksdb::SliceParts(&key_slice, 1), rocksdb::SliceParts(parts, 2))
      .PermitUncheckedError();
  group.batch.Put(database_->dedup(), ToSlice(event.dedup_id), key_slice).PermitUncheckedError();
  group.sequences.emplace(event.dedup_id, group.end.sequence);
  group.committed.push_back({group.end.sequence, &event});
}

void GroupWriter::StageTrim(uint64_t before, Group& group) {
  if (before == 0) return;
  group.trims = true;
  group.batch.DeleteRange(database_->records(), event_log_format::Be64(0), event_log_format::Be64(before))
      .PermitUncheckedError();
}

absl::Status GroupWriter::WriteBatch(Group& group) {
  group.batch.PutLogData(ToSlice(event_log_format::kBatchEnd)).PermitUncheckedError();
  rocksdb::WriteOptions options;
  options.sync = group.trims || !group.committed.empty();
  const rocksdb::Status written = database_->db().Write(options, &group.batch);
  return written.ok() ? absl::OkStatus() : Failed(group, written);
}

absl::Status GroupWriter::Failed(const Group& group, const rocksdb::Status& written) {
  const std::string what =
      absl::StrCat("the event log in ", database_->path(), " is blocked: a write failed (",
                   written.ToString(), "), and whether records ", end_.sequence + 1, " to ",
                   group.end.sequence, " are on disk is not known until ");
  if (IsNoSpace(written)) {
    full_ = absl::UnavailableError(
        absl::StrCat(what,
                     "there is space again. Make room on the disk: it then goes on by itself; "
                     "appending again with the same ids is safe"));
    spdlog::error("{}", std::string(full_.message()));
    return full_;
  }
  return absl::UnavailableError(
      absl::StrCat(what,
                   "the log is opened anew. Check the disk's space and health, then restart; "
                   "appending again with the same ids is safe"));
}

void GroupWriter::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  queue_.AskAgain();
}

}  // namespace seaworthy
