// The public pages as files in a folder that a file server can serve.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy::cli {

// The file of a page: `/` index.html, `/404` 404.html, `/compare/a-vs-b`
// compare/a-vs-b/index.html, and a path whose last part has an extension as it
// is. Errors: INVALID_ARGUMENT for what would leave the folder.
absl::StatusOr<std::string> FileOfPage(std::string_view path);

// Writes one export over the one before: a page that is as it was is not
// touched, others get a new file that takes the old one's name. The folder
// keeps a list of what was exported, so that pages no longer public go; a
// folder with other contents and no list is refused. Write may be called from
// several threads at once, the rest not.
class SiteFiles {
 public:
  // Errors: FAILED_PRECONDITION (not empty, and made by something else),
  // PERMISSION_DENIED.
  static absl::StatusOr<std::unique_ptr<SiteFiles>> Open(const std::string& dir);
  ~SiteFiles();
  SiteFiles(const SiteFiles&) = delete;
  SiteFiles& operator=(const SiteFiles&) = delete;
  // Says which pages will follow. Their names go to the list first: whatever
  // ends this export, the next one knows which files are its own to remove.
  absl::Status Begin(const std::vector<std::string>& pages);
  // Each file appears whole or not at all.
  absl::Status Write(std::string_view page, std::string_view bytes);
  // Removes what an earlier export wrote and this one did not; returns how
  // many.
  absl::StatusOr<size_t> Finish();
  // Pages there are now, and how many of them were as they were.
  size_t written() const { return written_; }
  size_t unchanged() const { return unchanged_; }

 private:
  explicit SiteFiles(std::string dir) : dir_(std::move(dir)) {}
  absl::Status WriteFile(const std::string& file, std::string_view bytes);
  absl::Status WriteList(const std::set<std::string>& files);
  bool IsUnchanged(const std::string& file, std::string_view bytes) const;
  // A new file below the folder, its own folder made where it is missing.
  int OpenNew(const std::string& file) const;

  const std::string dir_;
  int dir_fd_ = -1;
  std::set<std::string> before_;  // Constant while pages are written.
  std::atomic<size_t> written_{0};
  std::atomic<size_t> unchanged_{0};
  absl::Mutex mutex_;
  std::set<std::string> now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy::cli
