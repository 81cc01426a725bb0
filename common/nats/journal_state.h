// What a stream of commits adds up to, in memory.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/event_log.h"
#include "common/nats/journal_format.h"
#include "common/rocksdb_event_log_index.h"
#include "common/rocksdb_event_log_tracker.h"
#include "common/steady_wait.h"

namespace seaworthy {

// The fold over all commits: every process that reads the stream comes to the
// same. Keeps about 60 bytes a record, and the last records whole. Not
// thread-safe: the journal's mutex guards it.
class JournalState {
 public:
  // A delivery that someone has and has not answered.
  struct Out {
    std::string instance;
    uint32_t attempts = 0;
    int64_t due_us = 0;  // As committed; others redeliver it then.
  };
  struct Subscriber {
    DeliveryTracker tracker;
    std::map<uint64_t, Out> out;
    bool known = false;     // Committed, by whomever.
    bool open = false;      // In this process.
    bool fetching = false;  // One Fetch at a time decides what it takes.
    SteadyCondVar changed;
  };
  using Subscribers = std::map<std::string, Subscriber, std::less<>>;

  // Applies the stream's next message. Errors: DATA_LOSS naming what does not
  // fit; nothing is changed then.
  absl::Status Apply(uint64_t stream_sequence, const journal::Commit& commit, int64_t now_us);

  uint64_t applied() const { return applied_; }  // Of the stream.
  uint64_t first() const { return index_.first(); }
  uint64_t last() const { return index_.last(); }
  const std::string& commit_hash() const { return commit_hash_; }
  const std::string& record_hash() const { return record_hash_; }
  const SubjectIndex& index() const { return index_; }
  Subscribers& subscribers() { return subscribers_; }
  const Subscribers& subscribers() const { return subscribers_; }
  // A copy into the stream has begun and is not done; `import_source` says of what.
  bool importing() const { return importing_; }
  const std::string& import_source() const { return import_source_; }
  // Neither record nor subscription was ever written.
  bool empty() const { return last() == 0 && subscribers_.empty() && !importing_; }
  // The epoch `instance` opened the log with last; empty: never.
  std::string EpochOf(std::string_view instance) const;

  std::optional<uint64_t> FindSequence(std::string_view dedup_id) const;
  // Where in the stream a record is; `sequence` is first() to last().
  uint64_t StreamSequenceOf(uint64_t sequence) const { return places_[sequence - places_first_]; }
  // A record of late, if it is still kept.
  const Record* Recent(uint64_t sequence) const;

  // Forgets where the records before `first` are. Their ids stay.
  void SetFirst(uint64_t first);

  // All it adds up to, for who starts when what made it is gone: in the shape
  // of a commit (docs/event-log-nats.md), without the ids, which come in pieces
  // of 8 MiB at most.
  journal::Commit Summary(int64_t now_us) const;
  std::vector<std::string> SummaryIds() const;
  // On a state that is new. `applied` is the message before the first one
  // there. Errors: DATA_LOSS (the summary is of another place).
  absl::Status RestoreSummary(uint64_t applied, const journal::Commit& head,
                              const std::vector<std::string>& ids, int64_t now_us);

 private:
  using IdHash = std::array<uint64_t, 2>;
  struct First {
    size_t operator()(const IdHash& id) const { return id[0]; }
  };
  static IdHash HashId(std::string_view dedup_id);

  absl::Status Check(const journal::Commit& commit, std::vector<Record>& records) const;
  void AddRecord(uint64_t stream_sequence, Record record);
  void ApplyNote(const journal::Commit& commit, const journal::Note& note, int64_t now_us);
  void ApplyToRecord(Subscriber& subscriber, const journal::Commit& commit, const journal::Note& note,
                     int64_t now_us);
  // False where the note is not of an import.
  bool ApplyImport(const journal::Commit& commit, const journal::Note& note, int64_t now_us);
  void RestoreNote(const journal::Commit& head, const journal::Note& note, int64_t now_us);
  void TakeBack(std::string_view instance, int64_t now_us);

  uint64_t applied_ = 0;
  std::string commit_hash_ = std::string(journal::kHashBytes, '\0');
  std::string record_hash_ = std::string(journal::kHashBytes, '\0');
  SubjectIndex index_;
  std::unordered_map<IdHash, uint64_t, First> sequences_;
  std::vector<uint64_t> places_;  // From record places_first_ on.
  uint64_t places_first_ = 1;
  std::deque<Record> recent_;  // The last ones, in order.
  size_t recent_bytes_ = 0;
  Subscribers subscribers_;
  std::map<std::string, std::string, std::less<>> epochs_;
  bool importing_ = false;
  std::string import_source_;
  std::map<std::string, uint64_t> dead_letters_;  // By subscription, of an import's records.
};

}  // namespace seaworthy
