#include "common/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace seaworthy {
namespace {

class RunningGrpcServer : public GrpcServer {
 public:
  RunningGrpcServer(std::unique_ptr<grpc::Server> server, std::vector<int> ports)
      : server_(std::move(server)), ports_(std::move(ports)) {}
  ~RunningGrpcServer() override { Stop(absl::Seconds(2)); }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxRpcBytes);
    return server_->InProcessChannel(arguments);
  }
  std::vector<int> ports() const override { return ports_; }
  void Stop(absl::Duration grace) override {
    std::call_once(stopped_, [&] {
      server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
      server_->Wait();
    });
  }

 private:
  const std::unique_ptr<grpc::Server> server_;
  const std::vector<int> ports_;
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
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot serve gRPC on ",
                                               absl::StrJoin(options.addresses, ", "),
                                               ": the address is in use or not permitted; stop the other "
                                               "program or choose another address"));
  }
  return std::make_unique<RunningGrpcServer>(std::move(server), std::move(ports));
}

}  // namespace seaworthy
