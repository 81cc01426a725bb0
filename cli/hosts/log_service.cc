// A service that follows the log, in a process of its own.
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/hosts/service_main.h"
#include "cli/hosts/waiting.h"
#include "cli/observe.h"
#include "cli/open_log.h"
#include "common/nats/nats_event_log.h"
#include "common/service_access.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

// No wait of a try takes longer, so that a signal is obeyed, and whoever waits
// for an answer (kRpcDeadline) learns that it was the log.
constexpr absl::Duration kLogTimeout = absl::Seconds(5);
constexpr absl::Duration kPause = absl::Seconds(1);

// Whether another try may help.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Status RefuseEmbeddedLog(const Config& config, const std::string& name) {
  if (config.log.kind == "nats") return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "[log] kind is \"", config.log.kind, "\": that log has one process only, and seaworthy-", name,
      " shares it with others; set [log] kind = \"nats\" and url, or run everything with "
      "`seaworthy up`. `seaworthy log copy` takes a log along"));
}

// The process' log, objects and service. Destroyed from the last to the first.
struct Running {
  OpenData data;
  std::unique_ptr<ServiceHost> host;
};

void Stop(Running& running) {
  if (running.host != nullptr) running.host->Stop();
  if (running.data.log != nullptr) running.data.log->Close();
}

absl::Status TryToStart(const Config& config, const LogService& service, Running& running) {
  SEAWORTHY_ASSIGN_OR_RETURN(NatsEventLogOptions options,
                             NatsOptionsOf(config.log, running.data.dir->layout()));
  options.open_timeout = kLogTimeout;
  options.commit_timeout = kLogTimeout;
  SEAWORTHY_ASSIGN_OR_RETURN(running.data.log, OpenNatsEventLog(options));
  SEAWORTHY_ASSIGN_OR_RETURN(running.data.objects, OpenNatsObjectStore(options));
  SEAWORTHY_ASSIGN_OR_RETURN(running.host, service.open(config, running.data));
  return running.host->Start();
}

// Nothing where the signal came first.
absl::Status StartOrWait(const Config& config, const LogService& service, const StopSignal& stop,
                         Running& running) {
  Waiting waiting(absl::StrCat("the log at ", config.log.url));
  do {
    const absl::Status started = TryToStart(config, service, running);
    if (started.ok()) {
      waiting.Over();
      return started;
    }
    Stop(running);
    running.host = nullptr;
    running.data.objects = nullptr;
    running.data.log = nullptr;
    if (!MayPass(started)) return started;
    waiting.Say(started);
  } while (!stop.WaitFor(kPause));
  return absl::CancelledError("stopped before the log was there");
}

absl::Status ServeUntilStopped(const std::string& name, const std::string& listen, const ServiceTls& tls,
                               Running& running, const StopSignal& stop, Telemetry& telemetry) {
  const std::unique_ptr<grpc::Service> grpc_service = running.host->NewGrpcService();
  const Health& health = telemetry.health();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto server,
                             GrpcServer::Start({.addresses = {listen},
                                                .credentials = tls.ForServer(AllowedCallers(name)),
                                                .ready = [&health] { return health.Ready().ok; }},
                                               {grpc_service.get()}));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto socket, FolderSocket::Open(*running.data.dir, *running.host, health));
  telemetry.SetStarted();
  spdlog::info("{} is ready: gRPC on {}, data in {}", name, listen, running.data.dir->layout().dir);
  const int signal = stop.Wait();
  spdlog::info("stopping on signal {}", signal);
  server->Stop(kStopGrace);
  return absl::OkStatus();
}

absl::Status Run(const LogService& service, const Config& config, const StopSignal& stop) {
  const std::string& name = service.main.name;
  SEAWORTHY_RETURN_IF_ERROR(RefuseEmbeddedLog(config, name));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tls, LoadTls(config, name));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto telemetry, StartTelemetry(config, "seaworthy-" + name));
  Running running;
  running.data.metrics = telemetry->counted();
  SEAWORTHY_ASSIGN_OR_RETURN(running.data.dir, DataDir::Open(config.data_dir));
  absl::Status status = StartOrWait(config, service, stop, running);
  if (absl::IsCancelled(status)) return absl::OkStatus();
  if (status.ok()) {
    telemetry->LookAt(running.data.log.get());
    running.host->Observe(*telemetry);
    const ServicesConfig& services = config.services;
    const std::string& listen = services.listen.empty() ? services.*service.address : services.listen;
    status = ServeUntilStopped(name, listen, *tls, running, stop, *telemetry);
  }
  telemetry->Stop();
  Stop(running);
  return status;
}

}  // namespace

int RunLogServiceMain(int argc, char** argv, LogService service) {
  std::string listen;
  ServiceMain& main = service.main;
  main.add_flags = [&listen, own = std::move(main.add_flags)](CLI::App& app) {
    app.add_option("--listen", listen, "Where to answer the other services (default: where they look for it)")
        ->type_name("HOST:PORT");
    if (own) own(app);
  };
  main.set_flags = [&listen, own = std::move(main.set_flags)](Config& config) {
    if (!listen.empty()) config.services.listen = listen;
    return own ? own(config) : absl::OkStatus();
  };
  main.run = [&service](const Config& config, const StopSignal& stop) { return Run(service, config, stop); };
  return RunServiceMain(argc, argv, main);
}

}  // namespace seaworthy::cli
