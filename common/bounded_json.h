// JSON of untrusted depth.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace seaworthy {

inline constexpr int kMaxJsonDepth = 64;

// Whether brackets stand deeper within each other than `most`. Reads each byte
// once, whether or not it is JSON.
bool NestsDeeper(absl::string_view text, int most);

// The object a text holds, at most kMaxJsonDepth deep. Errors:
// INVALID_ARGUMENT.
absl::StatusOr<nlohmann::json> ParseBoundedObject(const std::string& text);

}  // namespace seaworthy
