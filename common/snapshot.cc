#include "common/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/bounded_json.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr int kVersion = 1;
constexpr size_t kHexHashBytes = 64;
constexpr size_t kMaxFileBytes = 16 * 1024;
constexpr size_t kMaxWhereBytes = 4096;

std::string Reason(int error) { return std::generic_category().message(error); }

bool IsHash(const std::string& hash) {
  return hash.size() == kHexHashBytes && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
}

absl::Status CheckMark(const SnapshotMark& mark) {
  if (mark.sequence == 0 ? !mark.log_hash.empty() : !IsHash(mark.log_hash)) {
    return absl::InvalidArgumentError(
        "a snapshot's log_hash is 64 lower-case hex digits, and none where it covers no record");
  }
  if (mark.where.size() > kMaxWhereBytes) return absl::InvalidArgumentError("a snapshot's place is too long");
  return absl::OkStatus();
}

absl::Status NotWritten(const std::string& path, int error) {
  return absl::UnavailableError(absl::StrCat(path, ": cannot be written: ", Reason(error)));
}

// The bytes, synced, in a file of this name.
absl::Status WriteSynced(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return NotWritten(path, errno);
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  const bool failed = !bytes.empty() || fsync(fd) != 0;
  const int error = errno;
  close(fd);
  return failed ? NotWritten(path, error) : absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return NotWritten(path, errno);
  const bool failed = fsync(fd) != 0;
  const int error = errno;
  close(fd);
  return failed ? NotWritten(path, error) : absl::OkStatus();
}

absl::StatusOr<std::string> ReadBounded(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const std::string message = absl::StrCat(path, ": cannot be read: ", Reason(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
  }
  std::string text(kMaxFileBytes, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return text;
}

absl::StatusOr<SnapshotMark> ParseMark(const std::string& text) {
  SEAWORTHY_ASSIGN_OR_RETURN(const nlohmann::json json, ParseBoundedObject(text));
  const auto number = [&](const char* key) -> uint64_t {
    const auto at = json.find(key);
    return at != json.end() && at->is_number_unsigned() ? at->get<uint64_t>() : 0;
  };
  const auto words = [&](const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  if (number("version") != kVersion) return absl::InvalidArgumentError("its version is not known here");
  SnapshotMark mark{number("sequence"), words("log_hash"), absl::InfinitePast(), words("where")};
  std::string reason;
  if (!absl::ParseTime(absl::RFC3339_full, words("time"), &mark.time, &reason)) {
    return absl::InvalidArgumentError(absl::StrCat("its time is none: ", reason));
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckMark(mark));
  return mark;
}

}  // namespace

std::string SnapshotMarkPath(const std::string& data_dir) { return data_dir + "/snapshot.json"; }

absl::Status WriteSnapshotMark(const std::string& path, const SnapshotMark& mark) {
  SEAWORTHY_RETURN_IF_ERROR(CheckMark(mark));
  const nlohmann::json json = {{"version", kVersion},
                               {"sequence", mark.sequence},
                               {"log_hash", mark.log_hash},
                               {"time", absl::FormatTime(absl::RFC3339_full, mark.time, absl::UTCTimeZone())},
                               {"where", mark.where}};
  const std::string text = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::string temporary = path + ".new";
  absl::Status status = WriteSynced(temporary, text);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = NotWritten(path, errno);
  if (!status.ok()) unlink(temporary.c_str());
  return status.ok() ? SyncFolderOf(path) : status;
}

absl::StatusOr<SnapshotMark> ReadSnapshotMark(const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string text, ReadBounded(path));
  absl::StatusOr<SnapshotMark> mark = ParseMark(text);
  if (mark.ok()) return mark;
  return absl::DataLossError(absl::StrCat(path,
                                          " is no mark of a backup: ", std::string(mark.status().message()),
                                          ". Remove it and run `seaworthy backup`, which writes it anew"));
}

}  // namespace seaworthy
