// The running `seaworthy up` of a data folder, from another process.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clients.h"
#include "common/config.h"

namespace seaworthy::cli {

// Clients of one server, or of several. Thread-safe.
struct ServerConnection {
  std::string address;
  std::unique_ptr<IngestClient> ingest;
  std::unique_ptr<ReviewerClient> reviewer;
  std::unique_ptr<AggregatorClient> aggregator;
  std::unique_ptr<PublisherClient> publisher;  // Null where several are asked.
};

// Where the process that uses the folder answers, as run/address says. Errors:
// UNAVAILABLE with exit code kNoServer.
absl::StatusOr<std::string> ServerAddress(const std::string& data_dir);

// Reads run/address of the folder and makes sure that it answers. Errors:
// UNAVAILABLE with exit code kNoServer, saying how to start one.
absl::StatusOr<ServerConnection> ConnectToServer(const std::string& data_dir);

// Where the configuration has [services] with certificate files: those services,
// as the operator; else as above. Errors: also those of the files.
absl::StatusOr<ServerConnection> ConnectToServices(const Config& config);

}  // namespace seaworthy::cli
