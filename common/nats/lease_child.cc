// The victim of the lease test: wants a lease, and says on standard output
// whenever it gets or loses it. Usage: lease_child URL HOLDER TTL_MS
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "common/lease_keeper.h"
#include "common/nats/nats_shared_table.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  spdlog::set_level(spdlog::level::off);  // Standard output is for the test.
  seaworthy::NatsEventLogOptions options;
  options.link.url = argv[1];
  options.instance = argv[2];
  const auto leases = seaworthy::OpenNatsLeases(options);
  if (!leases.ok()) {
    std::fprintf(stderr, "%s\n", leases.status().ToString().c_str());
    return 1;
  }
  const auto lease = (*leases)->Want({.name = "leader", .ttl = absl::Milliseconds(std::atoi(argv[3]))});
  seaworthy::SteadyWait wait;
  for (bool held = false;; wait.WaitFor(absl::Milliseconds(5))) {
    if (lease->Held() == held) continue;
    held = !held;
    if (write(STDOUT_FILENO, held ? "held\n" : "lost\n", 5) != 5) return 1;
  }
}
