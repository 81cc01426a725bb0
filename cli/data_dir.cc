#include "cli/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxTokenFileBytes = 4096;
// sockaddr_un holds 108; gRPC adds the terminating zero.
constexpr size_t kMaxSocketPathBytes = 100;

std::string Reason(int error) { return std::generic_category().message(error); }

absl::Status DirError(const std::string& dir, const std::string& reason) {
  return absl::PermissionDeniedError(absl::StrCat(dir, ": cannot be used as data folder: ", reason,
                                                  "; check its owner and mode, or name another with --data"));
}

// Creates `dir` for this user only; what exists keeps its mode.
absl::Status MakePrivateDir(const std::string& dir) {
  std::error_code error;
  const fs::path path(dir);
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return DirError(dir, Reason(errno));
  if (!fs::is_directory(path, error)) return DirError(dir, "it is no folder");
  if (access(dir.c_str(), R_OK | W_OK | X_OK) != 0) return DirError(dir, Reason(errno));
  return absl::OkStatus();
}

// The process named in the lock file, 0 where it cannot be read.
int LockHolder(int fd) {
  char text[32] = {};
  const ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
  int pid = 0;
  if (length <= 0 || !absl::SimpleAtoi(std::string(text, static_cast<size_t>(length)), &pid)) return 0;
  return pid;
}

absl::Status InUse(const DataLayout& layout, int pid) {
  const std::string who = pid > 0 ? absl::StrCat("process ", pid) : std::string("another process");
  return WithExitCode(
      absl::FailedPreconditionError(absl::StrCat(layout.dir, ": this data folder is in use by ", who,
                                                 "; stop it, or name another folder with --data")),
      kInUse);
}

absl::Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::InternalError(Reason(errno));
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// A folder of this user's under /tmp that nobody else can enter.
absl::StatusOr<std::string> ShortRunDir(const DataLayout& layout) {
  const std::string dir = absl::StrCat("/tmp/seaworthy-", getuid(), "-", Sha256Hex(layout.dir).substr(0, 12));
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return DirError(dir, Reason(errno));
  struct stat info {};
  if (lstat(dir.c_str(), &info) != 0) return DirError(dir, Reason(errno));
  if (!S_ISDIR(info.st_mode) || info.st_uid != getuid() || (info.st_mode & 077) != 0) {
    return DirError(dir, "it belongs to someone else or others may enter it");
  }
  return dir;
}

}  // namespace

DataLayout::DataLayout(const std::string& data_dir) {
  std::error_code error;
  dir = fs::absolute(data_dir, error).lexically_normal().string();
  if (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  log = dir + "/log";
  log_copy = dir + "/log-copy";
  objects = dir + "/objects";
  store = dir + "/store";
  people = dir + "/people";
  watch = dir + "/watch";
  run = dir + "/run";
  lock = run + "/lock";
  address = run + "/address";
  http = run + "/http";
  token_file = dir + "/api-token";
  unfinished_restore = dir + "/restore-unfinished";
}

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::Open(const std::string& dir) {
  DataLayout layout(dir);
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateDir(layout.dir));
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateDir(layout.run));
  const int fd = open(layout.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return DirError(layout.lock, Reason(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const absl::Status status = InUse(layout, LockHolder(fd));
    close(fd);
    return status;
  }
  auto data = std::unique_ptr<DataDir>(new DataDir(std::move(layout), fd));
  if (std::error_code error; fs::exists(data->layout().unfinished_restore, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(data->layout().dir,
                     ": a restore into this folder did not end; remove the folder and "
                     "restore the backup again"));
  }
  if (ftruncate(fd, 0) != 0) return DirError(data->layout().lock, Reason(errno));
  SEAWORTHY_RETURN_IF_ERROR(WriteAll(fd, absl::StrCat(getpid(), "\n")));
  data->WithdrawAddress();
  return data;
}

// The lock goes with the descriptor; the file stays, so that nobody can hold
// a lock on a name that is gone.
DataDir::~DataDir() { close(lock_fd_); }

absl::StatusOr<std::string> DataDir::ReadOrMakeApiToken() {
  absl::StatusOr<std::string> text = ReadWholeFile(layout_.token_file, kMaxTokenFileBytes);
  if (absl::IsNotFound(text.status())) {
    std::string token = RandomHex(32);
    SEAWORTHY_RETURN_IF_ERROR(WriteSecretFile(layout_.token_file, token + "\n"));
    return token;
  }
  if (!text.ok()) return text.status();
  std::string token(absl::StripAsciiWhitespace(*text));
  if (token.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(layout_.token_file, ": is empty; remove it to have a token made"));
  }
  return token;
}

absl::StatusOr<std::string> DataDir::SocketAddress() {
  std::string path = layout_.run + "/grpc.sock";
  if (path.size() > kMaxSocketPathBytes) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::string dir, ShortRunDir(layout_));
    path = dir + "/grpc.sock";
  }
  // What a killed process left; nobody else can hold the folder's lock now.
  unlink(path.c_str());
  return "unix:" + path;
}

absl::Status DataDir::PublishAddress(const std::string& address) {
  return WriteSecretFile(layout_.address, address + "\n");
}

absl::Status DataDir::PublishHttp(const std::string& host, int port) {
  const std::string near = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  const bool brackets = near.find(':') != std::string::npos;
  return WriteSecretFile(
      layout_.http, absl::StrCat("http://", brackets ? "[" : "", near, brackets ? "]" : "", ":", port, "\n"));
}

void DataDir::WithdrawAddress() {
  unlink(layout_.address.c_str());
  unlink(layout_.http.c_str());
}

absl::StatusOr<int> UsedBy(const DataLayout& layout) {
  const int fd = open(layout.lock.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return 0;
  if (fd < 0) return DirError(layout.lock, Reason(errno));
  int pid = 0;
  if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
    pid = LockHolder(fd);
    if (pid == 0) pid = -1;
  }
  close(fd);
  return pid;
}

absl::Status WriteSecretFile(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);  // Mode 0600.
  if (fd < 0) return absl::PermissionDeniedError(absl::StrCat(path, ": cannot be written: ", Reason(errno)));
  absl::Status status = WriteAll(fd, text);
  if (status.ok() && fsync(fd) != 0) status = absl::InternalError(Reason(errno));
  close(fd);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = absl::InternalError(Reason(errno));
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return absl::InternalError(absl::StrCat(path, ": cannot be written: ", std::string(status.message())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t max_bytes) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const std::string message = absl::StrCat(path, ": cannot be read: ", Reason(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::PermissionDeniedError(message);
  }
  std::string text(max_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) return absl::PermissionDeniedError(absl::StrCat(path, ": cannot be read"));
  if (text.size() > max_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": over ", max_bytes, " bytes"));
  }
  return text;
}

}  // namespace seaworthy::cli
