#include "cli/server_connection.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "common/service_access.h"
#include "common/service_tls.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kMaxAddressBytes = 1024;

absl::Status NoServer(const DataLayout& layout, const std::string& reason) {
  return WithExitCode(
      absl::UnavailableError(absl::StrCat("no server answers for the data folder ", layout.dir, " (", reason,
                                          "); start one with `seaworthy up --data ", layout.dir,
                                          "`, or name its folder with --data")),
      kNoServer);
}

}  // namespace

absl::StatusOr<std::string> ServerAddress(const std::string& data_dir) {
  const DataLayout layout(data_dir);
  const absl::StatusOr<std::string> text = ReadWholeFile(layout.address, kMaxAddressBytes);
  if (!text.ok()) return NoServer(layout, "none has written run/address");
  return std::string(absl::StripAsciiWhitespace(*text));
}

absl::StatusOr<ServerConnection> ConnectToServer(const std::string& data_dir) {
  const DataLayout layout(data_dir);
  ServerConnection server;
  SEAWORTHY_ASSIGN_OR_RETURN(server.address, ServerAddress(data_dir));
  const auto channel = ConnectTo(server.address);
  server.ingest = NewIngestClient(channel);
  server.reviewer = NewReviewerClient(channel);
  server.aggregator = NewAggregatorClient(channel);
  server.publisher = NewPublisherClient(channel);
  const auto status = server.aggregator->GetStatus({}, absl::Seconds(5));
  // A service in a process of its own answers for itself only.
  const bool answers = status.ok() || absl::IsUnimplemented(status.status());
  if (!answers) return NoServer(layout, std::string(status.status().message()));
  return server;
}

absl::StatusOr<ServerConnection> ConnectToServices(const Config& config) {
  const ServicesConfig& services = config.services;
  if (services.ca_file.empty()) return ConnectToServer(config.data_dir);
  SEAWORTHY_ASSIGN_OR_RETURN(
      const auto tls, ServiceTls::Load({services.ca_file, services.certificate_file, services.key_file}));
  ServerConnection server;
  server.address = services.aggregator;
  server.ingest = NewIngestClient(tls->Connect(services.ingest, kIngestName));
  server.reviewer = NewReviewerClient(tls->Connect(services.reviewer, kReviewerName));
  server.aggregator = NewAggregatorClient(tls->Connect(services.aggregator, kAggregatorName));
  const auto status = server.aggregator->GetStatus({}, absl::Seconds(5));
  if (status.ok()) return server;
  return WithExitCode(
      absl::UnavailableError(absl::StrCat(
          "the aggregator at ", services.aggregator, " does not answer as ", IdentityUri(tls->facts().name),
          ": ", std::string(status.status().message()), "; docs/services.md says who may ask what")),
      kNoServer);
}

}  // namespace seaworthy::cli
