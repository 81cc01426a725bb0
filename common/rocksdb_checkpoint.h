// A copy of an open RocksDB, made while it is written to.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace rocksdb {
class DB;
}

namespace seaworthy {

// Copies everything written before the call into the new folder `dir`, which
// opens as a database of its own: tables as hard links where both folders are
// on one file system, the rest as files. Writes go on meanwhile; some of them
// may be in the copy, the last perhaps torn. `what` names the database in
// messages ("the event log"). Errors: UNAVAILABLE.
absl::Status RocksDbCheckpoint(rocksdb::DB& db, const std::string& what, const std::string& dir);

}  // namespace seaworthy
