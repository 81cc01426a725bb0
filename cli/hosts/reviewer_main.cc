// `seaworthy-reviewer`.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/hosts/reviewer_host.h"
#include "cli/hosts/service_main.h"
#include "common/service_access.h"

namespace seaworthy::cli {
namespace {

int Main(int argc, char** argv) {
  std::vector<std::string> personas;
  LogService service;
  service.main.name = kReviewerName;
  service.main.about = "Seaworthy: asks models for verdicts, one lane a persona";
  service.main.footer =
      "Examples:\n"
      "  seaworthy-reviewer --config /etc/seaworthy.toml --data /var/lib/seaworthy/reviewer\n"
      "  seaworthy-reviewer --config /etc/seaworthy.toml --data r2 --personas dx --listen 127.0.0.1:9412";
  service.main.add_flags = [&personas](CLI::App& app) {
    app.add_option("--personas", personas, "Answer for these only, joined by commas (default: all)")
        ->delimiter(',')
        ->type_name("IDS");
  };
  service.main.set_flags = [&personas](Config& config) {
    if (!personas.empty()) config.services.personas = personas;
    return absl::OkStatus();
  };
  service.address = &ServicesConfig::reviewer;
  service.open = [](const Config& config,
                    const OpenData& data) -> absl::StatusOr<std::unique_ptr<ServiceHost>> {
    return ReviewerHost::Open(config, data, config.services.personas);
  };
  return RunLogServiceMain(argc, argv, std::move(service));
}

}  // namespace
}  // namespace seaworthy::cli

int main(int argc, char** argv) { return seaworthy::cli::Main(argc, argv); }
