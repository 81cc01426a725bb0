#include "common/nats/journal_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/hash.h"
#include "common/rocksdb_event_log_format.h"
#include "common/status_macros.h"

namespace seaworthy {

using event_log_format::DeliveryState;
using journal::Commit;
using journal::Note;
using journal::NoteKind;

namespace {
constexpr size_t kMaxRecentBytes = 8 * 1024 * 1024;
}  // namespace

JournalState::IdHash JournalState::HashId(std::string_view dedup_id) {
  const std::string digest = Sha256(dedup_id);
  IdHash hash;
  std::memcpy(hash.data(), digest.data(), sizeof(hash));
  return hash;
}

std::string JournalState::EpochOf(std::string_view instance) const {
  const auto found = epochs_.find(instance);
  return found == epochs_.end() ? std::string() : found->second;
}

std::optional<uint64_t> JournalState::FindSequence(std::string_view dedup_id) const {
  const auto found = sequences_.find(HashId(dedup_id));
  return found == sequences_.end() ? std::nullopt : std::optional<uint64_t>(found->second);
}

const Record* JournalState::Recent(uint64_t sequence) const {
  if (recent_.empty() || sequence < recent_.front().sequence) return nullptr;
  const uint64_t at = sequence - recent_.front().sequence;
  return at < recent_.size() ? &recent_[at] : nullptr;
}

absl::Status JournalState::Check(const Commit& commit, std::vector<Record>& records) const {
  if (commit.previous_hash != commit_hash_) {
    return absl::DataLossError("it does not continue the message before it");
  }
  if (commit.first_sequence != last() + 1) {
    return absl::DataLossError(
        absl::StrCat("its first record is ", commit.first_sequence, ", but the log ends at ", last()));
  }
  std::string hash = record_hash_;
  for (const std::string& bytes : commit.records) {
    SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                               event_log_format::DecodeRecord(commit.first_sequence + records.size(), bytes));
    if (stored.previous_hash != hash) {
      return absl::DataLossError(
          absl::StrCat("record ", stored.record.sequence, " does not continue the record before it"));
    }
    hash = stored.record.hash;
    records.push_back(std::move(stored.record));
  }
  return absl::OkStatus();
}

absl::Status JournalState::Apply(uint64_t stream_sequence, const Commit& commit, int64_t now_us) {
  std::vector<Record> records;
  absl::Status status = Check(commit, records);
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat(
        "message ", stream_sequence, " of the log's stream is damaged: ", std::string(status.message())));
  }
  for (Record& record : records) AddRecord(stream_sequence, std::move(record));
  for (const Note& note : commit.notes) ApplyNote(commit, note, now_us);
  applied_ = stream_sequence;
  commit_hash_ = commit.hash;
  return absl::OkStatus();
}

void JournalState::AddRecord(uint64_t stream_sequence, Record record) {
  index_.Add(record.sequence, record.subject);
  sequences_.emplace(HashId(record.dedup_id), record.sequence);
  places_.push_back(stream_sequence);
  record_hash_ = record.hash;
  if (record.subject == kDeadLetterSubject) {
    const std::string_view name = DeadLetterSubscription(record.dedup_id);
    const auto dead = subscribers_.find(name);
    if (dead != subscribers_.end()) dead->second.tracker.CountDeadLetter();
    if (importing_) ++dead_letters_[std::string(name)];
  }
  recent_bytes_ += record.payload.size() + sizeof(Record);
  recent_.push_back(std::move(record));
  while (recent_bytes_ > kMaxRecentBytes) {
    recent_bytes_ -= recent_.front().payload.size() + sizeof(Record);
    recent_.pop_front();
  }
}

void JournalState::ApplyNote(const Commit& commit, const Note& note, int64_t now_us) {
  if (note.kind == NoteKind::kOpened) {
    TakeBack(commit.instance, now_us);
    epochs_[commit.instance] = commit.epoch;
    return;
  }
  if (ApplyImport(commit, note, now_us)) return;
  Subscriber& subscriber = subscribers_[note.subscription];
  if (note.kind == NoteKind::kSubscribed) {
    subscriber.known = true;
    subscriber.tracker.set_subjects(note.subjects);
    return;
  }
  ApplyToRecord(subscriber, commit, note, now_us);
}

bool JournalState::ApplyImport(const Commit& commit, const Note& note, int64_t now_us) {
  if (note.kind == NoteKind::kImportBegun || note.kind == NoteKind::kImportDone) {
    importing_ = note.kind == NoteKind::kImportBegun;
    import_source_ = note.subscription;
    if (!importing_) dead_letters_.clear();
    return true;
  }
  if (note.kind == NoteKind::kPosition) {
    Subscriber& subscriber = subscribers_[note.subscription];
    // Its dead letters came with the records before.
    subscriber.tracker.Restore({note.sequence, {}}, dead_letters_[note.subscription]);
    subscriber.tracker.ForgetDeliveries();
    subscriber.tracker.set_subjects(note.subjects);
    subscriber.known = true;
    return true;
  }
  if (note.kind != NoteKind::kOwed && note.kind != NoteKind::kHeld) return false;
  const DeliveryState state =
      note.kind == NoteKind::kHeld ? DeliveryState::kInFlight : DeliveryState::kRetrying;
  subscribers_[note.subscription].tracker.RestoreDelivery(
      note.sequence, {state, note.attempts, commit.time_us, note.due_us}, now_us);
  return true;
}

void JournalState::ApplyToRecord(Subscriber& subscriber, const Commit& commit, const Note& note,
                                 int64_t now_us) {
  DeliveryTracker& tracker = subscriber.tracker;
  // The writer's clock may be ahead of ours, or ours may have gone back.
  const int64_t base_us = std::min(now_us, commit.time_us);
  const int64_t due_us = base_us + (note.due_us - commit.time_us);
  if (note.kind == NoteKind::kDelivered) {
    DeliveryTracker::Picked picked;
    picked.deliver.push_back({note.sequence, note.attempts});
    picked.cursor = std::max(tracker.cursor(), note.sequence);
    tracker.Delivered(picked, base_us, absl::Microseconds(due_us - base_us));
    subscriber.out[note.sequence] = {commit.instance, note.attempts, due_us};
  } else if (note.kind == NoteKind::kExtended) {
    tracker.Extend(note.sequence, due_us);
    subscriber.out[note.sequence].due_us = due_us;
  } else {
    subscriber.out.erase(note.sequence);
    const DeliveryTracker::Entry entry{DeliveryState::kRetrying, note.attempts, base_us, due_us};
    if (note.kind == NoteKind::kSettled) tracker.Settle(note.sequence);
    if (note.kind == NoteKind::kRetry) tracker.Reschedule(note.sequence, entry);
    // What was trimmed away meanwhile cannot be delivered any more.
    const bool again = note.kind == NoteKind::kAgain && note.sequence >= first();
    if (again && tracker.BeginAgain(note.sequence, entry)) tracker.SetBusy(note.sequence, false);
  }
}

// As after the end of the process that held them: due at once, and whoever
// held a record at two ends gets it alone from then on.
void JournalState::TakeBack(std::string_view instance, int64_t now_us) {
  for (auto& [name, subscriber] : subscribers_) {
    for (auto at = subscriber.out.begin(); at != subscriber.out.end();) {
      if (at->second.instance != instance) {
        ++at;
        continue;
      }
      subscriber.tracker.Settle(at->first);
      subscriber.tracker.RestoreDelivery(
          at->first, {DeliveryState::kInFlight, at->second.attempts, now_us, now_us}, now_us);
      at = subscriber.out.erase(at);
    }
  }
}

}  // namespace seaworthy
