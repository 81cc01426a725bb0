#include "cli/backup/checkpoint_maker.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/backup/durable_files.h"
#include "cli/data_dir.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/aggregator/state_store.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::string CheckpointDir(const std::string& data_dir) { return data_dir + "/checkpoint"; }

std::string BackupLock(const std::string& data_dir) { return DataLayout(data_dir).run + "/backup.lock"; }

CheckpointMaker::CheckpointMaker(CheckpointSources sources)
    : sources_(std::move(sources)), dir_(CheckpointDir(sources_.data_dir)) {
  const auto unused = FileLock::Take(BackupLock(sources_.data_dir), /*alone=*/true, "in use");
  std::error_code error;
  if (unused.ok()) fs::remove_all(dir_, error);
}

absl::StatusOr<v1::MakeCheckpointResponse> CheckpointMaker::Make() {
  absl::MutexLock lock(&mutex_);
  std::error_code error;
  fs::remove_all(dir_, error);
  if (error) return absl::UnavailableError(absl::StrCat(dir_, ": cannot be removed: ", error.message()));
  SEAWORTHY_RETURN_IF_ERROR(MakePrivateFolders(dir_));
  v1::MakeCheckpointResponse response;
  const absl::Status made = MakeAll(response);
  if (made.ok()) return response;
  fs::remove_all(dir_, error);
  return made;
}

absl::Status CheckpointMaker::MakeAll(v1::MakeCheckpointResponse& response) {
  const auto dir = [this](const char* part) { return absl::StrCat(dir_, "/", part); };
  if (sources_.aggregator != nullptr) {
    SEAWORTHY_RETURN_IF_ERROR(Note("store", sources_.aggregator->CheckpointTo(dir("store")), response));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto stamp, StateStore::ReadStamp(dir("store")));
    if (stamp.has_value()) SEAWORTHY_RETURN_IF_ERROR(Place(stamp->position, response.mutable_state()));
  }
  if (sources_.people != nullptr) {
    SEAWORTHY_RETURN_IF_ERROR(Note("people", sources_.people->CheckpointTo(dir("people")), response));
  }
  if (sources_.log != nullptr) {
    SEAWORTHY_RETURN_IF_ERROR(Note("log", sources_.log->CheckpointTo(dir("log")), response));
    SEAWORTHY_RETURN_IF_ERROR(Place(sources_.log->LastSequence(), response.mutable_log_end()));
  }
  if (sources_.log_copy != nullptr) {
    SEAWORTHY_RETURN_IF_ERROR(Note("log-copy", sources_.log_copy->CheckpointTo(dir("log-copy")), response));
  }
  if (sources_.objects != nullptr) {
    SEAWORTHY_RETURN_IF_ERROR(Note("objects", sources_.objects->CheckpointTo(dir("objects")), response));
  }
  return absl::OkStatus();
}

absl::Status CheckpointMaker::Note(const std::string& name, const absl::Status& copied,
                                   v1::MakeCheckpointResponse& response) {
  if (copied.ok()) {
    response.add_parts(name);
    return absl::OkStatus();
  }
  if (!absl::IsUnimplemented(copied)) return copied;
  v1::LeftOutPart* const left = response.add_left_out();
  left->set_name(name);
  left->set_reason(kKeptOnNats);
  return absl::OkStatus();
}

absl::Status CheckpointMaker::Place(uint64_t sequence, v1::LogPlace* place) {
  if (sequence == 0 || sources_.log == nullptr) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, sources_.log->Read(sequence));
  place->set_sequence(sequence);
  place->set_hash(ToHex(record.hash));
  SetTimestamp(record.time, place->mutable_time());
  return absl::OkStatus();
}

}  // namespace seaworthy::cli
