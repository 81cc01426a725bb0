// A few values that several processes share, each changed by comparing first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

struct SharedValue {
  uint64_t revision = 0;  // 0: there is none.
  std::string bytes;
};

// Thread-safe.
class SharedTable {
 public:
  virtual ~SharedTable() = default;
  // The newest value of a name (1 to 200 of a-z, A-Z, 0-9, `-` and `.` between
  // them). Errors: UNAVAILABLE.
  virtual absl::StatusOr<SharedValue> Read(std::string_view name) = 0;
  // Takes the place of the value of revision `expected` (0: where there is
  // none); returns the new revision, nothing where the newest is another.
  // Errors: UNAVAILABLE (written or not), RESOURCE_EXHAUSTED (larger than a
  // value may be, or refused).
  virtual absl::StatusOr<std::optional<uint64_t>> Write(std::string_view name, std::string_view bytes,
                                                        uint64_t expected) = 0;
};

}  // namespace seaworthy
