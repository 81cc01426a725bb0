#include "services/reviewer/grpc_llm/call_end.h"

#include <grpcpp/support/status_code_enum.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "absl/strings/numbers.h"
#include "google/rpc/retry_info.pb.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kLongestWait = absl::Hours(24);
constexpr size_t kLongestMessage = 1000;

struct CodeRow {
  const char* name;
  LlmOutcome outcome;
  const char* way_out;
};
// In the order of grpc::StatusCode.
constexpr std::array<CodeRow, 17> kCodes = {{
    {"OK", LlmOutcome::kTransport, ""},
    {"CANCELLED", LlmOutcome::kTransport, "the server or its proxy ended the call"},
    {"UNKNOWN", LlmOutcome::kOverloaded, "look into the server's log"},
    {"INVALID_ARGUMENT", LlmOutcome::kRejected,
     "the server refuses this request; check model and parameters"},
    {"DEADLINE_EXCEEDED", LlmOutcome::kTimeout, "raise deadline_seconds or ask a faster model"},
    {"NOT_FOUND", LlmOutcome::kRejected, "check the model's name"},
    {"ALREADY_EXISTS", LlmOutcome::kRejected, "look into the server's log"},
    {"PERMISSION_DENIED", LlmOutcome::kRejected, "the key has no right to this; check key_env or key_file"},
    {"RESOURCE_EXHAUSTED", LlmOutcome::kRateLimited, "fewer requests at once: lower max_in_flight"},
    {"FAILED_PRECONDITION", LlmOutcome::kRejected, "look into the server's log"},
    {"ABORTED", LlmOutcome::kOverloaded, "it can be asked again"},
    {"OUT_OF_RANGE", LlmOutcome::kRejected, "the server refuses this request; check the parameters"},
    {"UNIMPLEMENTED", LlmOutcome::kRejected, "another protocol is served there; check the URL's beginning"},
    {"INTERNAL", LlmOutcome::kOverloaded, "look into the server's log"},
    {"UNAVAILABLE", LlmOutcome::kOverloaded, "check that the server runs and has room"},
    {"DATA_LOSS", LlmOutcome::kTransport, "look into the server's log"},
    {"UNAUTHENTICATED", LlmOutcome::kRejected, "the key is missing or wrong; check key_env or key_file"},
}};

// gRPC gives transport errors the codes that servers use too; only the words
// tell them apart. Words of gRPC C++ 1.51.
constexpr std::string_view kTransportWords[] = {
    "failed to connect", "Socket closed",    "Connection reset",     "Connection refused",
    "Stream removed",    "Broken pipe",      "DNS resolution",       "GOAWAY",
    "Transport closed",  "andshake",         "RST_STREAM",           "Received http2 header",
    "http1.x server",    "larger than max",  "Cancelling all calls", "deserialize",
    "decompress",        "Endpoint closing",
};

struct TritonRow {
  std::string_view words;
  LlmOutcome outcome;
};
// Triton's own words and the vLLM backend's; the first that is found counts.
constexpr TritonRow kTritonErrors[] = {
    {"maximum queue size", LlmOutcome::kOverloaded},
    {"unhealthy", LlmOutcome::kOverloaded},
    {"unavailable", LlmOutcome::kOverloaded},
    {"not ready", LlmOutcome::kOverloaded},
    {"cancelled", LlmOutcome::kTransport},
    {"unknown model", LlmOutcome::kRejected},
    {"not found", LlmOutcome::kRejected},
    {"decoupled transaction policy", LlmOutcome::kRejected},
    {"unexpected inference input", LlmOutcome::kRejected},
    {"inference input", LlmOutcome::kRejected},
    {"maximum context length", LlmOutcome::kRejected},
    {"longer than the maximum", LlmOutcome::kRejected},
    {"max_model_len", LlmOutcome::kRejected},
    {"not supported", LlmOutcome::kRejected},
    {"not allowed", LlmOutcome::kRejected},
    {"invalid", LlmOutcome::kRejected},
};

bool IsTransport(const std::string& message) {
  return std::any_of(std::begin(kTransportWords), std::end(kTransportWords),
                     [&](std::string_view words) { return message.find(words) != std::string::npos; });
}

std::optional<std::string> Trailer(const CallEnd& end, const std::string& key) {
  const auto found = end.trailers.find(key);
  if (found == end.trailers.end()) return std::nullopt;
  return found->second;
}

std::optional<absl::Duration> Number(const std::optional<std::string>& text, absl::Duration unit) {
  double value = 0;
  if (!text || !absl::SimpleAtod(*text, &value) || !(value >= 0) || value > 1e12) return std::nullopt;
  return std::min(value * unit, kLongestWait);
}

std::optional<absl::Duration> FromDetails(const std::optional<std::string>& bytes) {
  google::rpc::Status status;
  if (!bytes || bytes->size() > 8192 || !status.ParseFromString(*bytes)) return std::nullopt;
  for (const auto& detail : status.details()) {
    google::rpc::RetryInfo info;
    if (!detail.Is<google::rpc::RetryInfo>() || !detail.UnpackTo(&info)) continue;
    const auto& delay = info.retry_delay();
    const absl::Duration wait = absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos());
    return std::clamp(wait, absl::ZeroDuration(), kLongestWait);
  }
  return std::nullopt;
}

std::optional<absl::Duration> RetryAfter(const CallEnd& end) {
  if (auto wait = Number(Trailer(end, "retry-after-ms"), absl::Milliseconds(1))) return wait;
  if (auto wait = FromDetails(Trailer(end, "grpc-status-details-bin"))) return wait;
  if (auto wait = Number(Trailer(end, "grpc-retry-pushback-ms"), absl::Milliseconds(1))) return wait;
  return Number(Trailer(end, "retry-after"), absl::Seconds(1));
}

std::optional<LlmOutcome> Told(const CallEnd& end) {
  const std::optional<std::string> word = Trailer(end, "seaworthy-outcome");
  if (!word) return std::nullopt;
  for (const LlmOutcome outcome : {LlmOutcome::kSpendCapped, LlmOutcome::kRefused, LlmOutcome::kRateLimited,
                                   LlmOutcome::kOverloaded, LlmOutcome::kRejected}) {
    if (*word == OutcomeName(outcome)) return outcome;
  }
  return std::nullopt;
}

const CodeRow& Row(int code) {
  const bool known = code >= 0 && code < static_cast<int>(kCodes.size());
  return kCodes.at(known ? code : static_cast<int>(grpc::StatusCode::UNKNOWN));
}

}  // namespace

const char* GrpcCodeName(int code) { return Row(code).name; }

void JudgeFailure(const CallEnd& end, const std::string& where, LlmReply* reply) {
  const CodeRow& row = Row(end.code);
  const bool transport = IsTransport(end.message);
  reply->outcome = Told(end).value_or(transport ? LlmOutcome::kTransport : row.outcome);
  if (end.began && (transport || reply->outcome == LlmOutcome::kTransport ||
                    end.code == static_cast<int>(grpc::StatusCode::UNAVAILABLE))) {
    reply->outcome = LlmOutcome::kCutStream;
  }
  reply->retry_after = RetryAfter(end);
  const std::string_view said = end.message.empty() ? "no message" : std::string_view(end.message);
  const std::string_view way_out =
      transport ? "check address, certificates and what stands between" : std::string_view(row.way_out);
  reply->message = text::Cat(where, ": ", row.name, ": ", said.substr(0, 600), "; ", way_out);
}

LlmOutcome OutcomeOfTritonError(const std::string& error_message) {
  for (const TritonRow& row : kTritonErrors) {
    if (text::ContainsIgnoreCase(error_message, row.words)) return row.outcome;
  }
  return LlmOutcome::kOverloaded;
}

std::string CleanMessage(const std::string& message, const std::string& secret) {
  std::string clean = message;
  for (size_t at = 0; !secret.empty() && (at = clean.find(secret, at)) != std::string::npos;) {
    clean.replace(at, secret.size(), "***");
  }
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (clean.size() > kLongestMessage) clean.resize(kLongestMessage);
  while (!clean.empty() && clean.size() + 3 >= kLongestMessage && !text::IsUtf8(clean)) clean.pop_back();
  if (!text::IsUtf8(clean)) {
    std::replace_if(
        clean.begin(), clean.end(), [](unsigned char c) { return c >= 0x80; }, '?');
  }
  return clean;
}

}  // namespace seaworthy
