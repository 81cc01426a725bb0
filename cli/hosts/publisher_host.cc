#include "cli/hosts/publisher_host.h"

#include <grpcpp/impl/service_type.h>

#include <utility>

#include "cli/backup/checkpoint_maker.h"
#include "cli/fetching.h"
#include "cli/hook_poster.h"
#include "cli/hook_secrets.h"
#include "cli/observe.h"
#include "common/clock.h"
#include "common/config_endpoints.h"
#include "common/hash.h"
#include "common/persona.h"
#include "common/status_macros.h"
#include "services/publisher/accounts/account_commands.h"
#include "services/publisher/tokens/tokens_grpc.h"

namespace seaworthy::cli {
namespace {

PublisherService::Options OptionsOf(const Config& config, const PublisherPeers& peers) {
  PublisherService::Options options;
  options.aggregator = peers.aggregator;
  options.ingest = peers.ingest;
  options.reviewer = peers.reviewer;
  options.answered = CountRequests(peers.metrics);
  options.clock = Clock::Real();
  options.web_dir = config.web_dir;
  options.public_url = config.public_url;
  options.api_token = config.api_token;
  options.proxy_header = config.desk.proxy_header;
  options.proxy_addresses = config.desk.proxy_addresses;
  options.proxy_role = config.desk.proxy_role;
  options.api_anonymous_per_minute = config.api.anonymous_per_minute;
  options.api_token_per_minute = config.api.token_per_minute;
  options.mails_per_second = config.mail.per_second;
  options.endpoint = DescribePanel(config);
  options.budget_usd_per_day = config.panel.budget_usd_per_day;
  options.http_address = config.http_address;
  options.http_port = config.http_port;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PublisherHost>> PublisherHost::Open(const Config& config, DataDir& dir,
                                                                   const PublisherPeers& peers, bool site) {
  auto host = std::unique_ptr<PublisherHost>(new PublisherHost);
  host->dir_ = &dir;
  host->http_address_ = config.http_address;
  host->metrics_ = peers.metrics;
  PublisherService::Options options = OptionsOf(config, peers);
  SEAWORTHY_ASSIGN_OR_RETURN(options.personas, LoadPersonas(config.prompts_dir));
  if (site) {
    options.site_only = true;
    options.mail_elsewhere = !config.mail.url.empty();
    options.api_token = RandomHex(32);  // Nobody's.
  } else {
    SEAWORTHY_RETURN_IF_ERROR(host->OpenWriting(config, dir, options));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(host->service_, PublisherService::Create(options));
  return host;
}

absl::Status PublisherHost::OpenWriting(const Config& config, DataDir& dir,
                                        PublisherService::Options& options) {
  if (options.api_token.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(options.api_token, dir.ReadOrMakeApiToken());
    token_from_file_ = true;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(people_, PeopleStore::Open(dir.layout().people));
  options.people = people_.get();
  SEAWORTHY_ASSIGN_OR_RETURN(options.hooks, HooksWithSecrets(config));
  SEAWORTHY_ASSIGN_OR_RETURN(fetcher_, MakeFetcher(config));
  hook_poster_ = std::make_unique<FetchingHookPoster>(fetcher_.get());
  options.hook_poster = hook_poster_.get();
  SEAWORTHY_ASSIGN_OR_RETURN(mail_, OpenMail(config));
  mail_.mailer = CountMails(std::move(mail_.mailer), metrics_);
  options.mailer = mail_.mailer.get();
  options.mail_domain = mail_.domain;
  return absl::OkStatus();
}

PublisherHost::~PublisherHost() { PublisherHost::Stop(); }

absl::Status PublisherHost::Start() {
  SEAWORTHY_RETURN_IF_ERROR(service_->Start());
  return dir_->PublishHttp(http_address_, service_->port());
}

void PublisherHost::Stop() {
  if (service_ != nullptr) service_->Stop();
}

std::unique_ptr<grpc::Service> PublisherHost::NewGrpcService() { return MakeGrpcService(service_.get()); }

std::vector<std::unique_ptr<grpc::Service>> PublisherHost::NewLocalServices() {
  std::vector<std::unique_ptr<grpc::Service>> services;
  if (people_ == nullptr) return services;
  services.push_back(MakeGrpcService(&service_->accounts()));
  services.push_back(MakeGrpcService(&service_->tokens()));
  return services;
}

void PublisherHost::AddStores(CheckpointSources& sources) const { sources.people = people_.get(); }

std::string PublisherHost::AuditHeadText() const { return service_->accounts().head().Text(); }

}  // namespace seaworthy::cli
