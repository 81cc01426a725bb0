// One service with all it needs, in whatever process it runs: `seaworthy up`
// hosts four of them, `seaworthy-ingest` and its like one each.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"

namespace grpc {
class Service;
}

namespace seaworthy {
class Telemetry;
}

namespace seaworthy::cli {

struct CheckpointSources;

// Made by the Open of its kind, which starts nothing; Start and Stop are called
// by one thread. Stop is idempotent, and the destructor of each kind stops. What
// was acknowledged is durable whenever and however the process ends.
class ServiceHost {
 public:
  virtual ~ServiceHost() = default;

  // Begins to work. Errors name what failed and the way out.
  virtual absl::Status Start() = 0;
  // Finishes what is at hand.
  virtual void Stop() = 0;
  // Adds its numbers and checks, which outlive the telemetry's Stop. After Open.
  virtual void Observe(Telemetry& telemetry);
  // What the other services may call. The host must outlive it.
  virtual std::unique_ptr<grpc::Service> NewGrpcService() = 0;
  // What only the socket in the data folder offers beside that: whoever may
  // enter its folder may read the data folder too.
  virtual std::vector<std::unique_ptr<grpc::Service>> NewLocalServices();
  // Names the stores it has open, for backups; they live as long as the host.
  virtual void AddStores(CheckpointSources& sources) const;
};

}  // namespace seaworthy::cli
