// The aggregator with its store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/hosts/service_host.h"
#include "cli/open_data.h"
#include "common/config.h"
#include "common/lease.h"
#include "services/aggregator/aggregator_service.h"

namespace seaworthy::cli {

// The aggregator over a folder's log. `store_dir` may be another than the
// folder's own; `objects` (null for rebuilding) is where it reads announcements;
// `leases` (null: there is no other) decides which of several emits.
absl::StatusOr<std::unique_ptr<AggregatorService>> OpenAggregator(const Config& config, EventLog* log,
                                                                  ObjectStore* objects,
                                                                  const std::string& store_dir,
                                                                  Leases* leases = nullptr);

class AggregatorHost : public ServiceHost {
 public:
  // `data` outlives it. Errors: those of AggregatorService::Open.
  static absl::StatusOr<std::unique_ptr<AggregatorHost>> Open(const Config& config, const OpenData& data);
  ~AggregatorHost() override;

  absl::Status Start() override;
  void Stop() override;
  void Observe(Telemetry& telemetry) override;
  // The way of announcements.
  std::vector<std::unique_ptr<grpc::Service>> NewLocalServices() override;
  std::unique_ptr<grpc::Service> NewGrpcService() override;
  void AddStores(CheckpointSources& sources) const override;
  AggregatorService& service() { return *service_; }

 private:
  explicit AggregatorHost(const OpenData& data) : data_(data) {}
  const OpenData& data_;
  // The log, which is elsewhere, with the copy of it kept here; null: it is here.
  std::unique_ptr<EventLog> mirrored_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<AggregatorService> service_;
};

}  // namespace seaworthy::cli
