#include "cli/server_connection.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"

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

absl::StatusOr<ServerConnection> ConnectToServer(const std::string& data_dir) {
  const DataLayout layout(data_dir);
  const absl::StatusOr<std::string> text = ReadWholeFile(layout.address, kMaxAddressBytes);
  if (!text.ok()) return NoServer(layout, "none has written run/address");
  ServerConnection server;
  server.address = std::string(absl::StripAsciiWhitespace(*text));
  const auto channel = ConnectTo(server.address);
  server.ingest = NewIngestClient(channel);
  server.reviewer = NewReviewerClient(channel);
  server.aggregator = NewAggregatorClient(channel);
  server.publisher = NewPublisherClient(channel);
  const auto status = server.aggregator->GetStatus({}, absl::Seconds(5));
  if (!status.ok()) return NoServer(layout, std::string(status.status().message()));
  return server;
}

}  // namespace seaworthy::cli
