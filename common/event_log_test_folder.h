// For the log's tests: folders, copies of them, and the engine in one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/hash.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy {

// A folder for one test, removed at its end. In memory where there is room:
// what these tests take away they take away themselves, no disk is needed.
class TestFolder {
 public:
  TestFolder() : path_(Parent() / ("seaworthy-log-" + RandomHex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string Sub(const std::string& name) const { return (path_ / name).string(); }

  // A copy of `from` named `name`, replacing what is there: of an open log,
  // what kill -9 would leave. Begun again while RocksDB changes its files.
  std::string Copy(const std::string& from, const std::string& name) const {
    while (true) {
      const std::string before = Listing(from);
      std::error_code error;
      std::filesystem::remove_all(Sub(name));
      std::filesystem::copy(from, Sub(name), error);
      if (!error && Listing(from) == before) return Sub(name);
    }
  }

 private:
  static std::filesystem::path Parent() {
    constexpr uintmax_t kRoom = 512 * 1024 * 1024;
    std::error_code error;
    const std::filesystem::space_info memory = std::filesystem::space("/dev/shm", error);
    return !error && memory.available >= kRoom ? "/dev/shm" : testing::TempDir();
  }

  static std::string Listing(const std::string& folder) {
    std::set<std::string> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files.insert(absl::StrCat(entry.path().string(), " ", entry.file_size(ignored)));
    }
    return absl::StrJoin(files, "\n");
  }

  const std::filesystem::path path_;
};

inline std::string ReadBytes(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

inline void WriteBytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// Files in `folder` whose name ends so, by name.
inline std::vector<std::string> FilesEnding(const std::string& folder, const std::string& ending) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ending) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline absl::StatusOr<std::unique_ptr<EventLog>> OpenAt(const std::string& path, Clock* clock = nullptr,
                                                        rocksdb::Env* env = nullptr) {
  return OpenRocksDbEventLog({path, clock, env});
}

// Everything a log holds, one line a record.
inline std::string Dump(EventLog& log) {
  std::string dump;
  for (uint64_t sequence = 1; sequence <= log.LastSequence(); ++sequence) {
    const absl::StatusOr<Record> record = log.Read(sequence);
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok()) break;
    absl::StrAppend(&dump, record->sequence, " ", record->dedup_id, " ", record->subject, " ",
                    record->payload, " ", ToHex(record->hash), "\n");
  }
  for (const SubscriptionStatus& status : log.ListSubscriptions()) {
    absl::StrAppend(&dump, status.name, " ", status.pending, " ", status.in_flight, " ", status.retrying, " ",
                    status.dead, "\n");
  }
  return dump;
}

}  // namespace seaworthy
