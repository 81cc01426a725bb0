// `seaworthy-publisher`.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cli/hosts/peers.h"
#include "cli/hosts/publisher_host.h"
#include "cli/hosts/service_main.h"
#include "cli/observe.h"
#include "cli/port_probe.h"
#include "cli/ready.h"
#include "common/service_access.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

struct Flags {
  std::optional<int> port;
  std::string role;
  std::string token;
  std::string desk_link_file;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--role", flags.role, "`all`, or `site` for a replica that only reads (default: all)")
      ->check(CLI::IsMember({"all", "site"}));
  app.add_option("--port", flags.port, "Port for site, desk and API (default: 8080; 0 for any free one)")
      ->check(CLI::Range(0, 65535))
      ->type_name("N");
  app.add_option("--token", flags.token, "API token (default: made and kept in DATA/api-token)")
      ->envname("SEAWORTHY_TOKEN")
      ->type_name("TOKEN");
  app.add_option("--desk-link-file", flags.desk_link_file,
                 "Write the desk's sign-in link to this file (mode 0600) instead of printing it")
      ->type_name("FILE");
}

absl::Status SetFlags(const Flags& flags, Config& config) {
  if (flags.port.has_value()) config.http_port = *flags.port;
  if (!flags.role.empty()) config.services.publisher_role = flags.role;
  if (!flags.token.empty()) config.api_token = flags.token;
  if (!flags.desk_link_file.empty()) config.desk_link_file = flags.desk_link_file;
  if (config.http_port != 0) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(config.http_port, FindFreePort(config.http_address));
  return absl::OkStatus();
}

absl::Status Run(const Config& config, const StopSignal& stop) {
  const bool site = config.services.publisher_role == "site";
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tls, LoadTls(config, site ? kSiteName : kPublisherName));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::unique_ptr<DataDir> dir, DataDir::Open(config.data_dir));
  const Peers peers(config.services, *tls, site);
  PublisherPeers clients = peers.clients();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto telemetry,
                             StartTelemetry(config, site ? "seaworthy-site" : "seaworthy-publisher"));
  clients.metrics = telemetry->counted();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto host, PublisherHost::Open(config, *dir, clients, site));
  telemetry->health().AddReadiness("aggregator", [&clients] {
    // Both roles may ask for it, and their pages are made of it.
    v1::ListPublishedChangesRequest request;
    request.set_page_size(1);
    return clients.aggregator->ListPublishedChanges(request, absl::Seconds(1)).status();
  });
  SEAWORTHY_RETURN_IF_ERROR(host->Start());
  SEAWORTHY_ASSIGN_OR_RETURN(auto socket, FolderSocket::Open(*dir, *host, telemetry->health()));
  spdlog::info("{} is ready: HTTP on {}:{}, data in {}", site ? kSiteName : kPublisherName,
               config.http_address, host->service().port(), dir->layout().dir);
  if (!site) {
    WarnOfWeakToken(config);
    spdlog::info("audit log at {}", host->AuditHeadText());
    SEAWORTHY_RETURN_IF_ERROR(SayReady(*host, dir->layout(), config));
  }
  telemetry->SetStarted();
  const int signal = stop.Wait();
  spdlog::info("stopping on signal {}", signal);
  telemetry->Stop();
  host->Stop();
  socket = nullptr;
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  return RunServiceMain(
      argc, argv,
      {.name = kPublisherName,
       .about = "Seaworthy: the site, the desk and the API",
       .footer =
           "Examples:\n"
           "  seaworthy-publisher --config /etc/seaworthy.toml --data /var/lib/seaworthy/publisher\n"
           "  seaworthy-publisher --config /etc/seaworthy-site.toml --data site --role site --port 8081",
       .add_flags = [&flags](CLI::App& app) { AddFlags(app, flags); },
       .set_flags = [&flags](Config& config) { return SetFlags(flags, config); },
       .run = Run});
}

}  // namespace
}  // namespace seaworthy::cli

int main(int argc, char** argv) { return seaworthy::cli::Main(argc, argv); }
