// Ingest's memory of its sources and hosts, on RocksDB. docs/sources.md
// describes every key.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/source.pb.h"
#include "seaworthy/v1/watch_state.pb.h"

namespace seaworthy {

// The first 16 bytes of the SHA-256 of an entry's key.
std::string EntryHash(std::string_view entry_key);

// Changes that are written together. One thread.
class WatchBatch {
 public:
  virtual ~WatchBatch() = default;
  virtual void PutPosition(uint64_t position) = 0;
  virtual void PutSource(const v1::Source& source) = 0;
  // The definition with all that was learnt of it.
  virtual void DeleteSource(std::string_view source_id) = 0;
  virtual void PutState(std::string_view source_id, const v1::WatchState& state) = 0;
  virtual void PutEntry(std::string_view source_id, std::string_view hash, const v1::WatchEntry& entry) = 0;
  virtual void DeleteEntry(std::string_view source_id, std::string_view hash) = 0;
  virtual void PutPending(std::string_view source_id, std::string_view hash,
                          const v1::WatchPending& pending) = 0;
  virtual void DeletePending(std::string_view source_id, std::string_view hash) = 0;
  virtual void PutHost(std::string_view host, const v1::WatchHost& state) = 0;
  virtual void DeleteHost(std::string_view host) = 0;
};

// Thread-safe. Nothing here is the truth: a folder that is lost or refused is
// made again from the log and the hosts.
class WatchStore {
 public:
  // Everything but entries and pending documents, which stay on disk.
  struct Contents {
    uint64_t position = 0;
    std::vector<v1::Source> sources;
    std::map<std::string, v1::WatchState> states;
    std::map<std::string, v1::WatchHost> hosts;
    // Source and entry hash, with the page to be read.
    std::vector<std::pair<std::pair<std::string, std::string>, std::string>> pending_links;
  };

  // Opens or creates. `sync`: every write is on disk when it returns, else it
  // survives the process but not the machine. Errors: FAILED_PRECONDITION
  // (another process has it), DATA_LOSS (the message says to remove it).
  static absl::StatusOr<std::unique_ptr<WatchStore>> Open(const std::string& dir, bool sync);
  virtual ~WatchStore() = default;

  virtual absl::StatusOr<Contents> Load() = 0;
  virtual std::unique_ptr<WatchBatch> Begin() = 0;
  // Errors: UNAVAILABLE; then nothing of it counts.
  virtual absl::Status Write(const WatchBatch& batch) = 0;
  // Entries seen of a source, by hash.
  virtual absl::StatusOr<std::map<std::string, v1::WatchEntry>> Entries(std::string_view source_id) = 0;
  // Entries of a source whose page is still to be read, by hash.
  virtual absl::StatusOr<std::map<std::string, v1::WatchPending>> AllPending(std::string_view source_id) = 0;
  // Errors: NOT_FOUND.
  virtual absl::StatusOr<v1::WatchPending> Pending(std::string_view source_id, std::string_view hash) = 0;
};

}  // namespace seaworthy
