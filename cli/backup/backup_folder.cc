#include "cli/backup/backup_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unordered_set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/data_dir.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kMark[] = "seaworthy-backups";
constexpr char kMarkText[] = "Backups made by `seaworthy backup`: docs/backup.md.\n";
constexpr char kManifests[] = "/backups";
constexpr char kFiles[] = "/files";
constexpr char kUnfinished[] = "/unfinished";
constexpr char kLock[] = "/lock";
constexpr size_t kHashDigits = 64;

std::string InUse(const std::string& dir) {
  return absl::StrCat(dir, ": another process uses these backups; wait for it to end");
}

std::string Absolute(const std::string& dir) {
  std::error_code error;
  std::string path = fs::absolute(dir, error).lexically_normal().string();
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool IsHash(std::string_view text) {
  return text.size() == kHashDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

// A path that stays below the folder it is put in.
bool StaysBelow(const std::string& path) {
  const fs::path relative(path);
  return !path.empty() && relative.is_relative() && relative.lexically_normal() == relative &&
         *relative.begin() != "..";
}

// Refuses a folder that holds anything but what the very first backup may have
// left of its mark.
absl::Status CheckNothingElse(const std::string& dir) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(dir));
  const bool ours =
      std::all_of(names.begin(), names.end(), [](const auto& name) { return absl::StartsWith(name, kMark); });
  if (ours) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(dir, ": holds something else than backups; name an empty folder"));
}

absl::Status Damaged(const BackedUpFile& file, const std::string& why) {
  return absl::DataLossError(absl::StrCat(file.path, " (files/", file.digest.sha256.substr(0, 2), "/",
                                          file.digest.sha256, ") is damaged: ", why, "; use another backup"));
}

}  // namespace

bool BackupFolder::Is(const std::string& dir) {
  std::error_code error;
  return fs::exists(fs::path(dir) / kMark, error);
}

absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::OpenToWrite(const std::string& dir) {
  const std::string path = Absolute(dir);
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(path));
  if (!Is(path)) {
    SEAWORTHY_RETURN_IF_ERROR(CheckNothingElse(path));
    SEAWORTHY_RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(path, "/", kMark), kMarkText));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(FileLock lock, FileLock::Take(path + kLock, /*alone=*/true, InUse(path)));
  auto folder = std::unique_ptr<BackupFolder>(new BackupFolder(path, std::move(lock)));
  std::error_code error;
  fs::remove_all(path + kUnfinished, error);
  for (const char* below : {kManifests, kFiles, kUnfinished}) {
    SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(path + below));
  }
  return folder;
}

absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::OpenToRead(const std::string& dir) {
  const std::string path = Absolute(dir);
  if (!Is(path)) {
    return absl::NotFoundError(
        absl::StrCat(path, ": holds no backups; name the folder that `seaworthy backup` wrote"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(FileLock lock, FileLock::Take(path + kLock, /*alone=*/false, InUse(path)));
  return std::unique_ptr<BackupFolder>(new BackupFolder(path, std::move(lock)));
}

std::string BackupFolder::ManifestPath(int number) const {
  return absl::StrFormat("%s%s/%06d.json", dir_, kManifests, number);
}

std::string BackupFolder::FilePath(std::string_view sha256) const {
  return absl::StrCat(dir_, kFiles, "/", std::string(sha256.substr(0, 2)), "/", std::string(sha256));
}

absl::StatusOr<std::vector<int>> BackupFolder::Numbers() const {
  std::vector<int> numbers;
  SEAWORTHY_RETURN_IF_ERROR(ForEachFile(dir_ + kManifests, [&](const std::string& name) {
    int number = 0;
    // Others are temporary files of a write that was cut short.
    if (absl::EndsWith(name, ".json") && absl::SimpleAtoi(name.substr(0, name.size() - 5), &number)) {
      numbers.push_back(number);
    }
    return absl::OkStatus();
  }));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<Manifest> BackupFolder::Read(int number) const {
  const std::string path = ManifestPath(number);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path, kMaxManifestBytes));
  absl::StatusOr<Manifest> manifest = ParseManifest(text);
  if (!manifest.ok()) {
    return absl::Status(manifest.status().code(),
                        absl::StrCat(path, ": ", std::string(manifest.status().message())));
  }
  if (manifest->number != number) {
    return absl::DataLossError(absl::StrCat(path, ": is the manifest of backup ", manifest->number));
  }
  for (const BackedUpFile& file : manifest->files) {
    if (!StaysBelow(file.path) || !IsHash(file.digest.sha256)) {
      return absl::DataLossError(absl::StrCat(path, ": names a file `", file.path, "` it must not"));
    }
  }
  return manifest;
}

absl::StatusOr<BackupFolder::Added> BackupFolder::Add(const std::string& path) {
  Added added;
  SEAWORTHY_ASSIGN_OR_RETURN(added.digest, DigestFile(path));
  const std::string kept = FilePath(added.digest.sha256);
  // One that was damaged since is copied anew.
  if (const auto known = DigestFile(kept); known.ok() && *known == added.digest) return added;
  SEAWORTHY_RETURN_IF_ERROR(Keep(path, kept));
  SEAWORTHY_ASSIGN_OR_RETURN(const FileDigest copied, DigestFile(kept));
  if (copied != added.digest) {
    return absl::DataLossError(absl::StrCat(kept, ": holds other bytes than ", path,
                                            "; check the disk of the backups, then back up again"));
  }
  added.copied = true;
  return added;
}

absl::Status BackupFolder::Keep(const std::string& path, const std::string& kept) const {
  const std::string unfinished = absl::StrCat(dir_, kUnfinished, "/file");
  std::error_code error;
  fs::remove(unfinished, error);
  SEAWORTHY_RETURN_IF_ERROR(CopyFileDurably(path, unfinished).status());
  const std::string folder = fs::path(kept).parent_path().string();
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(folder));
  fs::rename(unfinished, kept, error);
  if (error) return absl::UnavailableError(absl::StrCat(kept, ": cannot be written: ", error.message()));
  return SyncFolder(folder);
}

absl::Status BackupFolder::Finish(Manifest& manifest) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<int> numbers, Numbers());
  manifest.number = numbers.empty() ? 1 : numbers.back() + 1;
  return WriteFileDurably(ManifestPath(manifest.number), ToJson(manifest));
}

absl::StatusOr<BackupFolder::Pruned> BackupFolder::Prune(size_t keep) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<int> numbers, Numbers());
  Pruned pruned;
  std::error_code error;
  while (keep > 0 && numbers.size() > keep) {
    fs::remove(ManifestPath(numbers.front()), error);
    if (error)
      return absl::UnavailableError(absl::StrCat(dir_, ": cannot remove a backup: ", error.message()));
    numbers.erase(numbers.begin());
    ++pruned.backups;
  }
  SEAWORTHY_RETURN_IF_ERROR(SyncFolder(dir_ + kManifests));
  SEAWORTHY_ASSIGN_OR_RETURN(pruned.bytes, RemoveUnneeded(numbers));
  return pruned;
}

absl::StatusOr<uint64_t> BackupFolder::RemoveUnneeded(const std::vector<int>& numbers) {
  std::unordered_set<std::string> needed;
  for (const int number : numbers) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Manifest manifest, Read(number));
    for (const BackedUpFile& file : manifest.files) needed.insert(file.digest.sha256);
  }
  uint64_t bytes = 0;
  SEAWORTHY_RETURN_IF_ERROR(ForEachFile(dir_ + kFiles, [&](const std::string& relative) {
    const fs::path path = fs::path(dir_ + kFiles) / relative;
    if (needed.count(path.filename().string()) != 0) return absl::OkStatus();
    std::error_code error;
    bytes += fs::file_size(path, error);
    fs::remove(path, error);
    return absl::OkStatus();
  }));
  return bytes;
}

absl::Status BackupFolder::CheckFile(const BackedUpFile& file) const {
  const absl::StatusOr<FileDigest> read = DigestFile(FilePath(file.digest.sha256));
  if (!read.ok()) return Damaged(file, std::string(read.status().message()));
  if (*read == file.digest) return absl::OkStatus();
  return Damaged(file, absl::StrCat("its bytes have the hash ", read->sha256));
}

absl::Status BackupFolder::Restore(const BackedUpFile& file, const std::string& to) const {
  const fs::path target = fs::path(to) / file.path;
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(target.parent_path().string()));
  absl::StatusOr<FileDigest> copied = CopyFileDurably(FilePath(file.digest.sha256), target.string());
  if (absl::IsUnavailable(copied.status())) return copied.status();
  if (!copied.ok()) return Damaged(file, std::string(copied.status().message()));
  if (*copied != file.digest) return Damaged(file, absl::StrCat("its bytes have the hash ", copied->sha256));
  return SyncFolder(target.parent_path().string());
}

}  // namespace seaworthy::cli
