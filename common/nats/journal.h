// The log over JetStream: one stream of commits, followed by every process and
// appended to by whoever knows its end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/clock.h"
#include "common/commit_queue.h"
#include "common/event_log.h"
#include "common/nats/journal_format.h"
#include "common/nats/journal_state.h"
#include "common/nats/nats_event_log.h"
#include "common/nats/nats_link.h"
#include "common/object_store.h"
#include "common/steady_wait.h"

namespace seaworthy {

// What one operation wants committed. Nothing: it is answered without.
struct JournalChange {
  std::vector<NewEvent> events;
  std::vector<journal::Note> notes;
  // Of an import, and then no events: records that keep their times. They
  // continue the log and their ids are new.
  absl::Span<const Record> records = {};
};

// Decided anew, on the state as it is, whenever the stream turned out to be
// longer: `prepare` runs under the journal's mutex and changes nothing.
struct JournalOperation {
  std::function<absl::StatusOr<JournalChange>(JournalState& state, int64_t now_us)> prepare;
  // What it is about. No two of one commit are about the same: no sequences
  // means all of the subscription; no subscription, only events.
  std::string subscription;
  std::vector<uint64_t> sequences;
  // Still taken after Close: a subscription handing back what it held.
  bool after_close = false;
};

// NOT_FOUND.
absl::Status NoSuchStream(const std::string& stream);

// Thread-safe. Owns the connection and one thread, which follows the stream.
// Guarantee: a commit is written only right after the commit its writer had
// read last (the server compares), so that all processes see one history.
class Journal {
 public:
  // Connects, checks what the server promises, reads the whole stream and says
  // that this instance begins anew. Errors: those of OpenNatsEventLog.
  static absl::StatusOr<std::shared_ptr<Journal>> Open(const NatsEventLogOptions& options);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Blocks until it is stored, or for options.commit_timeout. Of many callers
  // one writes for all that wait. Errors: UNAVAILABLE (not known to be stored;
  // again with the same ids is safe), CANCELLED (closed), DATA_LOSS.
  absl::StatusOr<std::vector<Appended>> Commit(const JournalOperation& operation);

  // The records at `sequences`, which are in the log. Errors: DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<std::vector<Record>> ReadRecords(const std::vector<uint64_t>& sequences);

  // EventLog::TrimBefore.
  absl::Status TrimBefore(uint64_t sequence);

  void Close();

  // As EventLog::Health.
  absl::Status Health() const;

  int64_t NowUs() const { return absl::ToUnixMicros(clock_->Now()); }
  Clock* clock() const { return clock_; }
  const std::string& instance() const { return options_.instance; }
  // CANCELLED, DATA_LOSS or UNAVAILABLE: why nothing goes on.
  absl::Status CheckOpen(bool after_close = false) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // OUT_OF_RANGE where it was trimmed away.
  absl::Status CheckHeld(uint64_t sequence) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  mutable absl::Mutex mutex;
  SteadyCondVar grown;  // Something was applied, or it ended.
  JournalState state ABSL_GUARDED_BY(mutex);

 private:
  struct Waiting;
  struct Staged;

  Journal(const NatsEventLogOptions& options, std::unique_ptr<NatsLink> link);
  // Connects, checks and reads; writes nothing yet.
  static absl::StatusOr<std::shared_ptr<Journal>> Begin(const NatsEventLogOptions& options);
  absl::Status Start();
  absl::Status WaitUntilRead(uint64_t last);
  // Whether it may be opened for what it was opened for.
  absl::Status CheckUse() const;
  absl::Status CommitOpened();
  void WakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // The follower's thread.
  void FollowLoop();
  std::unique_ptr<NatsTail> NewTail(uint64_t from);
  // False: the tail is of no use any more.
  bool TakeMessage(const NatsMessage& message);
  // Asks for one message instead of waiting for it.
  void TakeByNumber(uint64_t stream_sequence);
  // Where the stream ends; nothing while that is not known, or all is over.
  std::optional<uint64_t> CheckEnd();
  uint64_t Applied() const;
  void Break(absl::Status status);
  // Breaks where `loss` has lasted; until then it is asked again.
  void Suspect(absl::Status loss);
  void Trust();
  bool Stopping() const;
  absl::StatusOr<journal::Commit> Decode(uint64_t stream_sequence, const std::string& bytes);
  absl::Status ApplyCommit(uint64_t stream_sequence, const journal::Commit& commit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // Trimming (journal_trim.cc). 0: nothing is to be cut.
  absl::StatusOr<uint64_t> PlaceToCut(uint64_t sequence);
  absl::Status Replay(uint64_t first_message, uint64_t end_message, JournalState& into);
  absl::Status PutCut(const JournalState& before, uint64_t message);
  absl::Status LoadCut(uint64_t first_message, JournalState& into);
  absl::Status AdoptCut(uint64_t first_message);
  // A message that is gone may have been trimmed away by another process.
  absl::Status WhyMissing(uint64_t sequence, absl::Status status);

  // By the leader.
  bool Touches(const JournalOperation& operation, std::set<std::pair<std::string, uint64_t>>& touched) const;
  void Lead(bool after_close) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // One try on the state as it is; true once its members have their answers.
  bool Round(std::vector<Waiting*>& members) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  Staged Stage(std::vector<Waiting*>& members) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void StageMember(Waiting& member, JournalChange change, Staged& staged)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void PutBack(std::vector<Waiting*>& members, size_t from) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  static void EncodeRecord(Staged& staged, const NewEvent& event, int64_t time_us);
  static std::string Encode(Staged& staged);
  // True: stored. False: the stream went on without it. Else why not.
  absl::StatusOr<bool> Publish(Staged& staged, const SteadyDeadline& deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  absl::StatusOr<bool> PublishBytes(const Staged& staged, const std::string& bytes,
                                    const SteadyDeadline& deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  absl::StatusOr<bool> Landed(const Staged& staged, uint64_t sequence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  absl::StatusOr<std::string> Shrink(std::string bytes);

  const NatsEventLogOptions options_;
  Clock* const clock_;
  const NatsStreamSpec stream_;
  const std::string epoch_;
  const std::unique_ptr<NatsLink> link_;
  std::unique_ptr<ObjectStore> objects_;  // For commits larger than a message.

  absl::Mutex trimming_ ABSL_ACQUIRED_BEFORE(mutex);  // One trim at a time.
  uint64_t cut_ ABSL_GUARDED_BY(mutex) = 0;           // The stream begins at this message; 0: at its first.

  CommitQueue<Waiting> queue_ ABSL_GUARDED_BY(mutex){&mutex};
  bool closed_ ABSL_GUARDED_BY(mutex) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex) = false;
  bool opened_ ABSL_GUARDED_BY(mutex) = false;  // This epoch is in the stream.
  absl::Status broken_ ABSL_GUARDED_BY(mutex);
  // A loss was seen behind this message, and from then on until it is believed.
  uint64_t suspected_at_ ABSL_GUARDED_BY(mutex) = 0;
  std::optional<SteadyDeadline> suspected_ ABSL_GUARDED_BY(mutex);
  uint64_t next_number_ ABSL_GUARDED_BY(mutex) = 1;
  uint64_t landed_number_ ABSL_GUARDED_BY(mutex) = 0;  // Our last commit in the stream.
  std::thread follower_;
};

}  // namespace seaworthy
