#include "tests/fault_server/chat.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace seaworthy {

absl::StatusOr<ChatRequest> ParseChat(Provider provider, absl::string_view body) {
  const nlohmann::json parsed = nlohmann::json::parse(body, nullptr, false);
  if (parsed.is_discarded())
    return absl::InvalidArgumentError("We could not parse the JSON body of your request.");
  return CheckChat(provider, parsed);
}

absl::StatusOr<ChatRequest> CheckChat(Provider provider, const nlohmann::json& body) {
  return provider == Provider::kOpenAi ? CheckOpenAiChat(body) : CheckAnthropicChat(body);
}

std::string RenderChat(const ChatRequest& request, const Completion& completion) {
  return request.provider == Provider::kOpenAi ? RenderOpenAiChat(request, completion)
                                               : RenderAnthropicChat(request, completion);
}

std::string RenderEvents(const ChatRequest& request, const Completion& completion) {
  return request.provider == Provider::kOpenAi ? RenderOpenAiEvents(request, completion)
                                               : RenderAnthropicEvents(request, completion);
}

absl::string_view StreamEnd(Provider provider) {
  return provider == Provider::kOpenAi ? "data: [DONE]\n\n"
                                       : "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

std::string RenderError(Provider provider, absl::string_view type, absl::string_view code,
                        absl::string_view message) {
  if (provider == Provider::kOpenAi) {
    return absl::StrCat("{\"error\":{\"message\":", Quoted(message), ",\"type\":", Quoted(type),
                        ",\"param\":null,\"code\":", code.empty() ? "null" : Quoted(code), "}}");
  }
  const std::string details =
      code.empty() ? "" : absl::StrCat(",\"details\":{\"error_code\":", Quoted(code), "}");
  return absl::StrCat("{\"type\":\"error\",\"error\":{\"type\":", Quoted(type),
                      ",\"message\":", Quoted(message), details, "},\"request_id\":\"req_fault\"}");
}

std::string Quoted(absl::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

int64_t CountTokens(absl::string_view text) { return static_cast<int64_t>((text.size() + 3) / 4); }

}  // namespace seaworthy
