#include "cli/wiring.h"

#include <grpcpp/impl/service_type.h>

#include <utility>

#include "absl/time/time.h"
#include "cli/observe.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<Program>> Program::Start(const Config& config) {
  auto program = std::unique_ptr<Program>(new Program);
  SEAWORTHY_ASSIGN_OR_RETURN(program->telemetry_, StartTelemetry(config, "seaworthy"));
  SEAWORTHY_ASSIGN_OR_RETURN(program->data_, OpenDataFolder(config));
  program->data_.metrics = program->telemetry_->counted();
  SEAWORTHY_RETURN_IF_ERROR(program->OpenServices(config));
  SEAWORTHY_RETURN_IF_ERROR(program->ServeInProcess());
  SEAWORTHY_ASSIGN_OR_RETURN(
      program->publisher_,
      PublisherHost::Open(config, *program->data_.dir,
                          {program->aggregator_client_.get(), program->ingest_client_.get(),
                           program->reviewer_client_.get(), program->data_.metrics}));
  SEAWORTHY_RETURN_IF_ERROR(program->StartServices());
  SEAWORTHY_RETURN_IF_ERROR(program->ServeOnSocket());
  program->telemetry_->SetStarted();
  return program;
}

absl::Status Program::OpenServices(const Config& config) {
  SEAWORTHY_ASSIGN_OR_RETURN(reviewer_, ReviewerHost::Open(config, data_));
  SEAWORTHY_ASSIGN_OR_RETURN(aggregator_, AggregatorHost::Open(config, data_));
  SEAWORTHY_ASSIGN_OR_RETURN(ingest_, IngestHost::Open(config, data_, reviewer_->panel().money()));
  return absl::OkStatus();
}

absl::Status Program::ServeInProcess() {
  inner_services_.push_back(aggregator_->NewGrpcService());
  inner_services_.push_back(ingest_->NewGrpcService());
  inner_services_.push_back(reviewer_->NewGrpcService());
  for (const auto& service : inner_services_) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto server, GrpcServer::Start({}, {service.get()}));
    inner_servers_.push_back(std::move(server));
  }
  aggregator_client_ = NewAggregatorClient(inner_servers_[0]->InProcessChannel());
  ingest_client_ = NewIngestClient(inner_servers_[1]->InProcessChannel());
  reviewer_client_ = NewReviewerClient(inner_servers_[2]->InProcessChannel());
  return absl::OkStatus();
}

absl::Status Program::StartServices() {
  telemetry_->LookAt(data_.log.get());
  reviewer_->Observe(*telemetry_);
  aggregator_->Observe(*telemetry_);
  SEAWORTHY_RETURN_IF_ERROR(aggregator_->Start());
  SEAWORTHY_RETURN_IF_ERROR(ingest_->Start());
  SEAWORTHY_RETURN_IF_ERROR(reviewer_->Start());
  return publisher_->Start();
}

absl::Status Program::ServeOnSocket() {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string address, data_.dir->SocketAddress());
  socket_services_.push_back(aggregator_->NewGrpcService());
  socket_services_.push_back(ingest_->NewGrpcService());
  socket_services_.push_back(reviewer_->NewGrpcService());
  socket_services_.push_back(publisher_->NewGrpcService());
  for (auto& service : aggregator_->NewLocalServices()) socket_services_.push_back(std::move(service));
  for (auto& service : publisher_->NewLocalServices()) socket_services_.push_back(std::move(service));
  CheckpointSources stores{.data_dir = layout().dir};
  aggregator_->AddStores(stores);
  publisher_->AddStores(stores);
  checkpoints_ = std::make_unique<CheckpointMaker>(std::move(stores));
  socket_services_.push_back(MakeGrpcService(checkpoints_.get()));
  std::vector<grpc::Service*> services;
  for (const auto& service : socket_services_) services.push_back(service.get());
  SEAWORTHY_ASSIGN_OR_RETURN(
      socket_server_,
      GrpcServer::Start({.addresses = {address}, .ready = [this] { return telemetry_->health().Ready().ok; }},
                        services));
  return data_.dir->PublishAddress(address);
}

Program::~Program() { Stop(); }

void Program::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (telemetry_ != nullptr) telemetry_->Stop();
  if (data_.dir != nullptr) data_.dir->WithdrawAddress();
  if (publisher_ != nullptr) publisher_->Stop();
  if (socket_server_ != nullptr) socket_server_->Stop(kGrace);
  for (const auto& server : inner_servers_) server->Stop(kGrace);
  if (ingest_ != nullptr) ingest_->Stop();
  if (reviewer_ != nullptr) reviewer_->Stop();
  if (aggregator_ != nullptr) aggregator_->Stop();
  if (data_.log != nullptr) data_.log->Close();
}

}  // namespace seaworthy::cli
