// A gRPC server as every service of ours runs one: health checking and
// reflection on, message size and threads bounded.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
class ServerCredentials;
class Service;
}  // namespace grpc

namespace seaworthy {

// A message, at most: a document of 8 MiB, which ingest refuses with its
// reason, and its envelope.
inline constexpr int kMaxRpcBytes = 9 << 20;
// How often a client may ask a silent connection whether it lives.
inline constexpr int kRpcKeepaliveMs = 10'000;

class GrpcServer {
 public:
  struct Options {
    // Where to listen (`unix:/run/x.sock`, `127.0.0.1:0`); may be empty where
    // only in-process channels are used.
    std::vector<std::string> addresses;
    // Threads that serve calls, at most.
    int max_threads = 16;
    // Of all addresses; null: none, for sockets whose folder guards them.
    std::shared_ptr<grpc::ServerCredentials> credentials = nullptr;
    // Whether the services can do their work now, for grpc.health.v1; asked twice a
    // second by a thread of the server's own until it stops. Null: always.
    std::function<bool()> ready = nullptr;
  };

  // Starts serving `services` (not owned; they must outlive the server).
  // Errors: UNAVAILABLE naming the address that cannot be bound.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const Options& options,
                                                           const std::vector<grpc::Service*>& services);
  virtual ~GrpcServer() = default;
  // A channel that needs no socket.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  // Ports bound, in the order of the addresses; 0 for unix sockets.
  virtual std::vector<int> ports() const = 0;
  // Answers what is under way for up to `grace`, then stops. Idempotent.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace seaworthy
