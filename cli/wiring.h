// Wires the four services of `seaworthy up` in one process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/hosts/aggregator_host.h"
#include "cli/hosts/ingest_host.h"
#include "cli/hosts/publisher_host.h"
#include "cli/hosts/reviewer_host.h"
#include "cli/open_data.h"
#include "common/clients.h"
#include "common/config.h"
#include "common/grpc_server.h"
#include "common/telemetry/telemetry.h"

namespace grpc {
class Service;
}

namespace seaworthy::cli {

// Everything `seaworthy up` runs. Made by Start, ended by Stop or by the
// destructor; not thread-safe. What was acknowledged is durable whenever and
// however the process ends.
class Program {
 public:
  // Opens the data folder and starts every service, HTTP last. `config` is
  // resolved. Errors name what failed and the way out.
  static absl::StatusOr<std::unique_ptr<Program>> Start(const Config& config);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Stops HTTP, gRPC, ingest, reviewer and aggregator in this order, then
  // closes the log. Idempotent.
  void Stop();

  int http_port() const { return publisher_->service().port(); }
  const DataLayout& layout() const { return data_.dir->layout(); }
  PublisherHost& publisher() { return *publisher_; }
  IngestService& ingest() { return ingest_->service(); }

 private:
  Program() = default;
  absl::Status OpenServices(const Config& config);
  absl::Status ServeInProcess();
  absl::Status StartServices();
  absl::Status ServeOnSocket();

  // Destroyed from the last to the first.
  std::unique_ptr<Telemetry> telemetry_;
  OpenData data_;
  bool stopped_ = false;
  std::unique_ptr<ReviewerHost> reviewer_;
  std::unique_ptr<AggregatorHost> aggregator_;
  std::unique_ptr<IngestHost> ingest_;
  // In-process servers, one a service, for the publisher's clients.
  std::vector<std::unique_ptr<grpc::Service>> inner_services_;
  std::vector<std::unique_ptr<GrpcServer>> inner_servers_;
  std::unique_ptr<AggregatorClient> aggregator_client_;
  std::unique_ptr<IngestClient> ingest_client_;
  std::unique_ptr<ReviewerClient> reviewer_client_;
  std::unique_ptr<PublisherHost> publisher_;
  std::unique_ptr<CheckpointMaker> checkpoints_;
  // The socket for other processes of this user.
  std::vector<std::unique_ptr<grpc::Service>> socket_services_;
  std::unique_ptr<GrpcServer> socket_server_;
};

}  // namespace seaworthy::cli
