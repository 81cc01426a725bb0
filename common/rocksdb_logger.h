// What RocksDB says of itself, in our log.
#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Logger;
}

namespace seaworthy {

// For every database we open. RocksDB's own logger writes a file LOG beside the
// data, and where that write finds no space, the next line it writes ends the
// program: Debian's library is built with its assertions. This one writes to
// no file of RocksDB's: errors as warnings, the rest at debug level. `what`
// names the database ("the event log"). Thread-safe.
std::shared_ptr<rocksdb::Logger> RocksDbLogger(std::string what);

}  // namespace seaworthy
