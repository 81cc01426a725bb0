// Drops the beginning of the stream, and keeps what it added up to.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/nats/journal.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(200);

// Where a stream that begins at `message` says what came before.
std::string CutSubject(const std::string& stream, uint64_t message) {
  return absl::StrCat(stream, "_OBJECTS.cut-", message);
}

absl::Status CheckSettled(const JournalState& state, uint64_t sequence) {
  for (const auto& [name, subscriber] : state.subscribers()) {
    const std::optional<uint64_t> owed = subscriber.tracker.FirstUnsettled(state.index());
    if (subscriber.known && owed && *owed < sequence) {
      return absl::FailedPreconditionError(absl::StrCat("subscription ", name, " has not settled record ",
                                                        *owed, "; the log can be trimmed up to there"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Journal::CheckHeld(uint64_t sequence) const {
  return sequence >= state.first() ? absl::OkStatus() : TrimmedAway(sequence, state.first());
}

absl::StatusOr<uint64_t> Journal::PlaceToCut(uint64_t sequence) {
  absl::MutexLock lock(&mutex);
  SEAWORTHY_RETURN_IF_ERROR(CheckOpen());
  if (sequence <= state.first()) return 0;
  if (sequence > state.last()) {
    return absl::InvalidArgumentError(absl::StrCat("the log ends at record ", state.last(),
                                                   " and keeps its last record when it is trimmed"));
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckSettled(state, sequence));
  return state.StreamSequenceOf(sequence);
}

// A commit is whole or gone: the cut lies before the one that holds the record.
absl::Status Journal::TrimBefore(uint64_t sequence) {
  if (options_.use != NatsLogUse::kWork)
    return absl::FailedPreconditionError("the log is open for reading only");
  absl::MutexLock trimming(&trimming_);
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t place, PlaceToCut(sequence));
  if (place == 0) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsStreamEnd end, link_->StreamEnd(stream_.name));
  if (place <= end.first) return absl::OkStatus();  // Nothing whole lies before.
  JournalState before;
  SEAWORTHY_RETURN_IF_ERROR(Replay(end.first, place, before));
  SEAWORTHY_RETURN_IF_ERROR(PutCut(before, place));
  SEAWORTHY_RETURN_IF_ERROR(link_->PurgeBefore(stream_.name, place));
  absl::MutexLock lock(&mutex);
  state.SetFirst(before.last() + 1);
  cut_ = place;
  spdlog::info("event log {} begins at record {} now", stream_.name, state.first());
  return absl::OkStatus();
}

absl::Status Journal::Replay(uint64_t first_message, uint64_t end_message, JournalState& into) {
  if (first_message > 1) SEAWORTHY_RETURN_IF_ERROR(LoadCut(first_message, into));
  std::unique_ptr<NatsTail> tail;
  SteadyDeadline deadline(options_.commit_timeout);
  while (into.applied() + 1 < end_message) {
    if (deadline.Passed()) {
      return absl::UnavailableError(absl::StrCat("the NATS server stopped sending stream ", stream_.name));
    }
    if (tail == nullptr) {
      SEAWORTHY_ASSIGN_OR_RETURN(tail, link_->Follow(stream_, into.applied() + 1));
    }
    const absl::StatusOr<std::optional<NatsMessage>> next = tail->Next(kSlice);
    const bool got = next.ok() && next->has_value();
    if (!next.ok() || (got && (*next)->sequence > into.applied() + 1)) tail.reset();
    if (!got || (*next)->sequence != into.applied() + 1) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const journal::Commit commit, Decode((*next)->sequence, (*next)->bytes));
    SEAWORTHY_RETURN_IF_ERROR(into.Apply((*next)->sequence, commit, NowUs()));
    deadline = SteadyDeadline(options_.commit_timeout);
  }
  return absl::OkStatus();
}

absl::Status Journal::PutCut(const JournalState& before, uint64_t message) {
  journal::Commit head = before.Summary(NowUs());
  for (const std::string& piece : before.SummaryIds()) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::string hash, objects_->Put(piece));
    head.records.push_back(std::move(hash));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string hash, objects_->Put(journal::EncodeCommit(head)));
  const SteadyDeadline deadline(options_.commit_timeout);
  while (true) {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsStored stored,
                               link_->PutOnce(CutSubject(stream_.name, message), hash));
    // One that is there says the same.
    if (stored.outcome != NatsStored::Outcome::kUnknown) return absl::OkStatus();
    if (deadline.Passed()) return absl::UnavailableError("the NATS server did not answer; trim again");
  }
}

absl::Status Journal::LoadCut(uint64_t first_message, JournalState& into) {
  const std::string objects = absl::StrCat(stream_.name, "_OBJECTS");
  const absl::StatusOr<std::string> hash = link_->GetLast(objects, CutSubject(stream_.name, first_message));
  if (absl::IsNotFound(hash.status())) {
    return absl::DataLossError(absl::StrCat(
        "stream ", stream_.name, " begins at message ", first_message,
        ", and nobody trimmed it there: the NATS server lost records; restore its store from a backup"));
  }
  if (!hash.ok()) return hash.status();
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string bytes, objects_->Get(*hash));
  SEAWORTHY_ASSIGN_OR_RETURN(const journal::Commit head, journal::DecodeCommit(bytes));
  std::vector<std::string> ids;
  for (const std::string& piece : head.records) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::string read, objects_->Get(piece));
    ids.push_back(std::move(read));
  }
  return into.RestoreSummary(first_message - 1, head, ids, NowUs());
}

// Another process trimmed the stream.
absl::Status Journal::AdoptCut(uint64_t first_message) {
  {
    absl::MutexLock lock(&mutex);
    if (first_message <= std::max<uint64_t>(cut_, 1)) return absl::OkStatus();
    if (first_message > state.applied() + 1) {
      return absl::DataLossError(
          absl::StrCat("stream ", stream_.name, " begins at message ", first_message, " now, and message ",
                       state.applied() + 1, " was not read here yet: it was trimmed, or lost. Start again"));
    }
  }
  JournalState before;
  SEAWORTHY_RETURN_IF_ERROR(LoadCut(first_message, before));
  absl::MutexLock lock(&mutex);
  state.SetFirst(before.last() + 1);
  cut_ = first_message;
  return absl::OkStatus();
}

absl::Status Journal::WhyMissing(uint64_t sequence, absl::Status status) {
  if (!absl::IsNotFound(status)) return status;
  const bool known = CheckEnd().has_value();
  absl::MutexLock lock(&mutex);
  SEAWORTHY_RETURN_IF_ERROR(CheckHeld(sequence));
  if (!broken_.ok()) return broken_;
  const std::string message(status.message());
  return known ? absl::DataLossError(message) : absl::UnavailableError(message);
}

}  // namespace seaworthy
