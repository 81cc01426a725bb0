// The publisher with what is about persons, its mail and its webhooks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "cli/hosts/service_host.h"
#include "cli/mail.h"
#include "common/clients.h"
#include "common/config.h"
#include "common/telemetry/metrics.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/publisher/hooks_out/hook_poster.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/publisher_service.h"

namespace seaworthy::cli {

// Whom the publisher asks. Not owned.
struct PublisherPeers {
  AggregatorClient* aggregator = nullptr;
  IngestClient* ingest = nullptr;
  ReviewerClient* reviewer = nullptr;
  Metrics* metrics = nullptr;  // Null: nothing is counted.
};

class PublisherHost : public ServiceHost {
 public:
  // `dir` and the peers outlive it. With `site` it only reads: nothing about
  // persons, no mail, no webhooks. Errors name the file, the key or the webhook;
  // never a secret.
  static absl::StatusOr<std::unique_ptr<PublisherHost>> Open(const Config& config, DataDir& dir,
                                                             const PublisherPeers& peers, bool site = false);
  ~PublisherHost() override;

  // Serves HTTP, and says in the data folder where.
  absl::Status Start() override;
  void Stop() override;
  std::unique_ptr<grpc::Service> NewGrpcService() override;
  // Accounts, the audit log and tokens of the API; nothing of a site.
  std::vector<std::unique_ptr<grpc::Service>> NewLocalServices() override;
  void AddStores(CheckpointSources& sources) const override;
  PublisherService& service() { return *service_; }
  // True where the API token came from the data folder.
  bool token_from_file() const { return token_from_file_; }
  // The audit log's last record: `NUMBER:HASH`.
  std::string AuditHeadText() const;

 private:
  PublisherHost() = default;
  // What only the one publisher has that writes.
  absl::Status OpenWriting(const Config& config, DataDir& dir, PublisherService::Options& options);

  // Destroyed from the last to the first.
  bool token_from_file_ = false;
  DataDir* dir_ = nullptr;  // Not owned.
  std::string http_address_;
  Metrics* metrics_ = nullptr;           // Not owned; may be null.
  std::unique_ptr<PeopleStore> people_;  // Null for a site, as those below.
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<HookPoster> hook_poster_;
  OpenedMail mail_;
  std::unique_ptr<PublisherService> service_;
};

}  // namespace seaworthy::cli
