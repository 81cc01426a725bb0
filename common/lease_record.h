// What a lease is in the shared table.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

// A JSON object; docs/leases.md has its members.
struct LeaseRecord {
  std::string holder;  // Empty: given up.
  std::string nonce;   // Of this time of holding; tells a process its own writes.
  uint64_t token = 0;  // 0: the revision of this very record.
  absl::Duration ttl;
  std::string note;
};

std::string EncodeLease(const LeaseRecord& record);
// Errors: INVALID_ARGUMENT.
absl::StatusOr<LeaseRecord> DecodeLease(const std::string& bytes);

}  // namespace seaworthy
