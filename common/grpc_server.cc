#include "common/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

// Between two questions whether the process is ready.
constexpr absl::Duration kLook = absl::Milliseconds(500);

using ServiceNames = std::shared_ptr<std::vector<std::string>>;

// Tells which services a server has; health checking does not know by itself.
class NameTeller : public grpc::ServerBuilderPlugin {
 public:
  explicit NameTeller(ServiceNames names) : names_(std::move(names)) {}
  std::string name() override { return "service_names"; }
  void InitServer(grpc::ServerInitializer*) override {}
  void Finish(grpc::ServerInitializer* server) override { *names_ = *server->GetServiceList(); }
  void ChangeArguments(const std::string&, void*) override {}

 private:
  const ServiceNames names_;
};

class NameTellerOption : public grpc::ServerBuilderOption {
 public:
  explicit NameTellerOption(ServiceNames names) : names_(std::move(names)) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<NameTeller>(names_));
  }

 private:
  const ServiceNames names_;
};

class RunningGrpcServer : public GrpcServer {
 public:
  RunningGrpcServer(std::unique_ptr<grpc::Server> server, std::vector<int> ports,
                    std::vector<std::string> names, std::function<bool()> ready)
      : server_(std::move(server)),
        ports_(std::move(ports)),
        names_(std::move(names)),
        ready_(std::move(ready)) {
    TellHealth();
    if (ready_ == nullptr) return;
    health_ = std::thread([this] {
      while (!over_.WaitFor(kLook)) TellHealth();
    });
  }
  ~RunningGrpcServer() override { Stop(absl::Seconds(2)); }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxRpcBytes);
    return server_->InProcessChannel(arguments);
  }
  std::vector<int> ports() const override { return ports_; }
  void Stop(absl::Duration grace) override {
    std::call_once(stopped_, [&] {
      over_.Set();
      if (health_.joinable()) health_.join();
      server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
      server_->Wait();
    });
  }

 private:
  // Of every service; the server as a whole serves until it stops.
  void TellHealth() {
    const bool ready = ready_ == nullptr || ready_();
    for (const std::string& name : names_) server_->GetHealthCheckService()->SetServingStatus(name, ready);
  }

  const std::unique_ptr<grpc::Server> server_;
  const std::vector<int> ports_;
  const std::vector<std::string> names_;
  const std::function<bool()> ready_;
  SteadyFlag over_;
  std::thread health_;
  std::once_flag stopped_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options,
                                                              const std::vector<grpc::Service*>& services) {
  static std::once_flag plugins;
  std::call_once(plugins, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("seaworthy");
  quota.SetMaxThreads(options.max_threads + 4);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
  builder.SetMaxReceiveMessageSize(kMaxRpcBytes);
  // Of clients that look after silent connections (ServiceTls::Connect).
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kRpcKeepaliveMs / 2);
  const auto credentials =
      options.credentials != nullptr ? options.credentials : grpc::InsecureServerCredentials();
  std::vector<int> ports(options.addresses.size(), 0);
  for (size_t i = 0; i < options.addresses.size(); ++i) {
    builder.AddListeningPort(options.addresses[i], credentials, &ports[i]);
  }
  for (grpc::Service* service : services) builder.RegisterService(service);
  const auto names = std::make_shared<std::vector<std::string>>();
  builder.SetOption(std::make_unique<NameTellerOption>(names));
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot serve gRPC on ",
                                               absl::StrJoin(options.addresses, ", "),
                                               ": the address is in use or not permitted; stop the other "
                                               "program or choose another address"));
  }
  return std::make_unique<RunningGrpcServer>(std::move(server), std::move(ports), *names, options.ready);
}

}  // namespace seaworthy
