#include "cli/site_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/data_dir.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kList[] = ".seaworthy-export";
constexpr size_t kMaxListBytes = 64 << 20;

bool IsSafePart(absl::string_view part) {
  if (part.empty() || part == "." || part == ".." || part.size() > 255 || part[0] == '.') return false;
  for (const char c : part) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7F) return false;
  }
  return true;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

// Fills the buffer; false where the file is shorter.
bool ReadAll(int fd, std::string& bytes) {
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count = read(fd, bytes.data() + have, bytes.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    have += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> FileOfPage(std::string_view path) {
  if (path == "/") return "index.html";
  if (path == "/404") return "404.html";
  const std::string text(path.substr(path.starts_with("/") ? 1 : 0));
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  for (const std::string& part : parts) {
    if (!IsSafePart(part) || !path.starts_with("/")) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", std::string(path), "` is no page that can be a file"));
    }
  }
  // A tool's id holds no dot, a style sheet's name does.
  return parts.back().find('.') == std::string::npos ? text + "/index.html" : text;
}

absl::StatusOr<std::unique_ptr<SiteFiles>> SiteFiles::Open(const std::string& dir) {
  auto site = std::unique_ptr<SiteFiles>(new SiteFiles(dir));
  std::error_code error;
  fs::create_directories(dir, error);
  site->dir_fd_ = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (site->dir_fd_ < 0) {
    return absl::PermissionDeniedError(absl::StrCat(dir, ": cannot be made a folder; name another"));
  }
  const absl::StatusOr<std::string> list = ReadWholeFile(absl::StrCat(dir, "/", kList), kMaxListBytes);
  if (!list.ok() && !absl::IsNotFound(list.status())) return list.status();
  if (!list.ok() && !fs::is_empty(dir, error)) {
    return absl::FailedPreconditionError(absl::StrCat(
        dir, ": is not empty and was not made by `seaworthy export`; name an empty or new folder"));
  }
  if (list.ok()) {
    for (const auto& file : absl::StrSplit(*list, '\n', absl::SkipEmpty())) {
      if (FileOfPage(absl::StrCat("/", file)).ok()) site->before_.emplace(file);
    }
  }
  return site;
}

SiteFiles::~SiteFiles() {
  if (dir_fd_ >= 0) close(dir_fd_);
}

absl::Status SiteFiles::Begin(const std::vector<std::string>& pages) {
  for (const std::string& page : pages) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::string file, FileOfPage(page));
    before_.insert(std::move(file));
  }
  return WriteList(before_);
}

absl::Status SiteFiles::Write(std::string_view page, std::string_view bytes) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::string file, FileOfPage(page));
  if (IsUnchanged(file, bytes)) {
    ++unchanged_;
  } else {
    SEAWORTHY_RETURN_IF_ERROR(WriteFile(file, bytes));
  }
  ++written_;
  absl::MutexLock lock(&mutex_);
  now_.insert(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<size_t> SiteFiles::Finish() {
  absl::MutexLock lock(&mutex_);
  size_t removed = 0;
  std::error_code error;
  for (const std::string& file : before_) {
    if (now_.contains(file)) continue;
    removed += fs::remove(fs::path(dir_) / file, error) ? 1 : 0;
    // Its folder goes too where it was the last file in it.
    const fs::path folder = (fs::path(dir_) / file).parent_path();
    if (folder != fs::path(dir_)) fs::remove(folder, error);
  }
  SEAWORTHY_RETURN_IF_ERROR(WriteList(now_));
  return removed;
}

absl::Status SiteFiles::WriteList(const std::set<std::string>& files) {
  return WriteFile(kList, absl::StrCat(absl::StrJoin(files, "\n"), "\n"));
}

bool SiteFiles::IsUnchanged(const std::string& file, std::string_view bytes) const {
  const int fd = openat(dir_fd_, file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  struct stat facts {};
  bool same = fstat(fd, &facts) == 0 && facts.st_size == static_cast<off_t>(bytes.size());
  std::string before(same ? bytes.size() : 0, '\0');
  same = same && ReadAll(fd, before) && before == bytes;
  close(fd);
  return same;
}

int SiteFiles::OpenNew(const std::string& file) const {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const int fd = openat(dir_fd_, file.c_str(), kFlags, 0644);
  if (fd >= 0 || errno != ENOENT) return fd;
  for (size_t slash = file.find('/'); slash != std::string::npos; slash = file.find('/', slash + 1)) {
    mkdirat(dir_fd_, file.substr(0, slash).c_str(), 0755);
  }
  return openat(dir_fd_, file.c_str(), kFlags, 0644);
}

absl::Status SiteFiles::WriteFile(const std::string& file, std::string_view bytes) {
  const std::string temporary = file + ".part";
  const int fd = OpenNew(temporary);
  bool written = fd >= 0 && WriteAll(fd, bytes);
  if (fd >= 0) written = close(fd) == 0 && written;
  if (!written || renameat(dir_fd_, temporary.c_str(), dir_fd_, file.c_str()) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(dir_, "/", file, ": cannot be written; check space and permissions"));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::cli
