// `seaworthy-aggregator`.
#include <memory>
#include <utility>

#include "cli/hosts/aggregator_host.h"
#include "cli/hosts/service_main.h"
#include "common/service_access.h"

int main(int argc, char** argv) {
  namespace cli = seaworthy::cli;
  cli::LogService service;
  service.main.name = seaworthy::kAggregatorName;
  service.main.about = "Seaworthy: owns the state, a view of the log, and answers for it";
  service.main.footer =
      "Example:\n  seaworthy-aggregator --config /etc/seaworthy.toml --data /var/lib/seaworthy/aggregator";
  service.address = &seaworthy::ServicesConfig::aggregator;
  service.open = cli::AggregatorHost::Open;
  return cli::RunLogServiceMain(argc, argv, std::move(service));
}
