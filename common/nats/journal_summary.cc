// What a stream adds up to, written down: for who starts after its beginning
// is gone.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/nats/journal_state.h"
#include "common/rocksdb_event_log_format.h"

namespace seaworthy {

using event_log_format::Be64;
using event_log_format::ParseBe64;
using journal::Commit;
using journal::Note;
using journal::NoteKind;

namespace {
constexpr size_t kIdBytes = 24;
constexpr size_t kMaxPieceBytes = 8 * 1024 * 1024 / kIdBytes * kIdBytes;
}  // namespace

void JournalState::SetFirst(uint64_t first) {
  if (first <= index_.first()) return;
  index_.SetFirst(first);
  const uint64_t gone = std::min<uint64_t>(first - places_first_, places_.size());
  places_.erase(places_.begin(), places_.begin() + static_cast<ptrdiff_t>(gone));
  places_.shrink_to_fit();
  places_first_ = first;
  while (!recent_.empty() && recent_.front().sequence < first) {
    recent_bytes_ -= recent_.front().payload.size() + sizeof(Record);
    recent_.pop_front();
  }
  // Due again just while another process trimmed it away: whoever tried to
  // deliver it would try for ever.
  for (auto& [name, subscriber] : subscribers_) {
    for (auto owed = subscriber.tracker.FirstUnsettled(index_); owed && *owed < first;
         owed = subscriber.tracker.FirstUnsettled(index_)) {
      subscriber.tracker.Settle(*owed);
      subscriber.out.erase(*owed);
    }
  }
}

Commit JournalState::Summary(int64_t now_us) const {
  Commit head;
  head.instance = "summary";
  head.epoch = record_hash_;
  head.number = applied_;
  head.time_us = now_us;
  head.first_sequence = last() + 1;
  head.previous_hash = commit_hash_;
  for (const auto& [instance, epoch] : epochs_) {
    head.notes.push_back({NoteKind::kOpened, instance, 0, 0, 0, {epoch}});
  }
  for (const auto& [name, subscriber] : subscribers_) {
    if (!subscriber.known) continue;
    const SubscriptionState state = subscriber.tracker.Export(name);
    const auto dead = static_cast<int64_t>(subscriber.tracker.Status(name, index_).dead);
    head.notes.push_back({NoteKind::kPosition, name, state.cursor, 0, dead, state.subjects});
    for (const SubscriptionState::Unsettled& owed : state.unsettled) {
      const auto out = subscriber.out.find(owed.sequence);
      Note note{owed.in_flight ? NoteKind::kHeld : NoteKind::kOwed,
                name,
                owed.sequence,
                owed.attempts,
                owed.due_us,
                {}};
      if (out != subscriber.out.end()) {
        note = {NoteKind::kDelivered,  name, owed.sequence, out->second.attempts, out->second.due_us,
                {out->second.instance}};
      }
      head.notes.push_back(std::move(note));
    }
  }
  return head;
}

std::vector<std::string> JournalState::SummaryIds() const {
  std::vector<std::string> pieces;
  for (const auto& [id, sequence] : sequences_) {
    if (pieces.empty() || pieces.back().size() >= kMaxPieceBytes) pieces.emplace_back();
    pieces.back().append(Be64(id[0])).append(Be64(id[1])).append(Be64(sequence));
  }
  return pieces;
}

absl::Status JournalState::RestoreSummary(uint64_t applied, const Commit& head,
                                          const std::vector<std::string>& ids, int64_t now_us) {
  if (head.number != applied || head.epoch.size() != journal::kHashBytes || head.first_sequence == 0) {
    return absl::DataLossError(absl::StrCat("what came before message ", applied + 1,
                                            " of the log's stream is not what is written about it"));
  }
  for (const std::string& piece : ids) {
    for (size_t at = 0; at + kIdBytes <= piece.size(); at += kIdBytes) {
      const std::string_view id = std::string_view(piece).substr(at, kIdBytes);
      sequences_.emplace(IdHash{ParseBe64(id), ParseBe64(id.substr(8))}, ParseBe64(id.substr(16)));
    }
  }
  if (sequences_.size() != head.first_sequence - 1) {
    return absl::DataLossError(absl::StrCat("of ", head.first_sequence - 1, " ids of trimmed records ",
                                            sequences_.size(), " are there"));
  }
  index_.SetFirst(head.first_sequence);
  places_first_ = head.first_sequence;
  applied_ = applied;
  commit_hash_ = head.previous_hash;
  record_hash_ = head.epoch;
  for (const Note& note : head.notes) RestoreNote(head, note, now_us);
  dead_letters_.clear();
  return absl::OkStatus();
}

void JournalState::RestoreNote(const Commit& head, const Note& note, int64_t now_us) {
  const std::string holder = note.subjects.empty() ? std::string() : note.subjects.front();
  if (note.kind == NoteKind::kOpened) {
    epochs_[note.subscription] = holder;
  } else if (note.kind == NoteKind::kDelivered) {
    Commit by;
    by.instance = holder;
    by.time_us = head.time_us;
    ApplyToRecord(subscribers_[note.subscription], by, note, now_us);
  } else {
    if (note.kind == NoteKind::kPosition)
      dead_letters_[note.subscription] = static_cast<uint64_t>(note.due_us);
    ApplyImport(head, note, now_us);
  }
}

}  // namespace seaworthy
