// The public pages as files in a folder that a file server can serve.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy::cli {

// The file of a page: `/` index.html, `/404` 404.html, `/compare/a-vs-b`
// compare/a-vs-b/index.html, and a path whose last part has an extension as it
// is. Errors: INVALID_ARGUMENT for what would leave the folder.
absl::StatusOr<std::string> FileOfPage(std::string_view path);

// Writes one export over the one before. The folder keeps a list of what was
// exported, so that pages no longer public go; a folder with other contents
// and no list is refused. Not thread-safe.
class SiteFiles {
 public:
  // Errors: FAILED_PRECONDITION (not empty, and made by something else),
  // PERMISSION_DENIED.
  static absl::StatusOr<SiteFiles> Open(const std::string& dir);
  // Says which pages will follow. Their names go to the list first: whatever
  // ends this export, the next one knows which files are its own to remove.
  absl::Status Begin(const std::vector<std::string>& pages);
  // Each file appears whole or not at all.
  absl::Status Write(std::string_view page, std::string_view bytes);
  // Removes what an earlier export wrote and this one did not; returns how
  // many.
  absl::StatusOr<size_t> Finish();
  size_t written() const { return now_.size(); }

 private:
  explicit SiteFiles(std::string dir) : dir_(std::move(dir)) {}
  absl::Status WriteFile(const std::string& file, std::string_view bytes);
  absl::Status WriteList(const std::set<std::string>& files);

  std::string dir_;
  std::set<std::string> before_;
  std::set<std::string> now_;
};

}  // namespace seaworthy::cli
