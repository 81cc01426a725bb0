#include "common/service_tls.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/grpc_server.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

namespace tls = grpc::experimental;

// Takes a server for what its certificate says, whatever its address: names of
// hosts are given by others. OpenSSL has checked the chain before.
class PeerNameVerifier : public tls::ExternalCertificateVerifier {
 public:
  explicit PeerNameVerifier(std::string uri) : uri_(std::move(uri)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)> callback,
              grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> names = request->uri_names();
    if (std::find(names.begin(), names.end(), grpc::string_ref(uri_)) == names.end()) {
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                  absl::StrCat("the certificate of the server is not that of ", uri_));
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* request) override {}

 private:
  const std::string uri_;
};

// Decides on each call by the one URI of the client's certificate.
class AllowListProcessor : public grpc::AuthMetadataProcessor {
 public:
  explicit AllowListProcessor(const AllowList& allowed) {
    for (const auto& [name, paths] : allowed) allowed_[IdentityUri(name)] = paths;
  }
  // Waits for nothing, so needs no thread of its own.
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    const auto path = metadata.find(":path");
    const std::vector<grpc::string_ref> names =
        context->FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
    if (path == metadata.end() || names.size() != 1) return Denied("a client without a name");
    const std::string name(names[0].data(), names[0].size());
    const std::string method(path->second.data(), path->second.size());
    const auto caller = allowed_.find(name);
    if (caller != allowed_.end() && caller->second.count(method) > 0) return grpc::Status::OK;
    return Denied(name);
  }

 private:
  static grpc::Status Denied(const std::string& who) {
    return {grpc::StatusCode::PERMISSION_DENIED,
            absl::StrCat(who, " may not call this; docs/services.md has the list")};
  }

  AllowList allowed_;  // By URI; constant after construction.
};

class FileTls : public ServiceTls {
 public:
  FileTls(const TlsFiles& files, CertificateFacts facts, absl::Duration refresh)
      : facts_(std::move(facts)),
        provider_(std::make_shared<tls::FileWatcherCertificateProvider>(
            files.key_file, files.certificate_file, files.ca_file,
            static_cast<unsigned>(absl::ToInt64Seconds(std::max(refresh, absl::Seconds(1)))))) {}

  const CertificateFacts& facts() const override { return facts_; }

  std::shared_ptr<grpc::ServerCredentials> ForServer(const AllowList& allowed) const override {
    tls::TlsServerCredentialsOptions options(provider_);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    auto credentials = tls::TlsServerCredentials(options);
    credentials->SetAuthMetadataProcessor(std::make_shared<AllowListProcessor>(allowed));
    return credentials;
  }

  std::shared_ptr<grpc::ChannelCredentials> ForPeer(const std::string& name) const override {
    tls::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(provider_);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_certificate_verifier(
        tls::ExternalCertificateVerifier::Create<PeerNameVerifier>(IdentityUri(name)));
    options.set_check_call_host(false);
    return tls::TlsCredentials(options);
  }

 private:
  const CertificateFacts facts_;
  const std::shared_ptr<tls::FileWatcherCertificateProvider> provider_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ServiceTls>> ServiceTls::Load(const TlsFiles& files, absl::Duration refresh) {
  SEAWORTHY_ASSIGN_OR_RETURN(CertificateFacts facts, CheckTlsFiles(files, absl::Now()));
  return std::make_unique<FileTls>(files, std::move(facts), refresh);
}

std::shared_ptr<grpc::Channel> ServiceTls::Connect(const std::string& address,
                                                   const std::string& name) const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxRpcBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kRpcKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  // gRPC complains in the log where this is not among the certificate's names of
  // hosts; what counts is the URI.
  arguments.SetSslTargetNameOverride(name);
  // What one channel does not share with another of the same address.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, ForPeer(name), arguments);
}

}  // namespace seaworthy
