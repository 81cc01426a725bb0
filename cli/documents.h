// The announcements a person names on the command line: a file, a folder or
// standard input.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace seaworthy::cli {

inline constexpr size_t kMaxDocumentBytes = 2 << 20;

// One announcement as bytes.
struct Document {
  std::string label;      // For messages: the path, or `standard input`.
  std::string file_name;  // Without folders; empty for standard input.
  std::string bytes;
};

// The files that `argument` means: itself, or everything below a folder,
// sorted, without hidden names; `-` stays `-`. Errors: NOT_FOUND,
// INVALID_ARGUMENT (no file inside), RESOURCE_EXHAUSTED (over 10,000).
absl::StatusOr<std::vector<std::string>> ListDocuments(const std::string& argument);

// Reads one of them. Errors: NOT_FOUND, PERMISSION_DENIED,
// RESOURCE_EXHAUSTED (over 2 MiB).
absl::StatusOr<Document> ReadDocument(const std::string& path);

}  // namespace seaworthy::cli
