// What one backup holds: its manifest, and the manifest's bytes
// (docs/backup.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/backup/durable_files.h"

namespace seaworthy::cli {

// A place in the log's chain.
struct LogPlace {
  uint64_t sequence = 0;
  std::string hash;  // 64 lower-case hex digits.
  absl::Time time = absl::UnixEpoch();
  bool operator==(const LogPlace&) const = default;
};

// The aggregator's state.
struct StatePlace {
  LogPlace seen;  // The last event it has seen; sequence 0: none.
  int schema = 0;
  std::string hash;  // Over every key and value, hex.
};

// A file of the data folder.
struct BackedUpFile {
  std::string path;  // Relative to the data folder: `log/000012.sst`.
  FileDigest digest;
};

// Something the data folder's process uses and keeps elsewhere.
struct LeftOut {
  std::string name;
  std::string reason;
};

struct Manifest {
  int number = 0;  // From 1.
  absl::Time time = absl::UnixEpoch();
  std::string program;  // The version that wrote it.
  std::optional<LogPlace> log_end;
  std::optional<StatePlace> state;
  std::string people_schema;  // Empty: no people store.
  std::string audit_head;     // `NUMBER:HASH`.
  std::vector<LeftOut> left_out;
  std::vector<BackedUpFile> files;

  uint64_t TotalBytes() const;
};

inline constexpr size_t kMaxManifestBytes = 32 << 20;

// JSON with a hash over itself: equal manifests give equal bytes.
std::string ToJson(const Manifest& manifest);

// Errors: DATA_LOSS (not the bytes that were written, or none of ours),
// FAILED_PRECONDITION (a newer format).
absl::StatusOr<Manifest> ParseManifest(std::string_view json);

}  // namespace seaworthy::cli
