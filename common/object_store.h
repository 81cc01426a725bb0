// Content-addressed bytes beside the log: raw announcements, requests, raw
// answers. Written before the event that names them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace rocksdb {
class Env;
}

namespace seaworthy {

// Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // Stores every one of `objects` (at most 16 MiB each) with one sync and
  // returns their SHA-256 in lower-case hex, in order; durable on return.
  // Storing the same bytes again changes nothing. On an error some may be
  // stored. Errors: INVALID_ARGUMENT (too large), UNAVAILABLE.
  virtual absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) = 0;
  // One object.
  absl::StatusOr<std::string> Put(std::string_view bytes);
  // The bytes. Errors: NOT_FOUND, DATA_LOSS (their hash is not the key).
  virtual absl::StatusOr<std::string> Get(std::string_view hash) = 0;
  // Calls `visit` with the hash of every object there is, until it returns
  // false. Errors: UNIMPLEMENTED (this engine cannot list), DATA_LOSS.
  virtual absl::Status List(const std::function<bool(std::string_view hash)>& visit);
  // Copies everything durable now into the new folder `dir`, which opens as a
  // store of its own. Errors: UNIMPLEMENTED (this engine keeps nothing in a
  // folder), UNAVAILABLE.
  virtual absl::Status CheckpointTo(const std::string& dir);
};

// The embedded engine on RocksDB in the folder `path`. After the disk was full
// it goes on by itself. `env` for tests that inject faults; not owned.
// Errors: FAILED_PRECONDITION (open in another process), DATA_LOSS.
absl::StatusOr<std::unique_ptr<ObjectStore>> OpenRocksDbObjectStore(const std::string& path,
                                                                    rocksdb::Env* env = nullptr);

// For tests: in memory.
std::unique_ptr<ObjectStore> NewMemoryObjectStore();

}  // namespace seaworthy
