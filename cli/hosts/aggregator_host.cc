#include "cli/hosts/aggregator_host.h"

#include <grpcpp/impl/service_type.h>

#include "absl/strings/str_cat.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/leases.h"
#include "cli/observe.h"
#include "common/clock.h"
#include "common/ids.h"
#include "common/log_mirror.h"
#include "common/persona.h"
#include "common/status_macros.h"
#include "common/telemetry/trace_reader.h"

namespace seaworthy::cli {

absl::StatusOr<std::unique_ptr<AggregatorService>> OpenAggregator(const Config& config, EventLog* log,
                                                                  ObjectStore* objects,
                                                                  const std::string& store_dir,
                                                                  Leases* leases) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::Persona> personas, LoadPersonas(config.prompts_dir));
  AggregatorService::Options options;
  options.log = log;
  options.objects = objects;
  options.clock = Clock::Real();
  options.store_dir = store_dir;
  options.max_pairs_per_tool = config.max_pairs_per_tool;
  options.four_eyes = config.desk.four_eyes;
  options.leases = leases;
  options.log_retention_days = config.log.retention_days;
  for (const v1::Persona& persona : personas) options.personas.emplace_back(persona.persona_id());
  return AggregatorService::Open(options);
}

absl::StatusOr<std::unique_ptr<AggregatorHost>> AggregatorHost::Open(const Config& config,
                                                                     const OpenData& data) {
  auto host = std::unique_ptr<AggregatorHost>(new AggregatorHost(data));
  EventLog* log = data.log.get();
  if (config.log.kind == "nats") {
    const LogMirrorOptions copy{data.dir->layout().log_copy,
                                absl::StrCat("stream ", config.log.stream, " at ", config.log.url)};
    SEAWORTHY_ASSIGN_OR_RETURN(host->mirrored_, OpenMirroredLog(log, copy));
    log = host->mirrored_.get();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(host->leases_, OpenLeases(config.log, data.dir->layout()));
  SEAWORTHY_ASSIGN_OR_RETURN(host->service_, OpenAggregator(config, log, data.objects.get(),
                                                            data.dir->layout().store, host->leases_.get()));
  return host;
}

AggregatorHost::~AggregatorHost() { AggregatorHost::Stop(); }

absl::Status AggregatorHost::Start() { return service_->Start(); }

void AggregatorHost::Stop() {
  if (service_ != nullptr) service_->Stop();
}

std::vector<std::unique_ptr<grpc::Service>> AggregatorHost::NewLocalServices() {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(MakeTelemetryGrpcService(data_.log.get()));
  return services;
}

void AggregatorHost::Observe(Telemetry& telemetry) { cli::Observe(*service_, data_.log.get(), telemetry); }

std::unique_ptr<grpc::Service> AggregatorHost::NewGrpcService() { return MakeGrpcService(service_.get()); }

void AggregatorHost::AddStores(CheckpointSources& sources) const {
  sources.aggregator = service_.get();
  sources.log = data_.log.get();
  sources.objects = data_.objects.get();
  sources.log_copy = mirrored_.get();
}

}  // namespace seaworthy::cli
