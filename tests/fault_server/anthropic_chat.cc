// Anthropic Messages, version 2023-06-01.
#include <array>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/fault_server/chat.h"
#include "tests/fault_server/chat_checks.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;

constexpr auto kKnown = std::to_array<absl::string_view>(
    {"model", "messages", "system", "max_tokens", "temperature", "top_p", "top_k", "stream", "stop_sequences",
     "metadata", "output_config", "output_format", "tools", "tool_choice", "thinking", "service_tier",
     "cache_control"});

// What its grammars cannot hold.
constexpr auto kForbidden =
    std::to_array<absl::string_view>({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                                      "multipleOf", "minLength", "maxLength", "maxItems"});

constexpr int kMaxBreakpoints = 4;

int CountBreakpoints(const Json& content) {
  int found = 0;
  if (!content.is_array()) return found;
  for (const Json& part : content) found += part.is_object() && Has(part, "cache_control") ? 1 : 0;
  return found;
}

absl::Status ReadMessages(const Json& body, ChatRequest* request) {
  if (!Has(body, "messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return absl::InvalidArgumentError("messages: Field required");
  }
  int breakpoints = 0;
  if (Has(body, "system")) {
    if (absl::Status read = AppendContent(body["system"], "system", &request->system); !read.ok())
      return read;
    breakpoints += CountBreakpoints(body["system"]);
  }
  size_t index = 0;
  for (const Json& message : body["messages"]) {
    const std::string path = absl::StrCat("messages.", index++);
    const Json role = message.is_object() ? message.value("role", Json()) : Json();
    if (role != "user" && role != "assistant") {
      return absl::InvalidArgumentError(absl::StrCat(path, ".role: Input should be 'user' or 'assistant'"));
    }
    const Json content = message.value("content", Json());
    if (absl::Status read = AppendContent(content, absl::StrCat(path, ".content"), &request->user);
        !read.ok()) {
      return read;
    }
    breakpoints += CountBreakpoints(content);
  }
  if (breakpoints <= kMaxBreakpoints) return absl::OkStatus();
  return absl::InvalidArgumentError("A maximum of 4 blocks with cache_control may be provided.");
}

absl::Status ReadFormat(const Json& body, ChatRequest* request) {
  Json format;
  if (Has(body, "output_format")) format = body["output_format"];
  if (Has(body, "output_config") && body["output_config"].is_object()) {
    format = body["output_config"].value("format", Json());
  }
  if (format.is_null()) return absl::OkStatus();
  if (!format.is_object() || format.value("type", Json()) != "json_schema") {
    return absl::InvalidArgumentError("output_config.format.type: Input should be 'json_schema'");
  }
  request->schema = format.value("schema", Json()).dump();
  return CheckStrictSchema(format.value("schema", Json()), false, kForbidden);
}

const char* StopReason(const Completion& completion) {
  if (completion.finish == Finish::kLength) return "max_tokens";
  return completion.finish == Finish::kStop ? "end_turn" : "refusal";
}

std::string InputUsage(const Completion& completion) {
  return absl::StrCat(
      "\"input_tokens\":", completion.input_tokens - completion.cached_tokens,
      ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":", completion.cached_tokens);
}

std::string Event(absl::string_view type, absl::string_view rest) {
  return absl::StrCat("event: ", type, "\ndata: {\"type\":\"", type, "\"", rest.empty() ? "" : ",", rest,
                      "}\n\n");
}

}  // namespace

absl::StatusOr<ChatRequest> CheckAnthropicChat(const Json& body) {
  if (!body.is_object()) return absl::InvalidArgumentError("Input should be a valid dictionary");
  if (!body.value("model", Json()).is_string()) return absl::InvalidArgumentError("model: Field required");
  if (!Has(body, "max_tokens")) return absl::InvalidArgumentError("max_tokens: Field required");
  ChatRequest request;
  request.provider = Provider::kAnthropic;
  request.model = body["model"].get<std::string>();
  for (const auto& [key, value] : body.items()) {
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) {
      return absl::InvalidArgumentError(absl::StrCat(key, ": Extra inputs are not permitted"));
    }
  }
  if (absl::Status status = CheckNumber(body, "max_tokens", 1, 1e6, true); !status.ok()) return status;
  if (absl::Status status = CheckNumber(body, "temperature", 0, 1, false); !status.ok()) return status;
  if (absl::Status status = CheckBool(body, "stream"); !status.ok()) return status;
  request.max_tokens = body["max_tokens"].get<int64_t>();
  request.stream = Has(body, "stream") && body["stream"].get<bool>();
  if (absl::Status status = ReadMessages(body, &request); !status.ok()) return status;
  if (absl::Status status = ReadFormat(body, &request); !status.ok()) return status;
  return request;
}

std::string RenderAnthropicChat(const ChatRequest& request, const Completion& completion) {
  const bool none = completion.null_content || completion.finish == Finish::kRefusal;
  const std::string content =
      none ? "" : absl::StrCat("{\"type\":\"text\",\"text\":", Quoted(completion.text), "}");
  return absl::StrCat("{\"id\":\"msg_", completion.number,
                      "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":", Quoted(request.model),
                      ",\"content\":[", content, "],\"stop_reason\":\"", StopReason(completion),
                      "\",\"stop_sequence\":null,\"usage\":{", InputUsage(completion),
                      ",\"output_tokens\":", completion.output_tokens, ",\"service_tier\":\"standard\"}}");
}

std::string RenderAnthropicEvents(const ChatRequest& request, const Completion& completion) {
  std::string events =
      Event("message_start",
            absl::StrCat("\"message\":{\"id\":\"msg_", completion.number,
                         "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":", Quoted(request.model),
                         ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{",
                         InputUsage(completion), ",\"output_tokens\":1}}"));
  absl::StrAppend(
      &events,
      Event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
      Event("ping", ""));
  const bool none = completion.null_content || completion.finish == Finish::kRefusal;
  for (size_t begin = 0; begin < completion.text.size() && !none;) {
    size_t end = std::min(begin + 160, completion.text.size());
    while (end < completion.text.size() &&
           (static_cast<unsigned char>(completion.text[end]) & 0xC0U) == 0x80U)
      ++end;
    const absl::string_view piece = absl::string_view(completion.text).substr(begin, end - begin);
    absl::StrAppend(
        &events,
        Event("content_block_delta",
              absl::StrCat("\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":", Quoted(piece), "}")));
    begin = end;
  }
  absl::StrAppend(
      &events, Event("content_block_stop", "\"index\":0"),
      Event("message_delta", absl::StrCat("\"delta\":{\"stop_reason\":\"", StopReason(completion),
                                          "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":",
                                          completion.output_tokens, "}")));
  return events;
}

}  // namespace seaworthy
