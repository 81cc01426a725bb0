// An aggregator in a process of its own, for the leader tests to stop and kill.
// Usage: aggregator_leader_child URL STORE INSTANCE TTL_MS
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "common/lease_keeper.h"
#include "common/nats/nats_shared_table.h"
#include "services/aggregator/aggregator_service.h"

namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  spdlog::set_level(spdlog::level::off);  // Standard output is for the test.
  seaworthy::NatsEventLogOptions nats;
  nats.link.url = argv[1];
  nats.instance = argv[3];
  const auto log = seaworthy::OpenNatsEventLog(nats);
  if (!log.ok()) return Fail(log.status());
  const auto leases = seaworthy::OpenNatsLeases(nats);
  if (!leases.ok()) return Fail(leases.status());
  seaworthy::AggregatorService::Options options;
  options.log = log->get();
  options.clock = seaworthy::Clock::Real();
  options.store_dir = argv[2];
  options.personas = {seaworthy::PersonaId("dx"), seaworthy::PersonaId("business")};
  options.max_pairs_per_tool = 2;
  options.leases = leases->get();
  options.lease_ttl = absl::Milliseconds(std::atoi(argv[4]));
  const auto service = seaworthy::AggregatorService::Open(options);
  if (!service.ok()) return Fail(service.status());
  if (const absl::Status started = (*service)->Start(); !started.ok()) return Fail(started);
  std::puts("started");
  std::fflush(stdout);
  seaworthy::SteadyWait wait;
  while (true) wait.WaitFor(absl::Hours(1));
}
