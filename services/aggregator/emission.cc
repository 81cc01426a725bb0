#include "services/aggregator/emission.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

// While others are to append, the log is looked at this often: in memory, one
// id at a time.
constexpr absl::Duration kLook = absl::Milliseconds(10);
constexpr absl::Duration kNoteInterval = absl::Milliseconds(500);
// Long enough for another to take it, watch it for a while and go on.
constexpr absl::Duration kYieldPause = absl::Seconds(10);

}  // namespace

Emission::Emission(EventLog* log, std::unique_ptr<Lease> lease) : log_(log), lease_(std::move(lease)) {}

absl::StatusOr<bool> Emission::IsInLog(const NewEvent& effect) const {
  const absl::Status found = log_->FindByDedupId(effect.dedup_id).status();
  // Out of range: it was there, and is behind the snapshot now.
  if (found.ok() || absl::IsOutOfRange(found)) return true;
  if (absl::IsNotFound(found)) return false;
  return found;
}

absl::Status Emission::Settle(absl::Span<const NewEvent> effects, uint64_t through,
                              const std::function<bool()>& stopping) {
  if (effects.empty()) return absl::OkStatus();
  if (lease_ == nullptr) return log_->AppendBatch(effects).status();
  while (!NotedBeyond(through)) {
    lease_->Alive();
    if (leading()) return log_->AppendBatch(effects).status();
    while (!effects.empty()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const bool there, IsInLog(effects.front()));
      if (!there) break;
      effects.remove_prefix(1);
    }
    if (effects.empty()) return absl::OkStatus();
    if (stopping()) return absl::CancelledError("the aggregator is stopping");
    // Says whether the log goes on; waiting there would go by the wall clock.
    SEAWORTHY_RETURN_IF_ERROR(log_->ReadAfter(log_->LastSequence(), 1, absl::ZeroDuration()).status());
    wait_.WaitFor(kLook);
  }
  return absl::OkStatus();
}

void Emission::Note(uint64_t applied) {
  if (lease_ == nullptr) return;
  lease_->Alive();
  const absl::Duration now = SteadyClock::Real()->Now();
  if (now - note_at_ < kNoteInterval || !lease_->Held() || applied <= noted_through_) return;
  note_at_ = now;
  // The record that the log ends with now: a log that has it has all effects.
  const uint64_t end = log_->LastSequence();
  const absl::StatusOr<Record> last = log_->Read(end);
  if (!last.ok()) return;
  lease_->SetNote(absl::StrCat(applied, ":", end, ":", absl::BytesToHexString(last->hash)));
  noted_through_ = applied;
}

bool Emission::NotedBeyond(uint64_t through) {
  if (through <= noted_through_) return true;
  std::string note = lease_->State().note;
  if (note == note_seen_) return false;
  const std::vector<std::string> parts = absl::StrSplit(note, ':');
  uint64_t applied = 0;
  uint64_t end = 0;
  const bool understood = parts.size() == 3 && absl::SimpleAtoi(parts[0], &applied) &&
                          absl::SimpleAtoi(parts[1], &end) && applied <= end;
  // Not of use, or of a place the log has yet to come to.
  if (!understood || applied < through || end > log_->LastSequence()) return false;
  note_seen_ = std::move(note);
  const absl::StatusOr<Record> last = log_->Read(end);
  // A trimmed record's log was verified by who trimmed it, but it is not this
  // note's business to say so: then each effect is looked up.
  if (!last.ok() || absl::BytesToHexString(last->hash) != parts[2]) return false;
  noted_through_ = applied;
  return through <= noted_through_;
}

void Emission::Yield() {
  if (lease_ == nullptr || !lease_->Held()) return;
  spdlog::warn("this aggregator cannot go on and lets another emit");
  lease_->Yield(kYieldPause);
}

void Emission::Alive() {
  if (lease_ != nullptr) lease_->Alive();
}

}  // namespace seaworthy
