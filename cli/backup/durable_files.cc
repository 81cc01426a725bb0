#include "cli/backup/durable_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPiece = 1 << 20;

std::string Reason(int error) { return std::generic_category().message(error); }

absl::Status CannotRead(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": cannot be read: ", Reason(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::DataLossError(message);
}

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be written: ", Reason(error), "; check its disk's space and its owner"));
}

// An open file, closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return CannotWrite(path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

using Piece = std::function<absl::Status(std::string_view bytes)>;

absl::StatusOr<FileDigest> ReadPieces(const std::string& path, const Piece& piece) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return CannotRead(path, errno);
  // What was just written is to be read from the disk, not from memory.
  posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
  posix_fadvise(file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::string buffer(kPiece, '\0');
  Sha256Stream hash;
  FileDigest digest;
  while (true) {
    const ssize_t got = read(file.fd(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotRead(path, errno);
    if (got == 0) break;
    const std::string_view bytes(buffer.data(), static_cast<size_t>(got));
    hash.Update(bytes);
    digest.bytes += bytes.size();
    SEAWORTHY_RETURN_IF_ERROR(piece(bytes));
  }
  digest.sha256 = ToHex(hash.Final());
  return digest;
}

}  // namespace

absl::StatusOr<FileDigest> DigestFile(const std::string& path) {
  return ReadPieces(path, [](std::string_view) { return absl::OkStatus(); });
}

absl::StatusOr<FileDigest> CopyFileDurably(const std::string& from, const std::string& to) {
  const Descriptor out(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.fd() < 0) return CannotWrite(to, errno);
  SEAWORTHY_ASSIGN_OR_RETURN(FileDigest digest, ReadPieces(from, [&](std::string_view bytes) {
                               return WriteAll(out.fd(), bytes, to);
                             }));
  if (fsync(out.fd()) != 0) return CannotWrite(to, errno);
  return digest;
}

absl::Status MakePrivateFolders(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code error;
  if (!parent.empty() && !fs::exists(parent, error)) {
    SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(parent.string()));
  }
  if (mkdir(path.c_str(), 0700) == 0) return SyncFolder(parent.empty() ? "." : parent.string());
  if (errno == EEXIST && fs::is_directory(path, error)) return absl::OkStatus();
  return CannotWrite(path, errno == EEXIST ? ENOTDIR : errno);
}

absl::Status SyncFolder(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || fsync(folder.fd()) != 0) return CannotWrite(path, errno);
  return absl::OkStatus();
}

absl::Status WriteFileDurably(const std::string& path, std::string_view text) {
  SEAWORTHY_RETURN_IF_ERROR(WriteSecretFile(path, text));
  return SyncFolder(fs::path(path).parent_path().string());
}

absl::Status ForEachFile(const std::string& folder,
                         const std::function<absl::Status(const std::string& relative)>& visit) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  while (!error && at != fs::recursive_directory_iterator()) {
    std::error_code gone;  // A file that was removed meanwhile is none.
    if (at->is_regular_file(gone)) files.push_back(at->path().lexically_relative(folder).string());
    at.increment(error);
  }
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": cannot be listed: ", error.message()));
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) SEAWORTHY_RETURN_IF_ERROR(visit(file));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (at->path().filename() != "lost+found") names.push_back(at->path().filename().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": cannot be listed: ", error.message()));
  return names;
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path, bool alone, const std::string& in_use) {
  // A backup on a read-only medium is locked for reading all the same.
  const int fd = alone ? open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                       : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return alone ? CannotWrite(path, errno) : CannotRead(path, errno);
  if (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return FileLock(fd);
  close(fd);
  return absl::FailedPreconditionError(in_use);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace seaworthy::cli
