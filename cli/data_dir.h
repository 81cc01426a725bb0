// The data folder: what lies where, who may use it, where its server answers.
// docs/configuration.md shows the layout.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy::cli {

// Paths below a data folder; nothing is created.
struct DataLayout {
  explicit DataLayout(const std::string& dir);
  std::string dir;                 // Absolute.
  std::string log;                 // The event log.
  std::string log_copy;            // What the aggregator keeps of a log elsewhere.
  std::string objects;             // Announcements, requests and answers as they came.
  std::string store;               // The aggregator's state, a view of the log.
  std::string people;              // Accounts, sessions, subscribers: the publisher's own.
  std::string watch;               // What ingest knows of its sources' hosts.
  std::string run;                 // Of the running process.
  std::string lock;                // run/lock: held by the process that uses the folder.
  std::string address;             // run/address: where its services answer.
  std::string http;                // run/http: where its pages and its API do.
  std::string token_file;          // api-token.
  std::string unfinished_restore;  // There while `seaworthy restore` fills the folder.
};

// A data folder in use by this process, until destroyed or the process ends
// however it ends.
class DataDir {
 public:
  // Creates what is missing (mode 0700) and takes the lock. Errors:
  // FAILED_PRECONDITION (in use, naming the process; or half restored),
  // PERMISSION_DENIED.
  static absl::StatusOr<std::unique_ptr<DataDir>> Open(const std::string& dir);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const DataLayout& layout() const { return layout_; }
  // The token in `api-token`, made where there is none (mode 0600).
  absl::StatusOr<std::string> ReadOrMakeApiToken();
  // `unix:PATH` for the services' socket, short enough for the kernel; its
  // folder is for this user only. Written to run/address by PublishAddress.
  absl::StatusOr<std::string> SocketAddress();
  absl::Status PublishAddress(const std::string& address);
  // Writes `http://HOST:PORT` to run/http: as whoever is on this machine reaches
  // a server that listens on `host`, also where that is any address.
  absl::Status PublishHttp(const std::string& host, int port);
  // Takes run/address and run/http away again.
  void WithdrawAddress();

 private:
  DataDir(DataLayout layout, int lock_fd) : layout_(std::move(layout)), lock_fd_(lock_fd) {}
  const DataLayout layout_;
  const int lock_fd_;
};

// The process that uses the folder, 0 for none. Errors: PERMISSION_DENIED.
absl::StatusOr<int> UsedBy(const DataLayout& layout);

// Writes a file in one step (temporary, fsync, rename) with mode 0600.
absl::Status WriteSecretFile(const std::string& path, std::string_view text);

// The whole file, at most `max_bytes`. Errors: NOT_FOUND, PERMISSION_DENIED,
// RESOURCE_EXHAUSTED.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t max_bytes);

}  // namespace seaworthy::cli
