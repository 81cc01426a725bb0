#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/backup/make_backup.h"
#include "cli/data_dir.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<Manifest> Choose(const BackupFolder& folder, int number) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<int> numbers, folder.Numbers());
  if (numbers.empty()) {
    return absl::NotFoundError(absl::StrCat(folder.dir(), ": holds no finished backup"));
  }
  if (number == 0) return folder.Read(numbers.back());
  for (const int known : numbers) {
    if (known == number) return folder.Read(number);
  }
  return absl::NotFoundError(absl::StrCat(folder.dir(), ": has no backup ", number, "; it has ",
                                          numbers.front(), " to ", numbers.back()));
}

// Makes the folder where it is missing; refuses one that holds anything.
absl::Status TakeEmptyFolder(const std::string& dir) {
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(dir));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(dir));
  if (names.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(dir, ": is not empty; name a new folder with --data, or remove what is in it"));
}

// Whether the folder says of itself what the backup's manifest says of it.
absl::Status Compare(const Manifest& manifest, const FolderFacts& facts) {
  const auto differs = [](const char* what) {
    return absl::DataLossError(absl::StrCat("what was restored has another ", what, " than its backup"));
  };
  if (facts.log_end.has_value() && facts.log_end != manifest.log_end) return differs("log");
  if (facts.state.has_value() != manifest.state.has_value()) {
    // A state of an older schema is made anew at the next start.
    return facts.state.has_value() ? differs("state") : absl::OkStatus();
  }
  if (facts.state.has_value() && facts.state->hash != manifest.state->hash) return differs("state");
  if (facts.audit_head != manifest.audit_head) return differs("audit log");
  return absl::OkStatus();
}

absl::Status RestoreInto(const BackupFolder& folder, const Manifest& manifest, const RestoreRequest& request,
                         const std::string& dir) {
  uint64_t done = 0;
  for (const BackedUpFile& file : manifest.files) {
    SEAWORTHY_RETURN_IF_ERROR(folder.Restore(file, dir));
    done += file.digest.bytes;
    if (request.progress) request.progress(done, manifest.TotalBytes());
  }
  FolderCheckOptions options;
  options.dir = dir;
  options.rebuild = request.rebuild;
  options.tell = request.tell;
  options.log_here = std::any_of(manifest.files.begin(), manifest.files.end(), [](const BackedUpFile& file) {
    return absl::StartsWith(file.path, "log/");
  });
  FolderFacts facts;
  SEAWORTHY_RETURN_IF_ERROR(CheckFolder(options, facts));
  return Compare(manifest, facts);
}

}  // namespace

absl::StatusOr<Manifest> RestoreBackup(const RestoreRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto folder, BackupFolder::OpenToRead(request.dir));
  SEAWORTHY_ASSIGN_OR_RETURN(Manifest manifest, Choose(*folder, request.number));
  const DataLayout layout(request.data_dir);
  SEAWORTHY_RETURN_IF_ERROR(TakeEmptyFolder(layout.dir));
  SEAWORTHY_RETURN_IF_ERROR(
      WriteFileDurably(layout.unfinished_restore, "`seaworthy restore` did not end yet.\n"));
  const absl::Status restored = RestoreInto(*folder, manifest, request, layout.dir);
  if (!restored.ok()) {
    return absl::Status(restored.code(), absl::StrCat(std::string(restored.message()),
                                                      ". Nothing will start on ", layout.dir, "; remove it"));
  }
  std::error_code error;
  fs::remove(layout.unfinished_restore, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(layout.unfinished_restore,
                                               ": cannot be removed: ", error.message(),
                                               "; all is restored and checked, remove it by hand"));
  }
  SEAWORTHY_RETURN_IF_ERROR(SyncFolder(layout.dir));
  return manifest;
}

}  // namespace seaworthy::cli
