#include "common/rocksdb_checkpoint.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/utilities/checkpoint.h"

namespace seaworthy {

absl::Status RocksDbCheckpoint(rocksdb::DB& db, const std::string& what, const std::string& dir) {
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&db, &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(dir);
  if (status.ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(what, " cannot be copied to ", dir, ": ", status.ToString(),
                                             "; check the disk's space and health"));
}

}  // namespace seaworthy
