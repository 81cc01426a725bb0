// Content-addressed bytes beside the log: raw announcements, requests, raw
// answers. Written before the event that names them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

// Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // Stores `bytes` (at most 16 MiB) and returns their SHA-256 in lower-case
  // hex; durable on return. Storing the same bytes again changes nothing.
  virtual absl::StatusOr<std::string> Put(std::string_view bytes) = 0;
  // The bytes. Errors: NOT_FOUND, DATA_LOSS (their hash is not the key).
  virtual absl::StatusOr<std::string> Get(std::string_view hash) = 0;
};

// The embedded engine on RocksDB in the folder `path`.
// Errors: FAILED_PRECONDITION (open in another process), DATA_LOSS.
absl::StatusOr<std::unique_ptr<ObjectStore>> OpenRocksDbObjectStore(const std::string& path);

// For tests: in memory.
std::unique_ptr<ObjectStore> NewMemoryObjectStore();

}  // namespace seaworthy
