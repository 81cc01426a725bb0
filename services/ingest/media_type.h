// Decides what a document is and refuses what cannot be read as text.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

// text/plain, text/markdown or text/html, by `declared` (parameters are
// ignored), then `file_name`, then what the bytes look like. The bytes are
// checked first: size, encoding, archives and other binary formats, feeds, XML
// with entities. Errors as ReadDocument.
absl::StatusOr<std::string> DetectMediaType(std::string_view bytes, std::string_view declared,
                                            std::string_view file_name);

// Refuses archives, pictures, programs and the like by their first bytes.
// Errors as Reject(): unsupported_media_type.
absl::Status CheckBinary(std::string_view bytes);

// Offset of the first byte that is not valid UTF-8 (RFC 3629), npos if all is.
size_t FindInvalidUtf8(std::string_view bytes);

}  // namespace seaworthy
