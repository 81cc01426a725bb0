#include "services/reviewer/llm_endpoint.h"

#include <array>
#include <filesystem>

#include "absl/status/status.h"
#include "services/reviewer/offline/offline_endpoint.h"
#include "services/reviewer/replay_endpoint.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

LlmOutcome OutcomeOf(const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status)) return LlmOutcome::kRejected;
  return absl::IsDeadlineExceeded(status) ? LlmOutcome::kTimeout : LlmOutcome::kTransport;
}

}  // namespace

const char* OutcomeName(LlmOutcome outcome) {
  constexpr std::array<const char*, kLlmOutcomes> kNames = {
      "ok",           "refused",    "truncated", "invalid_json", "schema_violation", "rate_limited",
      "spend_capped", "overloaded", "timeout",   "cut_stream",   "transport",        "rejected"};
  return kNames.at(static_cast<size_t>(outcome));
}

void InstantEndpoint::Start(const LlmCall& call, LlmDone done) {
  auto answer = Complete(*call.request);
  LlmReply reply;
  if (answer.ok()) {
    reply.outcome = LlmOutcome::kOk;
    reply.raw = std::move(answer->raw);
    reply.model = std::move(answer->model);
  } else {
    reply.outcome = OutcomeOf(answer.status());
    reply.message = std::string(answer.status().message());
  }
  done(std::move(reply));
}

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeLlmEndpoint(const std::string& spec) {
  constexpr std::string_view kReplay = "replay:";
  if (spec == "offline") return std::make_unique<OfflineEndpoint>();
  if (spec.starts_with(kReplay)) {
    const std::string dir = spec.substr(kReplay.size());
    std::error_code error;
    if (!dir.empty() && std::filesystem::is_directory(dir, error))
      return std::make_unique<ReplayEndpoint>(dir);
    return absl::InvalidArgumentError(text::Cat(
        "endpoint `", spec, "`: `", dir, "` is no folder; give replay: the folder that holds recordings"));
  }
  return absl::InvalidArgumentError(
      text::Cat("endpoint `", spec, "` is unknown; there are `offline` and `replay:DIR`"));
}

}  // namespace seaworthy
