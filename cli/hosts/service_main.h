// What the programs of single services share: flags, waiting for what is
// missing, mutual TLS, stopping. docs/services.md tells what a user sees.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/backup/checkpoint_maker.h"
#include "cli/data_dir.h"
#include "cli/hosts/service_host.h"
#include "cli/open_data.h"
#include "cli/shutdown.h"
#include "common/config.h"
#include "common/grpc_server.h"
#include "common/service_tls.h"
#include "common/telemetry/health.h"

namespace CLI {
class App;
}

namespace seaworthy::cli {

// What one program is. All its functions are called by the main thread.
struct ServiceMain {
  std::string name;    // `ingest`: the program is `seaworthy-ingest`.
  std::string about;   // One line.
  std::string footer;  // An example.
  // Flags of its own; what they say is set on the configuration afterwards.
  std::function<void(CLI::App& app)> add_flags;
  std::function<absl::Status(Config& config)> set_flags;
  // Runs until the signal; `config` is resolved, logging is on.
  std::function<absl::Status(const Config& config, const StopSignal& stop)> run;
};

// Parses the command line and runs. Returns the exit code.
int RunServiceMain(int argc, char** argv, const ServiceMain& service);

// How long calls under way may take once the program stops.
inline constexpr absl::Duration kStopGrace = absl::Seconds(2);

// A service that follows the log and answers the others.
struct LogService {
  // `run` is made of the rest; the flags get `--listen` besides.
  ServiceMain main;
  // Where the others look for it; it listens there unless told otherwise.
  std::string ServicesConfig::*address = nullptr;
  // Starts nothing.
  std::function<absl::StatusOr<std::unique_ptr<ServiceHost>>(const Config& config, const OpenData& data)>
      open;
};
// Parses the command line, opens log and host, waiting for the log as long as
// it is not there, and serves until the signal. Returns the exit code. An
// embedded log and another's certificate are refused.
int RunLogServiceMain(int argc, char** argv, LogService service);

// The credentials of [services]. Errors: FAILED_PRECONDITION where they are not
// configured, or of another than `name`.
absl::StatusOr<std::unique_ptr<ServiceTls>> LoadTls(const Config& config, const std::string& name);

// Services on the socket in the data folder, for the command line: the host's,
// and backups of its stores. Withdraws its address and stops when destroyed.
class FolderSocket {
 public:
  // All outlive it; `health` says whether the host can do its work.
  static absl::StatusOr<std::unique_ptr<FolderSocket>> Open(DataDir& dir, ServiceHost& host,
                                                            const Health& health);
  ~FolderSocket();

 private:
  explicit FolderSocket(DataDir& dir);
  DataDir& dir_;
  std::unique_ptr<CheckpointMaker> checkpoints_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace seaworthy::cli
