#include "services/reviewer/grpc_llm/grpc_channel.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRoots = 4 << 20;

absl::StatusOr<std::string> ReadRoots(const EndpointConfig& config) {
  std::ifstream file(config.ca_file, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(text::Cat("endpoint `", config.name, "`: ca_file `", config.ca_file,
                                         "` cannot be read; name a PEM file of root certificates"));
  }
  std::string pem(kMaxRoots, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<size_t>(file.gcount()));
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return absl::InvalidArgumentError(
        text::Cat("endpoint `", config.name, "`: ca_file `", config.ca_file,
                  "` holds no PEM certificate (`-----BEGIN CERTIFICATE-----`)"));
  }
  return pem;
}

grpc::ChannelArguments Arguments(const EndpointConfig& config) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxGrpcAnswer);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Endpoints do not share connections, nor each other's backing off.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 64 << 10);
  // gRPC reads how long a connection may take to come about from this one.
  const auto connect =
      static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(config.connect_timeout), 100, 600'000));
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, connect);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  return arguments;
}

// gRPC 1.51 ends the threads behind its callbacks with the last channel that
// uses them, and now and then aborts in doing so (`ref_counted.h: prior > 0`
// on a `nexting_thread`). A channel that leads nowhere and never goes keeps
// them.
void KeepCallbackThreads() {
  struct Nowhere {
    std::shared_ptr<grpc::Channel> channel =
        grpc::CreateChannel("unix:/nonexistent", grpc::InsecureChannelCredentials());
    grpc::GenericStub stub{channel};
    grpc::ClientContext context;
    grpc::Slice nothing;
    grpc::ByteBuffer request{&nothing, 1};
    grpc::ByteBuffer response;
  };
  static Nowhere* const nowhere = [] {
    auto* made = new Nowhere;
    made->context.set_deadline(std::chrono::system_clock::now());
    made->stub.UnaryCall(&made->context, "/none/None", grpc::StubOptions(), &made->request, &made->response,
                         [](const grpc::Status&) {});
    return made;
  }();
  (void)nowhere;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeGrpcChannel(const EndpointConfig& config,
                                                               const GrpcAddress& address) {
  KeepCallbackThreads();
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (address.tls) {
    grpc::SslCredentialsOptions options;
    if (!config.ca_file.empty()) {
      auto roots = ReadRoots(config);
      if (!roots.ok()) return roots.status();
      options.pem_root_certs = *std::move(roots);
    }
    credentials = grpc::SslCredentials(options);
  }
  return grpc::CreateCustomChannel(address.target, credentials, Arguments(config));
}

void PrepareContext(absl::Duration deadline, const std::string& key, grpc::ClientContext* context) {
  const absl::Duration bounded = std::clamp(deadline, absl::ZeroDuration(), absl::Hours(24));
  context->set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(bounded));
  if (!key.empty()) context->AddMetadata("authorization", "Bearer " + key);
}

}  // namespace seaworthy
