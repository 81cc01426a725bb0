// What is asked of a chat API and what it answers, whoever's protocol it is.
#pragma once

#include <cstdint>
#include <string>
#include "absl/strings/string_view.h"

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

namespace seaworthy {

enum class Provider { kOpenAi, kAnthropic };

// A request that was found in order.
struct ChatRequest {
  Provider provider = Provider::kOpenAi;
  std::string model;
  std::string system;  // Every system text, one after another.
  std::string user;    // Every other text.
  std::string schema;  // JSON Schema of the answer; empty where none was sent.
  bool stream = false;
  bool include_usage = false;  // OpenAI: stream_options.include_usage.
  int64_t max_tokens = 0;      // 0: no limit.
};

enum class Finish { kStop, kLength, kRefusal, kFilter };

struct Completion {
  std::string text;
  Finish finish = Finish::kStop;
  bool null_content = false;
  int64_t input_tokens = 0;
  int64_t cached_tokens = 0;
  int64_t output_tokens = 0;
  uint64_t number = 0;  // Makes ids.
};

// Checks a request as the provider does and a little more strictly: nothing
// unknown, nothing of a wrong type. Errors: INVALID_ARGUMENT with the message
// of the provider's error body.
absl::StatusOr<ChatRequest> ParseChat(Provider provider, absl::string_view body);
absl::StatusOr<ChatRequest> CheckChat(Provider provider, const nlohmann::json& body);
absl::StatusOr<ChatRequest> CheckOpenAiChat(const nlohmann::json& body);
absl::StatusOr<ChatRequest> CheckAnthropicChat(const nlohmann::json& body);

// The answer's body: one JSON document.
std::string RenderChat(const ChatRequest& request, const Completion& completion);
std::string RenderOpenAiChat(const ChatRequest& request, const Completion& completion);
std::string RenderAnthropicChat(const ChatRequest& request, const Completion& completion);

// The answer as server-sent events without the terminator, and the terminator.
std::string RenderEvents(const ChatRequest& request, const Completion& completion);
std::string RenderOpenAiEvents(const ChatRequest& request, const Completion& completion);
std::string RenderAnthropicEvents(const ChatRequest& request, const Completion& completion);
absl::string_view StreamEnd(Provider provider);

// An error's body. Anthropic has no `code`.
std::string RenderError(Provider provider, absl::string_view type, absl::string_view code,
                        absl::string_view message);

// JSON text of a string, bytes that are no UTF-8 replaced.
std::string Quoted(absl::string_view text);

// As many tokens as such texts usually have.
int64_t CountTokens(absl::string_view text);

}  // namespace seaworthy
