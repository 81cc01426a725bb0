#include "cli/jsonl_checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "common/bounded_json.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

using nlohmann::json;

constexpr size_t kMaxCheckpointBytes = 16 << 10;
constexpr uint64_t kHashedBytes = 4096;

absl::Status Failed() { return absl::InternalError(std::strerror(errno)); }

absl::Status WriteSynced(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed();
  const ssize_t written = write(fd, text.data(), text.size());
  const bool good = written == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  absl::Status status = good ? absl::OkStatus() : Failed();
  close(fd);
  return status;
}

absl::StatusOr<std::string> HashBefore(int fd, uint64_t offset) {
  const uint64_t length = std::min(offset, kHashedBytes);
  std::string bytes(length, '\0');
  const ssize_t got = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset - length));
  if (got < 0) return absl::DataLossError(absl::StrCat("cannot be read: ", std::strerror(errno)));
  bytes.resize(static_cast<size_t>(got));
  return Sha256Hex(bytes);
}

absl::StatusOr<uint64_t> Number(const json& object, const char* name) {
  const auto it = object.find(name);
  if (it != object.end() && it->is_number_unsigned()) return it->get<uint64_t>();
  return absl::InvalidArgumentError(absl::StrCat("`", name, "` is no number"));
}

absl::StatusOr<JsonlCheckpoint> Parse(const std::string& text) {
  SEAWORTHY_ASSIGN_OR_RETURN(const json object, ParseBoundedObject(text));
  JsonlCheckpoint checkpoint;
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.device, Number(object, "device"));
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.inode, Number(object, "inode"));
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.size, Number(object, "size"));
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.offset, Number(object, "offset"));
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.lines, Number(object, "lines"));
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.rejected_bytes, Number(object, "rejected_bytes"));
  const auto hash = object.find("before_hash");
  if (hash == object.end() || !hash->is_string())
    return absl::InvalidArgumentError("`before_hash` is missing");
  checkpoint.before_hash = hash->get<std::string>();
  const auto counts = object.find("counts");
  if (counts == object.end() || !counts->is_object()) {
    return absl::InvalidArgumentError("`counts` is missing");
  }
  for (const auto& [name, unused] : counts->items()) {
    SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.counts[name], Number(*counts, name.c_str()));
  }
  return checkpoint;
}

}  // namespace

absl::StatusOr<JsonlCheckpoint> DescribeFile(int fd, uint64_t offset) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return absl::DataLossError(absl::StrCat("cannot be read: ", std::strerror(errno)));
  JsonlCheckpoint checkpoint;
  checkpoint.device = info.st_dev;
  checkpoint.inode = info.st_ino;
  checkpoint.size = static_cast<uint64_t>(info.st_size);
  checkpoint.offset = offset;
  SEAWORTHY_ASSIGN_OR_RETURN(checkpoint.before_hash, HashBefore(fd, offset));
  return checkpoint;
}

absl::StatusOr<std::optional<JsonlCheckpoint>> ReadCheckpoint(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWholeFile(path, kMaxCheckpointBytes);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  absl::StatusOr<JsonlCheckpoint> checkpoint = Parse(*text);
  if (checkpoint.ok()) return *std::move(checkpoint);
  return absl::InvalidArgumentError(absl::StrCat(path, ": does not say how far the input has come (",
                                                 std::string(checkpoint.status().message()),
                                                 "); --restart begins anew"));
}

absl::Status WriteCheckpoint(const std::string& path, const JsonlCheckpoint& checkpoint) {
  const json object = {{"device", checkpoint.device},
                       {"inode", checkpoint.inode},
                       {"before_hash", checkpoint.before_hash},
                       {"size", checkpoint.size},
                       {"offset", checkpoint.offset},
                       {"lines", checkpoint.lines},
                       {"rejected_bytes", checkpoint.rejected_bytes},
                       {"counts", checkpoint.counts}};
  // One name, so that a process killed here leaves no heap of files.
  const std::string temporary = path + ".new";
  absl::Status status = WriteSynced(temporary, object.dump(1) + "\n");
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = Failed();
  if (status.ok()) return status;
  return absl::InternalError(absl::StrCat(path, ": cannot be written: ", std::string(status.message()),
                                          "; make its folder writable, or read standard input instead"));
}

absl::Status CheckSameFile(const std::string& input, int fd, const JsonlCheckpoint& checkpoint) {
  SEAWORTHY_ASSIGN_OR_RETURN(const JsonlCheckpoint now, DescribeFile(fd, checkpoint.offset));
  if (now.device == checkpoint.device && now.inode == checkpoint.inode && now.size >= checkpoint.offset &&
      now.before_hash == checkpoint.before_hash) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(input, ": is another file than the one whose first ", checkpoint.lines,
                   " lines were ingested; --restart begins anew (what came before counts once)"));
}

}  // namespace seaworthy::cli
