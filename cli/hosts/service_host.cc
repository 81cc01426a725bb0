#include "cli/hosts/service_host.h"

#include <grpcpp/impl/service_type.h>

namespace seaworthy::cli {

void ServiceHost::Observe(Telemetry& telemetry) {}

std::vector<std::unique_ptr<grpc::Service>> ServiceHost::NewLocalServices() { return {}; }

void ServiceHost::AddStores(CheckpointSources&) const {}

}  // namespace seaworthy::cli
