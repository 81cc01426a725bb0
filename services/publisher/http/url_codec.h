// Strict reading of paths, queries and form bodies.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace seaworthy {

// Names and values; of a repeated name the first counts.
using FormFields = std::map<std::string, std::string>;

// Decodes %XX. Nothing where an escape is broken or the result holds a NUL.
// `plus_is_space` as in forms.
std::optional<std::string> PercentDecode(absl::string_view text, bool plus_is_space = false);

// The segments of `/a/b`, decoded; `/` has none. Errors: INVALID_ARGUMENT
// where it is no absolute path, an escape is broken, or a segment is empty,
// `.`, `..` or holds a slash, a backslash or a control character.
absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view raw_path);

// application/x-www-form-urlencoded, also queries; at most 100 fields.
// Errors: INVALID_ARGUMENT.
absl::StatusOr<FormFields> ParseForm(absl::string_view text);

// For a query or a path segment: everything but unreserved characters as %XX.
std::string PercentEncode(absl::string_view text);

// The URL where it is an absolute http or https URL that is safe as a link
// target (no spaces, quotes, controls, user names); else nothing.
std::optional<std::string> SafeHttpUrl(absl::string_view url);

// `https://host:port` of an absolute http or https URL, lower-case; else
// empty.
std::string OriginOf(absl::string_view url);

}  // namespace seaworthy
