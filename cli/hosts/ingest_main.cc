// `seaworthy-ingest`.
#include <memory>
#include <utility>

#include "cli/hosts/ingest_host.h"
#include "cli/hosts/service_main.h"
#include "common/service_access.h"

int main(int argc, char** argv) {
  using seaworthy::Config;
  using seaworthy::ServicesConfig;
  namespace cli = seaworthy::cli;
  cli::LogService service;
  service.main.name = seaworthy::kIngestName;
  service.main.about = "Seaworthy: reads announcements and sources, and appends what they tell to the log";
  service.main.footer =
      "Example:\n  seaworthy-ingest --config /etc/seaworthy.toml --data /var/lib/seaworthy/ingest";
  service.address = &ServicesConfig::ingest;
  service.open = [](const Config& config,
                    const cli::OpenData& data) -> absl::StatusOr<std::unique_ptr<cli::ServiceHost>> {
    return cli::IngestHost::Open(config, data);
  };
  return cli::RunLogServiceMain(argc, argv, std::move(service));
}
