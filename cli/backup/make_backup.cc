#include "cli/backup/make_backup.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/data_dir.h"
#include "common/snapshot.h"
#include "common/status_macros.h"
#include "common/timestamps.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

// Files beside the stores that cost money or trouble to lose.
constexpr const char* kLooseFiles[] = {"api-token", "spending"};
constexpr char kBatches[] = "batches";

// What RocksDB writes for people and processes.
bool IsOfTheMoment(const std::string& relative) {
  const std::string name = fs::path(relative).filename().string();
  return name == "LOCK" || name == "OWNER" || name == "LOG" || absl::StartsWith(name, "LOG.old");
}

LogPlace PlaceOf(const v1::LogPlace& place) { return {place.sequence(), place.hash(), TimeOf(place.time())}; }

// One backup on its way.
class BackupMaker {
 public:
  BackupMaker(const BackupRequest& request, BackupFolder& folder) : request_(request), folder_(folder) {}

  absl::StatusOr<BackupMade> Run() {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::MakeCheckpointResponse checkpoint, request_.checkpoint());
    const std::string dir = CheckpointDir(request_.data_dir);
    const absl::Cleanup remove = [&dir] {
      std::error_code error;
      fs::remove_all(dir, error);
    };
    made_.manifest.time = absl::Now();
    made_.manifest.program = request_.program;
    SEAWORTHY_RETURN_IF_ERROR(AddAll(checkpoint, dir));
    SEAWORTHY_RETURN_IF_ERROR(Check(checkpoint, dir));
    SEAWORTHY_RETURN_IF_ERROR(folder_.Finish(made_.manifest));
    SEAWORTHY_RETURN_IF_ERROR(MarkSnapshot());
    SEAWORTHY_ASSIGN_OR_RETURN(made_.pruned, folder_.Prune(request_.keep));
    return std::move(made_);
  }

 private:
  absl::Status AddAll(const v1::MakeCheckpointResponse& checkpoint, const std::string& dir) {
    std::vector<std::pair<std::string, std::string>> files;  // Where it is, what it is called.
    const auto below = [&files](const std::string& folder, const std::string& name) {
      return ForEachFile(folder, [&](const std::string& relative) {
        if (!IsOfTheMoment(relative)) {
          files.emplace_back(absl::StrCat(folder, "/", relative), absl::StrCat(name, "/", relative));
        }
        return absl::OkStatus();
      });
    };
    for (const std::string& part : checkpoint.parts())
      SEAWORTHY_RETURN_IF_ERROR(below(absl::StrCat(dir, "/", part), part));
    std::error_code error;
    const std::string batches = absl::StrCat(request_.data_dir, "/", kBatches);
    if (fs::is_directory(batches, error)) SEAWORTHY_RETURN_IF_ERROR(below(batches, kBatches));
    for (const char* name : kLooseFiles) {
      const std::string path = absl::StrCat(request_.data_dir, "/", name);
      if (fs::is_regular_file(path, error)) files.emplace_back(path, name);
    }
    uint64_t total = 0;
    for (const auto& [path, name] : files) total += FileSize(path);
    for (const auto& [path, name] : files) SEAWORTHY_RETURN_IF_ERROR(AddOne(path, name, total));
    return absl::OkStatus();
  }

  static uint64_t FileSize(const std::string& path) {
    std::error_code error;
    const uintmax_t bytes = fs::file_size(path, error);
    return error ? 0 : bytes;
  }

  absl::Status AddOne(const std::string& path, const std::string& name, uint64_t total) {
    const absl::StatusOr<BackupFolder::Added> added = folder_.Add(path);
    // A batch that was answered meanwhile; a checkpoint loses no file.
    if (absl::IsNotFound(added.status()) && absl::StartsWith(name, kBatches)) return absl::OkStatus();
    if (!added.ok()) return added.status();
    made_.manifest.files.push_back({name, added->digest});
    if (added->copied) {
      ++made_.copied_files;
      made_.copied_bytes += added->digest.bytes;
    }
    done_ += added->digest.bytes;
    if (request_.progress) request_.progress(done_, total);
    return absl::OkStatus();
  }

  absl::Status Check(const v1::MakeCheckpointResponse& checkpoint, const std::string& dir) {
    Manifest& manifest = made_.manifest;
    FolderCheckOptions options;
    options.dir = dir;
    options.tell = request_.tell;
    options.log_here =
        std::find(checkpoint.parts().begin(), checkpoint.parts().end(), "log") != checkpoint.parts().end();
    for (const v1::LeftOutPart& left : checkpoint.left_out()) {
      manifest.left_out.push_back({left.name(), left.reason()});
    }
    FolderFacts facts;
    const absl::Status whole = CheckFolder(options, facts);
    if (!whole.ok()) {
      return absl::DataLossError(
          absl::StrCat("no backup was made, the earlier ones stay: ", std::string(whole.message())));
    }
    manifest.log_end = facts.log_end;
    manifest.state = facts.state;
    manifest.people_schema = facts.people_schema;
    manifest.audit_head = facts.audit_head;
    if (checkpoint.has_log_end() && !manifest.log_end.has_value()) {
      manifest.log_end = PlaceOf(checkpoint.log_end());
    }
    if (checkpoint.has_state() && manifest.state.has_value() && manifest.state->seen.hash.empty()) {
      manifest.state->seen = PlaceOf(checkpoint.state());
    }
    return absl::OkStatus();
  }

  // When it was made; the log may be trimmed up to what this backup's state has
  // seen. One that does not know takes the place of none that does.
  absl::Status MarkSnapshot() const {
    const std::string path = SnapshotMarkPath(request_.data_dir);
    SnapshotMark mark;
    mark.time = made_.manifest.time;
    mark.where = folder_.dir();
    const std::optional<StatePlace>& state = made_.manifest.state;
    if (state.has_value() && state->seen.sequence > 0 && !state->seen.hash.empty()) {
      mark.sequence = state->seen.sequence;
      mark.log_hash = state->seen.hash;
    } else if (const auto earlier = ReadSnapshotMark(path); earlier.ok() && earlier->sequence > 0) {
      return absl::OkStatus();
    }
    return WriteSnapshotMark(path, mark);
  }

  const BackupRequest& request_;
  BackupFolder& folder_;
  BackupMade made_;
  uint64_t done_ = 0;
};

}  // namespace

absl::StatusOr<BackupMade> MakeBackup(const BackupRequest& request) {
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(DataLayout(request.data_dir).run));
  SEAWORTHY_ASSIGN_OR_RETURN(
      const FileLock one,
      FileLock::Take(BackupLock(request.data_dir), /*alone=*/true,
                     absl::StrCat(request.data_dir, ": another backup of it is under way; wait for it")));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto folder, BackupFolder::OpenToWrite(request.dir));
  return BackupMaker(request, *folder).Run();
}

}  // namespace seaworthy::cli
