// Mutual TLS between services: credentials from files that are read anew when
// they change. docs/services.md says who may be whom.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/service_access.h"
#include "common/service_identity.h"

namespace grpc {
class Channel;
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace seaworthy {

// Immutable and thread-safe. The files are looked at every `refresh`; what is
// connected stays so, later connections use what is there now.
class ServiceTls {
 public:
  // Errors: those of CheckTlsFiles.
  static absl::StatusOr<std::unique_ptr<ServiceTls>> Load(const TlsFiles& files,
                                                          absl::Duration refresh = absl::Seconds(5));
  virtual ~ServiceTls() = default;

  // Our own name, as it was at Load.
  virtual const CertificateFacts& facts() const = 0;
  // For a server: a client without a certificate of the CA does not get in, and
  // one with it calls what is `allowed` to its name; all else ends with
  // PERMISSION_DENIED before anything of ours sees it.
  virtual std::shared_ptr<grpc::ServerCredentials> ForServer(const AllowList& allowed) const = 0;
  // For a channel to the service `name`: whatever the address is, only a
  // certificate of the CA with that name is talked to.
  virtual std::shared_ptr<grpc::ChannelCredentials> ForPeer(const std::string& name) const = 0;
  // A channel to `address` (HOST:PORT), where `name` is expected. It connects
  // when it is first used, and again for ever; a peer that has gone silent is
  // noticed within 15 s.
  std::shared_ptr<grpc::Channel> Connect(const std::string& address, const std::string& name) const;
};

}  // namespace seaworthy
