// What every object store accepts.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace seaworthy {

inline constexpr size_t kMaxObjectBytes = 16 * 1024 * 1024;

// Errors: INVALID_ARGUMENT.
inline absl::Status CheckObjectSize(size_t bytes) {
  if (bytes <= kMaxObjectBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("an object of ", bytes, " bytes; at most ", kMaxObjectBytes, " are allowed"));
}

}  // namespace seaworthy
