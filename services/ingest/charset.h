// Bytes in whatever encoding they are declared in, as UTF-8. Pure functions,
// callable from any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

// The charset that a document declares, lower case, empty if none: the
// `charset` of `content_type`, else an XML declaration, else a <meta> among
// the first 4 KiB.
std::string DeclaredCharset(std::string_view bytes, std::string_view content_type);

// The bytes as UTF-8 without byte order mark, in linear time:
// 1. what a byte order mark says (UTF-8, UTF-16), or UTF-16 that its first two
//    characters give away;
// 2. bytes that are valid UTF-8 are UTF-8, whatever is declared;
// 3. else the declared charset, one of the Encoding Standard's legacy
//    encodings (`iso-8859-1` is windows-1252 there), strictly.
// Errors as Reject(): `invalid_encoding`, which names the first bad byte:
// nothing is declared, the charset is unknown, the bytes are not in it, are
// cut within a character, or mix UTF-8 with a single-byte charset.
absl::StatusOr<std::string> ToUtf8(std::string_view bytes, std::string_view content_type);

}  // namespace seaworthy
