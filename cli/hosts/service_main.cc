#include "cli/hosts/service_main.h"

#include <grpcpp/impl/service_type.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/observe.h"
#include "cli/process.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

absl::Status Run(const ServiceMain& service, const Context& context) {
  CatchStopSignals();
  umask(077);
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  SEAWORTHY_RETURN_IF_ERROR(service.set_flags(config));
  SEAWORTHY_ASSIGN_OR_RETURN(config, ResolveConfig(std::move(config)));
  SEAWORTHY_RETURN_IF_ERROR(StartLog(config, "seaworthy-" + service.name));
  AllowManyFiles();
  const StopSignal stop;
  SEAWORTHY_RETURN_IF_ERROR(service.run(config, stop));
  spdlog::info("stopped");
  return absl::OkStatus();
}

}  // namespace

int RunServiceMain(int argc, char** argv, const ServiceMain& service) {
  const std::string program = "seaworthy-" + service.name;
  CLI::App app(service.about, program);
  Context context;
  app.set_version_flag("--version", program + " " SEAWORTHY_VERSION);
  AddDataFlag(app, context);
  AddConfigFlags(app, context);
  service.add_flags(app);
  app.footer(absl::StrCat(service.footer, "\nStop it with Ctrl-C or SIGTERM; a second one ends it at once.\n",
                          "docs/services.md tells the rest. ", kExitCodeHelp));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return Finish(Run(service, context));
}

absl::StatusOr<std::unique_ptr<ServiceTls>> LoadTls(const Config& config, const std::string& name) {
  const ServicesConfig& services = config.services;
  if (services.ca_file.empty()) {
    return absl::FailedPreconditionError(
        "[services] has no `ca_file`, `certificate_file` and `key_file`: separate services talk over mutual "
        "TLS only; scripts/make_certificates.sh makes files to try, docs/services.md says what they hold");
  }
  SEAWORTHY_ASSIGN_OR_RETURN(
      auto tls, ServiceTls::Load({services.ca_file, services.certificate_file, services.key_file}));
  if (tls->facts().name != name) {
    return absl::FailedPreconditionError(absl::StrCat(
        "[services] certificate_file: ", services.certificate_file, ": is the certificate of `",
        tls->facts().name, "`, and this is `", name, "`; give each service its own (docs/services.md)"));
  }
  spdlog::info("certificate of {} is valid until {}", IdentityUri(name),
               absl::FormatTime("%Y-%m-%d", tls->facts().not_after, absl::UTCTimeZone()));
  return tls;
}

absl::StatusOr<std::unique_ptr<FolderSocket>> FolderSocket::Open(DataDir& dir, ServiceHost& host,
                                                                 const Health& health) {
  auto socket = std::unique_ptr<FolderSocket>(new FolderSocket(dir));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string address, dir.SocketAddress());
  socket->services_ = host.NewLocalServices();
  socket->services_.push_back(host.NewGrpcService());
  CheckpointSources stores{.data_dir = dir.layout().dir};
  host.AddStores(stores);
  socket->checkpoints_ = std::make_unique<CheckpointMaker>(std::move(stores));
  socket->services_.push_back(MakeGrpcService(socket->checkpoints_.get()));
  std::vector<grpc::Service*> services;
  for (const auto& service : socket->services_) services.push_back(service.get());
  SEAWORTHY_ASSIGN_OR_RETURN(
      socket->server_,
      GrpcServer::Start({.addresses = {address}, .ready = [&health] { return health.Ready().ok; }},
                        services));
  SEAWORTHY_RETURN_IF_ERROR(dir.PublishAddress(address));
  return socket;
}

FolderSocket::FolderSocket(DataDir& dir) : dir_(dir) {}

FolderSocket::~FolderSocket() {
  dir_.WithdrawAddress();
  if (server_ != nullptr) server_->Stop(kStopGrace);
}

}  // namespace seaworthy::cli
