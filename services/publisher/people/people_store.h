// What is about persons and must be erasable: a thin key-value store at
// DATA/people. docs/accounts.md says what is kept in it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace seaworthy {

// One column family each, in the order of their names in people_store.cc. The
// owner of a family owns its keys and values.
enum class Family {
  kAccounts,
  kSessions,
  kLinks,
  kAudit,
  kSubscribers,
  kMails,
  kTokens,
  kHooksOut,
  kSettings,
};
inline constexpr int kFamilyCount = static_cast<int>(Family::kSettings) + 1;

// Changes that happen all or not at all, in the order given. One thread.
class PeopleBatch {
 public:
  struct Change {
    Family family;
    std::string key;
    std::optional<std::string> value;  // Nothing deletes.
  };

  void Put(Family family, std::string_view key, std::string_view value) {
    changes_.push_back({family, std::string(key), std::string(value)});
  }
  void Delete(Family family, std::string_view key) {
    changes_.push_back({family, std::string(key), std::nullopt});
  }
  // The batch is written only where `key` holds exactly `value` (nothing: is
  // absent) at that moment: for links that work once and counters.
  void Expect(Family family, std::string_view key, std::optional<std::string> value) {
    expected_.push_back({family, std::string(key), std::move(value)});
  }

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<Change>& expected() const { return expected_; }

 private:
  std::vector<Change> changes_;
  std::vector<Change> expected_;
};

// Thread-safe. A write that returned OK is synced to the disk. After a failed
// write (UNAVAILABLE) it is not known whether it will be there once the store
// is opened anew, which happens by itself after a full disk: repeat it only
// where repeating is harmless. The folder belongs to one process at a time.
class PeopleStore {
 public:
  // Opens or creates `dir` (mode 0700). Errors: FAILED_PRECONDITION (another
  // process has it, or a newer version wrote it), DATA_LOSS, UNAVAILABLE.
  // `env` for tests that inject faults; not owned.
  static absl::StatusOr<std::unique_ptr<PeopleStore>> Open(const std::string& dir,
                                                           rocksdb::Env* env = nullptr);
  // The same, kept in memory: for tests.
  static absl::StatusOr<std::unique_ptr<PeopleStore>> OpenInMemory();
  virtual ~PeopleStore() = default;

  // The value, nullopt where there is none. Errors: DATA_LOSS, UNAVAILABLE.
  virtual absl::StatusOr<std::optional<std::string>> Get(Family family, std::string_view key) const = 0;

  // Calls `visit(key, value)` for the keys that begin with `prefix`, from
  // `from` (inclusive; empty for the prefix's first) upward, until it returns
  // false. What is written meanwhile is not seen. Errors: as Get.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual absl::Status Scan(Family family, std::string_view prefix, std::string_view from,
                            const Visitor& visit) const = 0;
  // The same downward, from the last key below `from` (empty: from the
  // prefix's last).
  virtual absl::Status ScanDown(Family family, std::string_view prefix, std::string_view from,
                                const Visitor& visit) const = 0;

  // Errors: ABORTED (an expectation did not hold; nothing was written),
  // UNAVAILABLE.
  virtual absl::Status Write(const PeopleBatch& batch) = 0;
  absl::Status Put(Family family, std::string_view key, std::string_view value);
  absl::Status Delete(Family family, std::string_view key);

  // Copies everything durable now into the new folder `dir`, which opens as a
  // store of its own. Errors: UNIMPLEMENTED, UNAVAILABLE.
  virtual absl::Status CheckpointTo(const std::string& dir) const;

  // 32 bytes for keyed hashes (HmacSha256), one for each purpose ("votes",
  // "addresses"), the same at every start. The secret they come from is made
  // at the first one and never leaves the store.
  virtual std::string KeyFor(std::string_view purpose) const = 0;
};

}  // namespace seaworthy
