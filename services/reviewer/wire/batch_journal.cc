#include "services/reviewer/wire/batch_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/time/clock.h"
#include "common/hash.h"
#include "services/reviewer/text.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".batch";

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0;
}

bool Sync(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return synced;
}

bool IsOld(const fs::path& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 &&
         absl::Now() - absl::FromUnixSeconds(info.st_mtime) > BatchJournal::kKept;
}

}  // namespace

BatchJournal::BatchJournal(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != kSuffix) continue;
    if (IsOld(entry.path())) {
      fs::remove(entry.path(), error);
    } else {
      Read(entry.path());
    }
  }
}

void BatchJournal::Read(const std::string& path) {
  std::ifstream in(path);
  std::string batch_id;
  std::getline(in, batch_id);
  for (std::string call_id; !batch_id.empty() && std::getline(in, call_id);) {
    if (!call_id.empty()) batches_[call_id] = batch_id;
  }
}

std::string BatchJournal::Find(const std::string& call_id) const {
  const auto found = batches_.find(call_id);
  return found == batches_.end() ? "" : found->second;
}

absl::Status BatchJournal::Keep(const std::string& batch_id, const std::vector<std::string>& call_ids) {
  if (folder_.empty()) return absl::OkStatus();
  std::string text = batch_id;
  for (const std::string& call_id : call_ids) {
    text::Append(&text, "\n", call_id);
    batches_[call_id] = batch_id;
  }
  text += '\n';
  // A provider's id is no file name.
  const std::string path = text::Cat(folder_, "/", Sha256Hex(batch_id).substr(0, 24), kSuffix);
  const std::string temporary = path + ".new";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && WriteAll(fd, text);
  if (fd >= 0) close(fd);
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0 && Sync(folder_)) return absl::OkStatus();
  return absl::UnavailableError(text::Cat(path,
                                          " cannot be written: ", std::generic_category().message(errno),
                                          "; after a crash now the calls of this batch would be paid again"));
}

}  // namespace seaworthy
