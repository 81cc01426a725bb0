// The aggregator's tables on RocksDB. docs/store.md describes every key.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class MessageLite;
}

namespace seaworthy {

// One column family each, in the order of kTableNames.
enum class Table {
  kMeta,
  kAnnouncements,
  kAnnouncementsByTime,
  kTools,
  kRevisions,
  kVerdicts,
  kPanels,
  kComparisons,
  kComparisonsByTool,
  kComparisonsByState,
  kNearest,
  kDecisions,
  kOutcomes,
  kPublished,
  kPublishedByTool,
  kCounters,
  kNames,
  kVerdictsByTime,
  kPredictions,
  kHealth,
  kAmendments,
  kTold,
  kIdentity,
  kNameIndex,
  kEntries,
  kCorrections,
  kShown,
  kPublications,
  kPublishedChanges,
  kIssued,
  kEmbargoes,
  kSchedules,
  kQueue,
  kAssignments,
  kSearch,
  kResolutions,
  kVotes,
  kDeadLetters,
  kRounds,
  kEditions,
};
inline constexpr int kTableCount = static_cast<int>(Table::kEditions) + 1;

// The same bytes for equal messages, whatever the order their maps were filled.
std::string SerializeDeterministically(const google::protobuf::MessageLite& message);

// Reads one consistent state: a snapshot, or a transaction's own view.
class StateReader {
 public:
  virtual ~StateReader() = default;
  // The value, nullopt where there is none. Errors: DATA_LOSS.
  virtual absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const = 0;

  // Calls `visit(key, value)` for the keys that begin with `prefix`, from
  // `from` (inclusive; empty for the prefix's first) upward, until it returns
  // false. Errors: DATA_LOSS.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual absl::Status Scan(Table table, std::string_view prefix, std::string_view from,
                            const Visitor& visit) const = 0;
  // The same downward, from the last key below `from`.
  virtual absl::Status ScanDown(Table table, std::string_view prefix, std::string_view from,
                                const Visitor& visit) const = 0;

  // The message under a key, nullopt where there is none.
  template <typename Message>
  absl::StatusOr<std::optional<Message>> Load(Table table, std::string_view key) const {
    auto bytes = Get(table, key);
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value()) return std::optional<Message>();
    Message message;
    if (!message.ParseFromString(**bytes)) {
      return absl::DataLossError("the store holds bytes that are no message; run `seaworthy rebuild`");
    }
    return std::optional<Message>(std::move(message));
  }
};

// Changes that become visible to others all at once. One thread.
class StateTransaction : public StateReader {
 public:
  virtual void Put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void Delete(Table table, std::string_view key) = 0;
  // Writes the changes together with the log position they reach to. Not
  // synced: after a power cut the log tells the rest again.
  virtual absl::Status Commit(uint64_t position) = 0;

  // Stores a message, byte for byte the same for equal messages.
  template <typename Message>
  void Store(Table table, std::string_view key, const Message& message) {
    Put(table, key, SerializeDeterministically(message));
  }
};

// Thread-safe, with one transaction at a time.
class StateStore {
 public:
  // Opens or creates. Errors: FAILED_PRECONDITION (another process has it, or
  // a newer version wrote it), DATA_LOSS.
  static absl::StatusOr<std::unique_ptr<StateStore>> Open(const std::string& dir);
  virtual ~StateStore() = default;

  // What a store on disk says of itself, read without changing it; nullopt
  // where there is none yet. Errors: as Open.
  struct Stamp {
    int schema = 0;
    uint64_t position = 0;
  };
  static absl::StatusOr<std::optional<Stamp>> ReadStamp(const std::string& dir);
  // What this program writes.
  static int Schema();

  // The log position the state reaches to.
  virtual uint64_t position() const = 0;
  virtual std::unique_ptr<StateReader> Snapshot() const = 0;
  virtual std::unique_ptr<StateTransaction> Begin() = 0;
  // SHA-256 in hex over every table, key and value.
  virtual absl::StatusOr<std::string> Hash() const = 0;
  // Copies the state as it is now, with its position, into the new folder
  // `dir`, which opens as a store of its own. Errors: UNAVAILABLE.
  virtual absl::Status CheckpointTo(const std::string& dir) const = 0;
};

}  // namespace seaworthy
