// A checkpoint of a data folder whose server does not run.
#pragma once

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "seaworthy/v1/backup_service.pb.h"

namespace seaworthy::cli {

// What CheckpointMaker makes, of stores that this process opens. The folder is
// held by the caller. `log_here` is false where log and objects are kept on NATS
// servers, which are not asked. Errors: those of the stores.
absl::StatusOr<v1::MakeCheckpointResponse> CheckpointClosedFolder(const DataLayout& layout, bool log_here);

}  // namespace seaworthy::cli
