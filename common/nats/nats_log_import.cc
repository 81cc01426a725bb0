// A stream as the place of a copy.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/nats/journal.h"
#include "common/nats/nats_event_log.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using journal::Note;
using journal::NoteKind;

// Of one message, so that none has to become an object.
constexpr size_t kMaxCommitBytes = 512 * 1024;
constexpr size_t kRecordOverhead = 256;
constexpr absl::Duration kPause = absl::Milliseconds(100);

std::vector<Note> NotesOf(const SubscriptionState& state) {
  std::vector<Note> notes = {{NoteKind::kPosition, state.name, state.cursor, 0, 0, state.subjects}};
  for (const SubscriptionState::Unsettled& owed : state.unsettled) {
    const NoteKind kind = owed.in_flight ? NoteKind::kHeld : NoteKind::kOwed;
    notes.push_back({kind, state.name, owed.sequence, owed.attempts, owed.due_us, {}});
  }
  return notes;
}

class NatsLogImporter : public LogImporter {
 public:
  explicit NatsLogImporter(std::shared_ptr<Journal> journal) : journal_(std::move(journal)) {}
  ~NatsLogImporter() override { journal_->Close(); }

  absl::Status Begin(const std::string& source) {
    {
      absl::MutexLock lock(&journal_->mutex);
      if (journal_->state.importing()) return absl::OkStatus();
    }
    return CommitNotes({{NoteKind::kImportBegun, source, 0, 0, 0, {}}});
  }

  uint64_t last_sequence() const override {
    absl::MutexLock lock(&journal_->mutex);
    return journal_->state.last();
  }
  std::string last_hash() const override {
    absl::MutexLock lock(&journal_->mutex);
    return journal_->state.record_hash();
  }

  absl::Status Append(absl::Span<const Record> records) override {
    SEAWORTHY_RETURN_IF_ERROR(CheckContinues(last_sequence(), last_hash(), records));
    while (!records.empty()) {
      const size_t count = CountOfOneCommit(records);
      SEAWORTHY_RETURN_IF_ERROR(CommitRecords(records.subspan(0, count)));
      records.remove_prefix(count);
    }
    return absl::OkStatus();
  }

  absl::Status SetSubscriptions(absl::Span<const SubscriptionState> states) override {
    for (const SubscriptionState& state : states) {
      if (state.cursor > last_sequence()) {
        return absl::InvalidArgumentError(absl::StrCat("subscription ", state.name, " stands at record ",
                                                       state.cursor, ", beyond the copy's end"));
      }
      SEAWORTHY_RETURN_IF_ERROR(CommitNotes(NotesOf(state)));
    }
    return absl::OkStatus();
  }

  absl::Status Finish() override { return CommitNotes({{NoteKind::kImportDone, "", 0, 0, 0, {}}}); }

 private:
  static size_t CountOfOneCommit(absl::Span<const Record> records) {
    size_t bytes = 0;
    size_t count = 0;
    while (count < records.size() && (count == 0 || bytes < kMaxCommitBytes)) {
      bytes += records[count].payload.size() + kRecordOverhead;
      ++count;
    }
    return count;
  }

  // The state may have become longer by others' hands: then it is no import.
  static absl::Status CheckNew(const JournalState& state, absl::Span<const Record> records) {
    if (!state.importing() || state.last() + 1 != records.front().sequence) {
      return absl::FailedPreconditionError("another process writes to the stream of the copy; stop it");
    }
    for (const Record& record : records) {
      const std::optional<uint64_t> known = state.FindSequence(record.dedup_id);
      if (known) {
        return absl::DataLossError(
            absl::StrCat("record ", record.sequence, " has the deduplication id of record ", *known));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CommitRecords(absl::Span<const Record> records) {
    JournalOperation operation;
    operation.prepare = [&](JournalState& state, int64_t) -> absl::StatusOr<JournalChange> {
      SEAWORTHY_RETURN_IF_ERROR(CheckNew(state, records));
      return JournalChange{{}, {}, records};
    };
    return journal_->Commit(operation).status();
  }

  absl::Status CommitNotes(std::vector<Note> notes) {
    JournalOperation operation;
    operation.prepare = [&](JournalState&, int64_t) -> absl::StatusOr<JournalChange> {
      return JournalChange{{}, notes, {}};
    };
    return journal_->Commit(operation).status();
  }

  const std::shared_ptr<Journal> journal_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogImporter>> OpenNatsLogImporter(const NatsEventLogOptions& asked,
                                                                 const std::string& source) {
  NatsEventLogOptions options = asked;
  options.use = NatsLogUse::kImport;
  SEAWORTHY_ASSIGN_OR_RETURN(std::shared_ptr<Journal> journal, Journal::Open(options));
  auto importer = std::make_unique<NatsLogImporter>(std::move(journal));
  SEAWORTHY_RETURN_IF_ERROR(importer->Begin(source));
  return importer;
}

absl::Status WaitUntilNobodyFollows(const NatsEventLogOptions& options, absl::Duration timeout) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::unique_ptr<NatsLink> link,
                             options.connect(options.link, options.open_timeout));
  const SteadyDeadline deadline(timeout);
  while (true) {
    const absl::StatusOr<NatsStreamEnd> end = link->StreamEnd(options.stream);
    if (absl::IsNotFound(end.status())) return NoSuchStream(options.stream);
    if (!end.ok()) return end.status();
    if (end->followers == 0) return absl::OkStatus();
    if (deadline.Passed()) {
      return absl::FailedPreconditionError(
          absl::StrCat("stream ", options.stream, " is in use: ", end->followers,
                       " process(es) follow it; stop every service that uses this log first"));
    }
    absl::SleepFor(kPause);
  }
}

}  // namespace seaworthy
