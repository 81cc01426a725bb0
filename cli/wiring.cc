#include "cli/wiring.h"

#include <grpcpp/impl/service_type.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "cli/fact_filler.h"
#include "cli/hook_poster.h"
#include "cli/hook_secrets.h"
#include "cli/hook_sources.h"
#include "cli/open_log.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "common/ids.h"
#include "common/persona.h"
#include "common/status_macros.h"
#include "services/publisher/accounts/account_commands.h"
#include "services/publisher/tokens/tokens_grpc.h"

namespace seaworthy::cli {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);

}  // namespace

absl::StatusOr<OpenData> OpenDataFolder(const Config& config) {
  OpenData data;
  SEAWORTHY_ASSIGN_OR_RETURN(data.dir, DataDir::Open(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(OpenedLog opened, OpenLog(config.log, data.dir->layout()));
  data.log = std::move(opened.log);
  data.objects = std::move(opened.objects);
  return data;
}

absl::StatusOr<std::unique_ptr<AggregatorService>> OpenAggregator(const Config& config, EventLog* log,
                                                                  ObjectStore* objects,
                                                                  const std::string& store_dir) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::Persona> personas, LoadPersonas(config.prompts_dir));
  AggregatorService::Options options;
  options.log = log;
  options.objects = objects;
  options.clock = Clock::Real();
  options.store_dir = store_dir;
  options.max_pairs_per_tool = config.max_pairs_per_tool;
  options.four_eyes = config.desk.four_eyes;
  for (const v1::Persona& persona : personas) options.personas.emplace_back(persona.persona_id());
  return AggregatorService::Open(options);
}

absl::StatusOr<Panelists> MakePanelists(const Config& config, ObjectStore* objects) {
  Panelists panelists;
  SEAWORTHY_ASSIGN_OR_RETURN(panelists.personas, LoadPersonas(config.prompts_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(panelists.panel, Panel::Open(config, panelists.personas, ""));
  ReviewerService::Options options;
  options.objects = objects;
  options.clock = Clock::Real();
  options.seeker = &panelists.panel->seeker();
  options.personas = panelists.personas;
  panelists.reviewer = std::make_unique<ReviewerService>(std::move(options));
  return panelists;
}

absl::StatusOr<std::unique_ptr<Program>> Program::Start(const Config& config) {
  auto program = std::unique_ptr<Program>(new Program);
  SEAWORTHY_ASSIGN_OR_RETURN(program->data_, OpenDataFolder(config));
  SEAWORTHY_RETURN_IF_ERROR(program->OpenServices(config));
  SEAWORTHY_RETURN_IF_ERROR(program->OpenWatcher(config));
  SEAWORTHY_RETURN_IF_ERROR(program->ServeInProcess());
  SEAWORTHY_RETURN_IF_ERROR(program->OpenPublisher(config));
  SEAWORTHY_RETURN_IF_ERROR(program->StartWorkers());
  SEAWORTHY_RETURN_IF_ERROR(program->publisher_->Start());
  SEAWORTHY_RETURN_IF_ERROR(program->ServeOnSocket());
  return program;
}

absl::Status Program::OpenServices(const Config& config) {
  SEAWORTHY_ASSIGN_OR_RETURN(personas_, LoadPersonas(config.prompts_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(panel_, Panel::Open(config, personas_, layout().dir));
  SEAWORTHY_ASSIGN_OR_RETURN(aggregator_,
                             OpenAggregator(config, data_.log.get(), data_.objects.get(), layout().store));
  SEAWORTHY_ASSIGN_OR_RETURN(filler_, OpenFactFiller(config, panel_->budget(), panel_->prices()));
  ingest_ = std::make_unique<IngestService>(IngestService::Options{.log = data_.log.get(),
                                                                   .objects = data_.objects.get(),
                                                                   .clock = Clock::Real(),
                                                                   .workers = config.ingest_workers,
                                                                   .filler = filler_.get()});
  ReviewerService::Options options;
  options.log = data_.log.get();
  options.objects = data_.objects.get();
  options.clock = Clock::Real();
  options.seeker = &panel_->seeker();
  options.personas = personas_;
  options.max_in_flight = panel_->max_in_flight();
  reviewer_ = std::make_unique<ReviewerService>(std::move(options));
  return absl::OkStatus();
}

absl::Status Program::OpenWatcher(const Config& config) {
  EndpointConfig token;
  token.name = "github_token";
  token.key_env = config.github_token_env;
  token.key_file = config.github_token_file;
  Watcher::Options options;
  SEAWORTHY_ASSIGN_OR_RETURN(options.github_token, ReadKey(token));
  for (const std::string& host : config.allowed_private_hosts) {
    SEAWORTHY_RETURN_IF_ERROR(CheckAllowedPrivateHost(host));
  }
  fetcher_ = NewSafeFetcher({.user_agent = UserAgent(config.fetch_contact),
                             .allowed_private_hosts = config.allowed_private_hosts,
                             .ca_file = config.fetch_ca_file,
                             .clock = Clock::Real()});
  options.log = data_.log.get();
  options.clock = Clock::Real();
  options.fetcher = fetcher_.get();
  options.submit = [this](const v1::SubmitAnnouncementRequest& request) {
    return ingest_->SubmitAnnouncement(request);
  };
  options.extract = [this](const v1::ExtractAnnouncementRequest& request) {
    return ingest_->ExtractAnnouncement(request);
  };
  options.dir = layout().watch;
  options.public_url = config.public_url;
  options.limits.first = static_cast<size_t>(config.watch_first_entries);
  options.workers = config.watch_workers;
  options.host_spacing = absl::Seconds(config.watch_host_seconds);
  options.polling = config.watch;
  SEAWORTHY_ASSIGN_OR_RETURN(watcher_, Watcher::Open(std::move(options)));
  return absl::OkStatus();
}

absl::Status Program::ServeInProcess() {
  inner_services_.push_back(MakeGrpcService(aggregator_.get()));
  inner_services_.push_back(MakeGrpcService(ingest_.get(), watcher_.get()));
  inner_services_.push_back(MakeGrpcService(reviewer_.get()));
  for (const auto& service : inner_services_) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto server, GrpcServer::Start({}, {service.get()}));
    inner_servers_.push_back(std::move(server));
  }
  aggregator_client_ = NewAggregatorClient(inner_servers_[0]->InProcessChannel());
  ingest_client_ = NewIngestClient(inner_servers_[1]->InProcessChannel());
  reviewer_client_ = NewReviewerClient(inner_servers_[2]->InProcessChannel());
  return absl::OkStatus();
}

absl::Status Program::OpenPublisher(Config config) {
  if (config.api_token.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(config.api_token, data_.dir->ReadOrMakeApiToken());
    token_from_file_ = true;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(people_, PeopleStore::Open(layout().people));
  PublisherService::Options options;
  options.people = people_.get();
  options.aggregator = aggregator_client_.get();
  options.ingest = ingest_client_.get();
  options.reviewer = reviewer_client_.get();
  options.clock = Clock::Real();
  options.personas = personas_;
  options.web_dir = config.web_dir;
  options.public_url = config.public_url;
  options.api_token = config.api_token;
  options.proxy_header = config.desk.proxy_header;
  options.proxy_addresses = config.desk.proxy_addresses;
  options.proxy_role = config.desk.proxy_role;
  SEAWORTHY_ASSIGN_OR_RETURN(hooks_, HooksWithSecrets(config));
  options.hooks = hooks_;
  hook_poster_ = std::make_unique<FetchingHookPoster>(fetcher_.get());
  options.hook_poster = hook_poster_.get();
  options.api_anonymous_per_minute = config.api.anonymous_per_minute;
  options.api_token_per_minute = config.api.token_per_minute;
  SEAWORTHY_ASSIGN_OR_RETURN(mail_, OpenMail(config));
  options.mailer = mail_.mailer.get();
  options.mail_domain = mail_.domain;
  options.mails_per_second = config.mail.per_second;
  options.endpoint = DescribePanel(config);
  options.budget_usd_per_day = config.panel.budget_usd_per_day;
  options.http_address = config.http_address;
  options.http_port = config.http_port;
  SEAWORTHY_ASSIGN_OR_RETURN(publisher_, PublisherService::Create(options));
  return absl::OkStatus();
}

absl::Status Program::StartWorkers() {
  SEAWORTHY_RETURN_IF_ERROR(aggregator_->Start());
  SEAWORTHY_RETURN_IF_ERROR(ingest_->Start());
  SEAWORTHY_RETURN_IF_ERROR(watcher_->Start());
  SEAWORTHY_RETURN_IF_ERROR(ShowHooksAsSources(hooks_, *watcher_));
  return reviewer_->Start();
}

absl::Status Program::ServeOnSocket() {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string address, data_.dir->SocketAddress());
  socket_services_.push_back(MakeGrpcService(aggregator_.get()));
  socket_services_.push_back(MakeGrpcService(ingest_.get(), watcher_.get()));
  socket_services_.push_back(MakeGrpcService(reviewer_.get()));
  socket_services_.push_back(MakeGrpcService(publisher_.get()));
  // Whoever may enter the socket's folder may read the data folder too.
  socket_services_.push_back(MakeGrpcService(&publisher_->accounts()));
  socket_services_.push_back(MakeGrpcService(&publisher_->tokens()));
  std::vector<grpc::Service*> services;
  for (const auto& service : socket_services_) services.push_back(service.get());
  SEAWORTHY_ASSIGN_OR_RETURN(socket_server_, GrpcServer::Start({.addresses = {address}}, services));
  return data_.dir->PublishAddress(address);
}

std::string Program::AuditHeadText() const { return publisher_->accounts().head().Text(); }

Program::~Program() { Stop(); }

void Program::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (data_.dir != nullptr) data_.dir->WithdrawAddress();
  if (publisher_ != nullptr) publisher_->Stop();
  if (socket_server_ != nullptr) socket_server_->Stop(kGrace);
  for (const auto& server : inner_servers_) server->Stop(kGrace);
  if (watcher_ != nullptr) watcher_->Stop();
  if (filler_ != nullptr) filler_->Stop();
  if (ingest_ != nullptr) ingest_->Stop();
  if (panel_ != nullptr) panel_->seeker().Stop();
  if (reviewer_ != nullptr) reviewer_->Stop();
  if (aggregator_ != nullptr) aggregator_->Stop();
  if (data_.log != nullptr) data_.log->Close();
}

}  // namespace seaworthy::cli
