#include "cli/hosts/ingest_host.h"

#include <grpcpp/impl/service_type.h>

#include <utility>

#include "cli/fact_filler.h"
#include "cli/fetching.h"
#include "cli/hook_secrets.h"
#include "cli/hook_sources.h"
#include "cli/leases.h"
#include "cli/observe.h"
#include "common/clock.h"
#include "common/config_keys.h"
#include "common/status_macros.h"

namespace seaworthy::cli {

absl::StatusOr<std::unique_ptr<IngestHost>> IngestHost::Open(const Config& config, const OpenData& data,
                                                             const Money& money) {
  auto host = std::unique_ptr<IngestHost>(new IngestHost);
  SEAWORTHY_ASSIGN_OR_RETURN(host->filler_, OpenFactFiller(config, money.budget(), money.prices()));
  host->service_ = std::make_unique<IngestService>(IngestService::Options{.log = data.log.get(),
                                                                          .objects = data.objects.get(),
                                                                          .clock = Clock::Real(),
                                                                          .workers = config.ingest_workers,
                                                                          .filler = host->filler_.get()});
  host->hooks_ = HooksWithoutSecrets(config);
  SEAWORTHY_RETURN_IF_ERROR(host->OpenWatcher(config, data));
  return host;
}

absl::StatusOr<std::unique_ptr<IngestHost>> IngestHost::Open(const Config& config, const OpenData& data) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto money, Money::Open(config, &data.dir->layout()));
  SEAWORTHY_ASSIGN_OR_RETURN(auto host, Open(config, data, *money));
  host->own_money_ = std::move(money);
  return host;
}

absl::Status IngestHost::OpenWatcher(const Config& config, const OpenData& data) {
  EndpointConfig token;
  token.name = "github_token";
  token.key_env = config.github_token_env;
  token.key_file = config.github_token_file;
  Watcher::Options options;
  SEAWORTHY_ASSIGN_OR_RETURN(options.github_token, ReadKey(token));
  SEAWORTHY_ASSIGN_OR_RETURN(fetcher_, MakeFetcher(config));
  fetcher_ = CountFetches(std::move(fetcher_), data.metrics);
  options.log = data.log.get();
  options.clock = Clock::Real();
  options.fetcher = fetcher_.get();
  options.submit = [service = service_.get()](const v1::SubmitAnnouncementRequest& request) {
    return service->SubmitAnnouncement(request);
  };
  options.extract = [service = service_.get()](const v1::ExtractAnnouncementRequest& request) {
    return service->ExtractAnnouncement(request);
  };
  options.dir = data.dir->layout().watch;
  options.public_url = config.public_url;
  options.limits.first = static_cast<size_t>(config.watch_first_entries);
  options.workers = config.watch_workers;
  options.host_spacing = absl::Seconds(config.watch_host_seconds);
  options.polling = config.watch;
  SEAWORTHY_ASSIGN_OR_RETURN(leases_, OpenLeases(config.log, data.dir->layout()));
  SEAWORTHY_ASSIGN_OR_RETURN(shared_, OpenSharedTable(config.log, data.dir->layout(), "WATCH"));
  options.leases = leases_.get();
  options.shared = shared_.get();
  SEAWORTHY_ASSIGN_OR_RETURN(watcher_, Watcher::Open(std::move(options)));
  return absl::OkStatus();
}

IngestHost::~IngestHost() { IngestHost::Stop(); }

absl::Status IngestHost::Start() {
  SEAWORTHY_RETURN_IF_ERROR(service_->Start());
  SEAWORTHY_RETURN_IF_ERROR(watcher_->Start());
  return ShowHooksAsSources(hooks_, *watcher_);
}

void IngestHost::Stop() {
  if (watcher_ != nullptr) watcher_->Stop();
  if (filler_ != nullptr) filler_->Stop();
  if (service_ != nullptr) service_->Stop();
}

std::unique_ptr<grpc::Service> IngestHost::NewGrpcService() {
  return MakeGrpcService(service_.get(), watcher_.get());
}

}  // namespace seaworthy::cli
