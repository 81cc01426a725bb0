// The running `seaworthy up` of a data folder, from another process.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clients.h"

namespace seaworthy::cli {

// Clients of one server. Thread-safe.
struct ServerConnection {
  std::string address;
  std::unique_ptr<IngestClient> ingest;
  std::unique_ptr<ReviewerClient> reviewer;
  std::unique_ptr<AggregatorClient> aggregator;
  std::unique_ptr<PublisherClient> publisher;
};

// Reads run/address of the folder and makes sure that it answers. Errors:
// UNAVAILABLE with exit code kNoServer, saying how to start one.
absl::StatusOr<ServerConnection> ConnectToServer(const std::string& data_dir);

}  // namespace seaworthy::cli
