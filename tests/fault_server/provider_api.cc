#include "tests/fault_server/provider_api.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/fault_server/fault_player.h"
#include "tests/fault_server/verdict_writer.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxScripts = 1000;
constexpr size_t kMaxSystems = 1024;
// Providers cache prefixes from about this many tokens on.
constexpr int64_t kCachedFrom = 1024;

// A number in [0, 1) that hangs on seed and count only (splitmix64).
double Fraction(uint64_t seed, uint64_t count) {
  uint64_t z = seed + (count + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1.0p-53;
}

FaultKind FaultOfPrefix(absl::string_view prefix) {
  if (prefix.empty()) return FaultKind::kNone;
  const absl::StatusOr<FaultKind> kind = ParseFault(prefix);
  return kind.ok() && !IsDoorFault(*kind) ? *kind : FaultKind::kNone;
}

}  // namespace

ProviderApi::ProviderApi(ProviderOptions options)
    : options_(std::move(options)),
      batches_(options_.batch_polls, [this](Provider provider, const nlohmann::json& body) {
        return AnswerOfBatch(provider, body);
      }) {
  absl::MutexLock lock(&mutex_);
  common_.script = options_.script;
}

void ProviderApi::SetScript(const std::string& name, FaultScript script) {
  absl::MutexLock lock(&mutex_);
  if (scripts_.size() >= kMaxScripts && !scripts_.contains(name)) scripts_.erase(scripts_.begin());
  scripts_[name] = Played{std::move(script), 0};
}

WireReply ProviderApi::Answer(const HttpRequest& request, FaultCounters* counters) {
  const absl::string_view target = request.target;
  const size_t at = target.find("/v1/");
  if (at == absl::string_view::npos) return Refusal(Provider::kOpenAi, 404, "Unknown request URL.");
  const absl::string_view prefix = absl::StripPrefix(target.substr(0, at), "/");
  const absl::string_view path = target.substr(at);
  const bool anthropic =
      absl::StartsWith(path, "/v1/messages") || !request.Header("anthropic-version").empty();
  const Provider provider = anthropic ? Provider::kAnthropic : Provider::kOpenAi;
  if (!KeyFits(request, provider)) {
    return SizedReply(401, kJsonType,
                      anthropic ? RenderError(provider, "authentication_error", "", "invalid x-api-key")
                                : RenderError(provider, "invalid_request_error", "invalid_api_key",
                                              "Incorrect API key provided."));
  }
  if (path == "/v1/models") return Models(request, provider, prefix);
  if (path == "/v1/chat/completions" || path == "/v1/messages")
    return Chat(request, provider, prefix, counters);
  return batches_.Handle(request, path, absl::StrCat(origin_, target.substr(0, at)));
}

bool ProviderApi::KeyFits(const HttpRequest& request, Provider provider) const {
  if (options_.key.empty()) return true;
  if (provider == Provider::kAnthropic) return request.Header("x-api-key") == options_.key;
  return request.Header("authorization") == absl::StrCat("Bearer ", options_.key);
}

WireReply ProviderApi::Refusal(Provider provider, int status, absl::string_view message) const {
  return SizedReply(status, kJsonType, RenderError(provider, "invalid_request_error", "", message));
}

WireReply ProviderApi::Models(const HttpRequest& request, Provider provider, absl::string_view prefix) const {
  if (request.method != "GET") return Refusal(provider, 405, "Only GET.");
  const FaultKind kind = FaultOfPrefix(prefix);
  if (IsStatusFault(kind)) return PlayStatus(kind, provider, options_.retry_after);
  if (provider == Provider::kAnthropic) {
    return SizedReply(200, kJsonType,
                      R"({"data":[{"type":"model","id":"fault-model","display_name":"Fault model",)"
                      R"("created_at":"2026-01-01T00:00:00Z"}],"has_more":false,"first_id":"fault-model",)"
                      R"("last_id":"fault-model"})");
  }
  return SizedReply(200, kJsonType,
                    R"({"object":"list","data":[{"id":"fault-model","object":"model","created":1767225600,)"
                    R"("owned_by":"seaworthy"}]})");
}

WireReply ProviderApi::Chat(const HttpRequest& request, Provider provider, absl::string_view prefix,
                            FaultCounters* counters) {
  if (request.method != "POST") return Refusal(provider, 405, "Only POST.");
  if (!absl::StartsWith(request.Header("content-type"), kJsonType)) {
    return Refusal(provider, 400, "Expected content-type: application/json.");
  }
  if (provider == Provider::kAnthropic && request.Header("anthropic-version").empty()) {
    return Refusal(provider, 400, "anthropic-version: header is required");
  }
  const absl::StatusOr<ChatRequest> chat = ParseChat(provider, request.body);
  if (!chat.ok()) return Refusal(provider, 400, chat.status().message());
  const FaultKind kind = NextFault(prefix, chat->model);
  ++counters->faults.at(static_cast<size_t>(kind));
  return PlayChat(kind, *chat, Complete(*chat), options_.retry_after);
}

BatchStore::Answer ProviderApi::AnswerOfBatch(Provider provider, const nlohmann::json& body) {
  const absl::StatusOr<ChatRequest> chat = CheckChat(provider, body);
  if (!chat.ok()) {
    return {400, RenderError(provider, "invalid_request_error", "", chat.status().message())};
  }
  if (NextFault("", chat->model) != FaultKind::kNone) {
    const bool openai = provider == Provider::kOpenAi;
    return {500,
            RenderError(provider, openai ? "server_error" : "api_error", "", "The server had an error.")};
  }
  return {200, RenderChat(*chat, Complete(*chat))};
}

Completion ProviderApi::Complete(const ChatRequest& request) {
  Completion completion;
  completion.text = options_.content.empty() ? WriteVerdict(request) : FillIn(options_.content, request);
  completion.number = ++made_;
  const auto limit = static_cast<size_t>(std::min<int64_t>(request.max_tokens, 1 << 20)) * 4;
  if (request.max_tokens > 0 && completion.text.size() > limit) {
    completion.text.resize(limit);
    completion.finish = Finish::kLength;
  }
  const int64_t prefix = CountTokens(request.system);
  completion.input_tokens = prefix + CountTokens(request.user);
  if (SeenSystem(request.system) && prefix >= kCachedFrom) completion.cached_tokens = prefix;
  completion.output_tokens = CountTokens(completion.text);
  return completion;
}

bool ProviderApi::SeenSystem(const std::string& system) {
  const size_t hash = std::hash<std::string>()(system);
  absl::MutexLock lock(&mutex_);
  if (!systems_.insert(hash).second) return true;
  systems_in_order_.push_back(hash);
  if (systems_in_order_.size() > kMaxSystems) {
    systems_.erase(systems_in_order_.front());
    systems_in_order_.pop_front();
  }
  return false;
}

FaultKind ProviderApi::NextFault(absl::string_view prefix, const std::string& model) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = scripts_.find(prefix); found != scripts_.end()) return Draw(&found->second);
  if (const auto found = scripts_.find(model); found != scripts_.end()) return Draw(&found->second);
  const FaultKind named = FaultOfPrefix(prefix);
  return named != FaultKind::kNone ? named : Draw(&common_);
}

FaultKind ProviderApi::Draw(Played* played) {
  const uint64_t count = played->requests++;
  if (count < played->script.first.size()) return played->script.first[count];
  double left = Fraction(options_.seed, count);
  for (const auto& [kind, share] : played->script.shares) {
    left -= share;
    if (left < 0) return kind;
  }
  return FaultKind::kNone;
}

}  // namespace seaworthy
