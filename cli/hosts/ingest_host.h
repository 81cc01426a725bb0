// Ingest with its watcher of sources and, where configured, a model that fills
// in facts.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/hosts/service_host.h"
#include "cli/money.h"
#include "cli/open_data.h"
#include "common/config.h"
#include "common/lease.h"
#include "common/shared_table.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fill/fact_filler.h"
#include "services/ingest/ingest_service.h"
#include "services/ingest/watch/watcher.h"
#include "services/publisher/api/hook.h"

namespace seaworthy::cli {

class IngestHost : public ServiceHost {
 public:
  // The filler is paid from `money`. Both outlive it. Errors name the key, the
  // file or the endpoint.
  static absl::StatusOr<std::unique_ptr<IngestHost>> Open(const Config& config, const OpenData& data,
                                                          const Money& money);
  // With money of its own.
  static absl::StatusOr<std::unique_ptr<IngestHost>> Open(const Config& config, const OpenData& data);
  ~IngestHost() override;

  // Readers, then the watcher, then the webhooks of the configuration as
  // sources.
  absl::Status Start() override;
  void Stop() override;
  std::unique_ptr<grpc::Service> NewGrpcService() override;
  IngestService& service() { return *service_; }
  Watcher& watcher() { return *watcher_; }

 private:
  IngestHost() = default;
  absl::Status OpenWatcher(const Config& config, const OpenData& data);

  // Destroyed from the last to the first.
  std::unique_ptr<Money> own_money_;    // Null where it was given.
  std::vector<Hook> hooks_;             // Without their secrets.
  std::unique_ptr<FactFiller> filler_;  // Null where none is configured.
  std::unique_ptr<IngestService> service_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<SharedTable> shared_;  // Null with the embedded log.
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace seaworthy::cli
