#include "common/nats/nats_session.h"

#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr int64_t kConnectMs = 2000;
constexpr int64_t kRequestMs = 5000;
constexpr int64_t kReconnectWaitMs = 100;
constexpr int64_t kReconnectJitterMs = 100;
constexpr int64_t kPingMs = 5000;
constexpr int kPingsOut = 2;

// Why nothing listens, without the library's own words about it.
std::string ConnectTrouble(natsStatus status) {
  if (status == NATS_NO_SERVER) return "nothing answers there";
  return NatsText(status);
}

absl::Status SetFiles(natsOptions* nats, const NatsLinkOptions& options) {
  if (!options.credentials_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(
        NatsError(natsOptions_SetUserCredentialsFromFiles(nats, options.credentials_file.c_str(), nullptr),
                  absl::StrCat("credentials ", options.credentials_file)));
  }
  if (!options.ca_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(NatsError(natsOptions_LoadCATrustedCertificates(nats, options.ca_file.c_str()),
                                        absl::StrCat("roots ", options.ca_file)));
  }
  if (!options.certificate_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(NatsError(
        natsOptions_LoadCertificatesChain(nats, options.certificate_file.c_str(), options.key_file.c_str()),
        absl::StrCat("certificate ", options.certificate_file)));
  }
  return absl::OkStatus();
}

absl::StatusOr<NatsOwned<natsOptions>> MakeOptions(const NatsLinkOptions& options) {
  if (options.url.find('@') != std::string::npos) {
    return absl::InvalidArgumentError(
        "log.url holds a user or password; keep them in a file and name it with log.credentials_file");
  }
  natsOptions* raw = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(NatsError(natsOptions_Create(&raw), "NATS options"));
  NatsOwned<natsOptions> nats(raw);
  std::vector<const char*> servers;
  const std::vector<std::string> urls = absl::StrSplit(options.url, ',', absl::SkipEmpty());
  for (const std::string& url : urls) servers.push_back(url.c_str());
  // The library would take one of its own choice.
  if (servers.empty()) return absl::InvalidArgumentError("log.url names no NATS server");
  for (const natsStatus status : {
           natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size())),
           // It goes by what the server says: a server without TLS would be spoken to in the clear.
           natsOptions_SetSecure(raw, absl::StrContains(options.url, "tls://")),
           natsOptions_SetName(raw, options.client_name.c_str()),
           natsOptions_SetTimeout(raw, kConnectMs),
           natsOptions_SetMaxReconnect(raw, -1),
           natsOptions_SetReconnectWait(raw, kReconnectWaitMs),
           natsOptions_SetReconnectJitter(raw, kReconnectJitterMs, kReconnectJitterMs),
           // Nothing is kept for later: the journal decides anew what is written.
           natsOptions_SetReconnectBufSize(raw, 1),
           natsOptions_SetFailRequestsOnDisconnect(raw, true),
           natsOptions_SetPingInterval(raw, kPingMs),
           natsOptions_SetMaxPingsOut(raw, kPingsOut),
       }) {
    SEAWORTHY_RETURN_IF_ERROR(NatsError(status, "NATS options"));
  }
  SEAWORTHY_RETURN_IF_ERROR(SetFiles(raw, options));
  return nats;
}

}  // namespace

std::string NatsText(natsStatus status) {
  const std::string last(absl::NullSafeStringView(nats_GetLastError(nullptr)));
  const std::string text = natsStatus_GetText(status);
  return last.empty() ? text : absl::StrCat(text, ": ", last);
}

absl::Status NatsError(natsStatus status, const std::string& what) {
  if (status == NATS_OK) return absl::OkStatus();
  const std::string text = absl::StrCat(what, ": ", NatsText(status));
  return status == NATS_NOT_FOUND ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

absl::StatusOr<std::shared_ptr<NatsSession>> NatsSession::Open(const NatsLinkOptions& options,
                                                               absl::Duration timeout) {
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsOwned<natsOptions> nats, MakeOptions(options));
  const SteadyDeadline deadline(timeout);
  natsConnection* raw = nullptr;
  natsStatus status = natsConnection_Connect(&raw, nats.get());
  while (status != NATS_OK && !deadline.Passed()) {
    nats_Sleep(kReconnectWaitMs);
    status = natsConnection_Connect(&raw, nats.get());
  }
  if (status != NATS_OK) {
    return absl::UnavailableError(absl::StrCat("no NATS server at ", options.url, ": ",
                                               ConnectTrouble(status), "; start it, or correct log.url"));
  }
  NatsOwned<natsConnection> connection(raw);
  jsOptions js_options;
  jsOptions_Init(&js_options);
  js_options.Wait = kRequestMs;
  jsCtx* js = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(NatsError(natsConnection_JetStream(&js, raw, &js_options), "JetStream"));
  return std::make_shared<NatsSession>(std::move(connection), NatsOwned<jsCtx>(js));
}

NatsSession::NatsSession(NatsOwned<natsConnection> connection, NatsOwned<jsCtx> js)
    : connection_(std::move(connection)), js_(std::move(js)) {}

uint64_t NatsSession::reconnects() const {
  natsStatistics* raw = nullptr;
  natsStatistics_Create(&raw);  // Null without memory; what follows takes that.
  const NatsOwned<natsStatistics> statistics(raw);
  uint64_t count = 0;
  natsConnection_GetStats(connection_.get(), raw);
  natsStatistics_GetCounts(raw, nullptr, nullptr, nullptr, nullptr, &count);
  return count;
}

std::string HashOfTlsFiles(const NatsLinkOptions& options) {
  std::string all;
  for (const std::string* path : {&options.ca_file, &options.certificate_file, &options.key_file}) {
    if (path->empty()) continue;
    std::ifstream file(*path, std::ios::binary);
    all += Sha256Hex(std::string(std::istreambuf_iterator<char>(file), {}));
  }
  return all;
}

}  // namespace seaworthy
