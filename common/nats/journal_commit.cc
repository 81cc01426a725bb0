// The journal's writing half: group commit against the end of the stream.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/nats/journal.h"
#include "common/object_store_bounds.h"
#include "common/rocksdb_event_log_format.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxGroup = 256;
// Of a message, for all that is not records.
constexpr size_t kMessageMargin = 64 * 1024;
constexpr size_t kEventOverhead = 128;
constexpr size_t kNoteOverhead = 128;
// Of a group, before its last member; with the largest batch it is an object.
constexpr size_t kMaxGroupBytes = 1024 * 1024;
static_assert(kMaxGroupBytes + kMaxBatchBytes + kMaxBatchEvents * kEventOverhead + kMessageMargin <=
              kMaxObjectBytes);
constexpr absl::Duration kPause = absl::Milliseconds(50);
// How long a subscription that ends may try to hand back what it held.
constexpr absl::Duration kHandBackTimeout = absl::Seconds(3);

}  // namespace

struct Journal::Waiting : CommitCaller {
  Waiting(const JournalOperation& wanted, absl::Duration patience) : operation(&wanted), deadline(patience) {}
  const JournalOperation* const operation;
  const SteadyDeadline deadline;
  std::vector<Appended> appended;
  absl::Status status;
  bool answered = false;
};

// What the leader writes.
struct Journal::Staged {
  journal::Commit commit;
  std::vector<NewEvent> events;      // New ones, in order.
  absl::Span<const Record> records;  // Or those of an import.
  std::unordered_map<std::string, uint64_t> sequences;
  std::vector<std::pair<Waiting*, std::vector<Appended>>> answers;
  std::string record_hash;
  uint64_t expected = 0;
  size_t bytes = 0;
  bool after_close = false;
};

absl::StatusOr<std::vector<Appended>> Journal::Commit(const JournalOperation& operation) {
  if (options_.use == NatsLogUse::kRead) {
    return absl::FailedPreconditionError(absl::StrCat("stream ", stream_.name, " is open for reading only"));
  }
  Waiting self(operation, operation.after_close ? kHandBackTimeout : options_.commit_timeout);
  absl::MutexLock lock(&mutex);
  const auto refusal = [&]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return CheckOpen(operation.after_close); };
  SEAWORTHY_ASSIGN_OR_RETURN(const bool leads, queue_.Join(self, refusal));
  if (leads) Lead(operation.after_close);
  if (!self.status.ok()) return self.status;
  return std::move(self.appended);
}

bool Journal::Touches(const JournalOperation& operation,
                      std::set<std::pair<std::string, uint64_t>>& touched) const {
  const std::string& name = operation.subscription;
  if (name.empty()) return false;
  if (operation.sequences.empty()) {
    const auto at = touched.lower_bound({name, 0});
    if (at != touched.end() && at->first == name) return true;
    touched.emplace(name, 0);
    return false;
  }
  bool any = touched.count({name, 0}) != 0;
  for (uint64_t sequence : operation.sequences) any = any || touched.count({name, sequence}) != 0;
  if (any) return true;
  for (uint64_t sequence : operation.sequences) touched.emplace(name, sequence);
  return false;
}

void Journal::Lead(bool after_close) {
  std::set<std::pair<std::string, uint64_t>> touched;
  size_t taken = 0;
  std::vector<Waiting*> members = queue_.Take([&](const Waiting& waiting) {
    const bool fits = taken < kMaxGroup && waiting.operation->after_close == after_close &&
                      !Touches(*waiting.operation, touched);
    taken += fits ? 1 : 0;
    return fits;
  });
  while (!Round(members)) {
  }
  queue_.Finish(members);
}

bool Journal::Round(std::vector<Waiting*>& members) {
  const SteadyDeadline& deadline = members.front()->deadline;  // It waits longest.
  Staged staged = Stage(members);
  absl::StatusOr<bool> stored = true;
  const bool records = !staged.events.empty() || !staged.records.empty();
  if (records || !staged.commit.notes.empty()) stored = Publish(staged, deadline);
  if (stored.ok() && !*stored) return false;
  const bool late = !stored.ok() && deadline.Passed();
  for (auto& [member, appended] : staged.answers) {
    if (late && !member->deadline.Passed()) continue;
    member->status = stored.status();
    member->appended = std::move(appended);
    member->answered = true;
  }
  // Whose own time is not over waits on.
  if (late) PutBack(members, 0);
  return true;
}

Journal::Staged Journal::Stage(std::vector<Waiting*>& members) {
  Staged staged;
  staged.expected = state.applied();
  staged.record_hash = state.record_hash();
  staged.after_close = members.front()->operation->after_close;
  staged.commit.instance = options_.instance;
  staged.commit.epoch = epoch_;
  staged.commit.time_us = NowUs();
  staged.commit.first_sequence = state.last() + 1;
  staged.commit.previous_hash = state.commit_hash();
  const size_t message = link_->max_payload() - std::min(link_->max_payload() / 2, kMessageMargin);
  const size_t most = std::min(message, kMaxGroupBytes);
  for (size_t i = 0; i < members.size(); ++i) {
    Waiting& member = *members[i];
    if (member.answered) continue;
    if (staged.bytes >= most) {
      PutBack(members, i);
      break;
    }
    absl::StatusOr<JournalChange> change = absl::CancelledError();
    member.status = CheckOpen(staged.after_close);
    if (member.status.ok()) change = member.operation->prepare(state, staged.commit.time_us);
    if (member.status.ok()) member.status = change.status();
    member.answered = !member.status.ok();
    if (!member.answered) StageMember(member, *std::move(change), staged);
  }
  return staged;
}

void Journal::StageMember(Waiting& member, JournalChange change, Staged& staged) {
  std::vector<Appended> appended;
  for (NewEvent& event : change.events) {
    std::optional<uint64_t> sequence = state.FindSequence(event.dedup_id);
    const auto here = staged.sequences.find(event.dedup_id);
    if (!sequence && here != staged.sequences.end()) sequence = here->second;
    const uint64_t next = staged.commit.first_sequence + staged.events.size();
    appended.push_back({sequence.value_or(next), sequence.has_value()});
    if (sequence) continue;
    staged.bytes += event.payload.size() + event.dedup_id.size() + event.subject.size() + kEventOverhead;
    staged.sequences.emplace(event.dedup_id, next);
    staged.events.push_back(std::move(event));
  }
  if (!change.records.empty()) staged.records = change.records;
  for (journal::Note& note : change.notes) {
    staged.bytes += kNoteOverhead + note.subscription.size();
    staged.commit.notes.push_back(std::move(note));
  }
  staged.answers.emplace_back(&member, std::move(appended));
}

// What is not answered with this message goes first into the next.
void Journal::PutBack(std::vector<Waiting*>& members, size_t from) {
  for (size_t i = members.size(); i > from; --i) {
    if (members[i - 1]->answered) continue;
    queue_.PutBack(members[i - 1]);
    members.erase(members.begin() + static_cast<ptrdiff_t>(i - 1));
  }
}

void Journal::EncodeRecord(Staged& staged, const NewEvent& event, int64_t time_us) {
  const uint64_t sequence = staged.commit.first_sequence + staged.commit.records.size();
  const event_log_format::RecordBody body = event_log_format::EncodeBody(event);
  event_log_format::RecordHead head =
      event_log_format::EncodeHead(sequence, time_us, staged.record_hash, body.digest);
  staged.record_hash = std::move(head.hash);
  staged.commit.records.push_back(head.bytes.append(body.bytes));
}

std::string Journal::Encode(Staged& staged) {
  for (const NewEvent& event : staged.events) EncodeRecord(staged, event, staged.commit.time_us);
  for (const Record& record : staged.records) {
    EncodeRecord(staged, {record.dedup_id, record.subject, record.payload}, absl::ToUnixMicros(record.time));
  }
  return journal::EncodeCommit(staged.commit);
}

// A commit larger than a message becomes an object, and the message its name.
absl::StatusOr<std::string> Journal::Shrink(std::string bytes) {
  if (bytes.size() + kMessageMargin / 16 <= link_->max_payload()) return bytes;
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string hash, objects_->Put(bytes));
  return journal::EncodeReference(hash);
}

absl::StatusOr<bool> Journal::Publish(Staged& staged, const SteadyDeadline& deadline) {
  staged.commit.number = next_number_++;
  mutex.Unlock();
  absl::StatusOr<std::string> bytes = Shrink(Encode(staged));
  mutex.Lock();
  SEAWORTHY_RETURN_IF_ERROR(bytes.status());
  return PublishBytes(staged, *bytes, deadline);
}

absl::StatusOr<bool> Journal::PublishBytes(const Staged& staged, const std::string& bytes,
                                           const SteadyDeadline& deadline) {
  const std::string id = absl::StrCat(epoch_, ".", staged.commit.number);
  std::string reason;
  for (bool tried = false;; tried = true) {
    if (state.applied() > staged.expected) return landed_number_ == staged.commit.number;
    SEAWORTHY_RETURN_IF_ERROR(CheckOpen(staged.after_close));
    // Who has waited behind others all its time tries once.
    if (tried && deadline.Passed()) {
      return absl::UnavailableError(
          absl::StrCat("the event log's stream ", stream_.name, " did not answer in time (", reason,
                       "): whether it was stored is not known. Appending again with the same ids is safe"));
    }
    mutex.Unlock();
    const absl::StatusOr<NatsStored> stored = link_->Append(stream_.subject, bytes, id, staged.expected);
    mutex.Lock();
    if (!stored.ok()) return absl::UnavailableError(std::string(stored.status().message()));
    if (stored->outcome == NatsStored::Outcome::kStored) return Landed(staged, stored->sequence);
    reason = stored->reason;
    // The follower brings what was stored instead, or the server comes back.
    if (state.applied() == staged.expected) grown.WaitWithTimeout(&mutex, kPause);
  }
}

absl::StatusOr<bool> Journal::Landed(const Staged& staged, uint64_t sequence) {
  if (state.applied() > staged.expected) return landed_number_ == staged.commit.number;
  absl::Status status =
      absl::DataLossError(absl::StrCat("the NATS server stored message ", sequence, " after ",
                                       staged.expected, ": it lost or gained messages"));
  if (sequence == staged.expected + 1) status = ApplyCommit(sequence, staged.commit);
  if (absl::IsDataLoss(status)) broken_ = status;
  SEAWORTHY_RETURN_IF_ERROR(status);
  return true;
}

}  // namespace seaworthy
