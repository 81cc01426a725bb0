// The part of a backup that only the process with the stores open can do.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/backup_service.pb.h"
#include "services/aggregator/aggregator_service.h"
#include "services/publisher/people/people_store.h"

namespace grpc {
class Service;
}

namespace seaworthy::cli {

// The stores a process has open; null for what it has not. Not owned.
struct CheckpointSources {
  std::string data_dir;
  const AggregatorService* aggregator = nullptr;
  const PeopleStore* people = nullptr;
  EventLog* log = nullptr;
  ObjectStore* objects = nullptr;
  // Whose checkpoint is of the copy kept here of a log that is elsewhere.
  EventLog* log_copy = nullptr;
};

// Makes `DATA/checkpoint`: copies of the stores as they are now, by hard links.
// The order keeps them consistent: the state first, then the people store, then
// the log, then the objects, so that the log holds what the state has seen and
// the objects what the log names. Thread-safe; one checkpoint at a time.
class CheckpointMaker {
 public:
  // Removes what an earlier process left, unless it is being copied.
  explicit CheckpointMaker(CheckpointSources sources);

  // The call of v1.BackupService; errors as described there.
  absl::StatusOr<v1::MakeCheckpointResponse> Make();

 private:
  absl::Status MakeAll(v1::MakeCheckpointResponse& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Notes a part that was copied, or why it cannot be.
  absl::Status Note(const std::string& name, const absl::Status& copied,
                    v1::MakeCheckpointResponse& response);
  absl::Status Place(uint64_t sequence, v1::LogPlace* place);

  const CheckpointSources sources_;
  const std::string dir_;
  absl::Mutex mutex_;
};

// Why a log or objects are left out.
inline constexpr char kKeptOnNats[] = "kept on the NATS servers; back their streams up there";

// Where a data folder's checkpoint lies, and the lock of whoever copies it.
std::string CheckpointDir(const std::string& data_dir);
std::string BackupLock(const std::string& data_dir);

// `maker` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(CheckpointMaker* maker);

}  // namespace seaworthy::cli
