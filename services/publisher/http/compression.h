// Content codings of HTTP answers.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace seaworthy {

enum class Coding { kIdentity = 0, kGzip = 1, kBrotli = 2 };
inline constexpr int kCodings = 3;

// What to send to whoever accepts this (RFC 9110, 12.5.3): brotli before gzip
// where both weigh the same; identity where neither is wanted.
Coding ChooseCoding(absl::string_view accept_encoding);

// `br`; empty for identity.
absl::string_view CodingName(Coding coding);

// Whether bytes of this media type get smaller.
bool IsCompressible(absl::string_view media_type);

// The bytes in that coding; empty where it fails or would not be smaller.
std::string Compress(Coding coding, absl::string_view bytes);

}  // namespace seaworthy
