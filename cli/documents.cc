#include "cli/documents.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 10'000;

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with("."); }

absl::Status TooLarge(const std::string& label) {
  return absl::ResourceExhaustedError(
      absl::StrCat(label, ": over 2 MiB; announcements are at most that large"));
}

absl::StatusOr<std::vector<std::string>> ListFolder(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored)) {
      files.push_back(entry->path().string());
    }
    if (files.size() > kMaxFiles) {
      return absl::ResourceExhaustedError(
          absl::StrCat(folder, ": over ", kMaxFiles, " files; name a smaller folder"));
    }
  }
  if (error) return absl::PermissionDeniedError(absl::StrCat(folder, ": cannot be read: ", error.message()));
  if (files.empty()) return absl::InvalidArgumentError(absl::StrCat(folder, ": holds no file to read"));
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<Document> ReadStandardInput() {
  Document document{.label = "standard input", .file_name = "", .bytes = ""};
  document.bytes.resize(kMaxDocumentBytes + 1);
  document.bytes.resize(std::fread(document.bytes.data(), 1, document.bytes.size(), stdin));
  if (document.bytes.size() > kMaxDocumentBytes) return TooLarge(document.label);
  return document;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListDocuments(const std::string& argument) {
  if (argument == "-") return std::vector<std::string>{argument};
  std::error_code error;
  const fs::file_status status = fs::status(argument, error);
  if (fs::is_directory(status)) return ListFolder(argument);
  if (fs::is_regular_file(status) || fs::is_fifo(status)) return std::vector<std::string>{argument};
  return absl::NotFoundError(
      absl::StrCat(argument, ": no such file or folder; use `-` to read standard input"));
}

absl::StatusOr<Document> ReadDocument(const std::string& path) {
  if (path == "-") return ReadStandardInput();
  absl::StatusOr<std::string> bytes = ReadWholeFile(path, kMaxDocumentBytes);
  if (absl::IsResourceExhausted(bytes.status())) return TooLarge(path);
  if (!bytes.ok()) return bytes.status();
  return Document{.label = path, .file_name = fs::path(path).filename().string(), .bytes = *std::move(bytes)};
}

}  // namespace seaworthy::cli
