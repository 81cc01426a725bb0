// One backup, made and restored (docs/backup.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/backup/backup_folder.h"
#include "cli/backup/folder_check.h"
#include "cli/backup/manifest.h"
#include "seaworthy/v1/backup_service.pb.h"

namespace seaworthy::cli {

// Of so many bytes so many are done.
using ByteProgress = std::function<void(uint64_t done, uint64_t total)>;

struct BackupRequest {
  std::string data_dir;
  std::string dir;      // Of the backups.
  std::string program;  // This program's version.
  size_t keep = 0;      // How many backups stay; 0: all.
  // Makes the data folder's checkpoint: asks its server, or opens its stores.
  std::function<absl::StatusOr<v1::MakeCheckpointResponse>()> checkpoint;
  std::function<void(const CheckedPart& part)> tell;
  ByteProgress progress;
};

struct BackupMade {
  Manifest manifest;
  uint64_t copied_files = 0;  // The others were in earlier backups.
  uint64_t copied_bytes = 0;
  BackupFolder::Pruned pruned;
};

// Copies a checkpoint into the backups and checks it: every file is read back,
// the log's chain, the objects, the state and the audit log are read. Only then
// the backup is there, `DATA/snapshot.json` names it, and older ones go. Errors:
// FAILED_PRECONDITION (another backup is under way), DATA_LOSS (the data folder
// or the backup's disk is damaged; earlier backups stay), those of the disks.
absl::StatusOr<BackupMade> MakeBackup(const BackupRequest& request);

struct RestoreRequest {
  std::string dir;       // Of the backups.
  int number = 0;        // 0: the newest.
  std::string data_dir;  // Missing or empty.
  bool rebuild = true;   // Compare the state with one made anew from the log.
  std::function<void(const CheckedPart& part)> tell;
  ByteProgress progress;
};

// Makes a data folder of a backup and checks it as MakeBackup does. Until the
// end a file in the folder has every program refuse it. Returns the backup's
// manifest. Errors: FAILED_PRECONDITION (the folder is not empty), NOT_FOUND (no
// such backup), DATA_LOSS (the backup is damaged; the folder stays refused).
absl::StatusOr<Manifest> RestoreBackup(const RestoreRequest& request);

}  // namespace seaworthy::cli
