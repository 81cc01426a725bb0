// OpenAI Chat Completions, as api.openai.com speaks it; extra parameters of
// the servers that speak it too are let in.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/fault_server/chat.h"
#include "tests/fault_server/chat_checks.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;

constexpr auto kKnown = std::to_array<absl::string_view>(
    {"model", "messages", "response_format", "stream", "stream_options", "max_tokens",
     "max_completion_tokens", "temperature", "top_p", "seed", "n", "stop", "user", "store", "metadata",
     "service_tier", "reasoning_effort", "prompt_cache_key", "prompt_cache_retention", "safety_identifier",
     "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "tools",
     "tool_choice", "parallel_tool_calls", "verbosity",
     // vLLM, llama.cpp, Ollama, OpenRouter, Mistral, Groq.
     "structured_outputs", "cache_prompt", "chat_template_kwargs", "provider", "reasoning", "random_seed",
     "safe_prompt", "id_slot", "min_p", "top_k", "reasoning_format", "think", "usage"});

bool IsReasoningModel(const std::string& model) {
  return absl::StartsWith(model, "o1") || absl::StartsWith(model, "o3") || absl::StartsWith(model, "o4") ||
         absl::StartsWith(model, "gpt-5") || absl::StartsWith(model, "gpt-6");
}

absl::Status CheckReasoning(const Json& body, const std::string& model) {
  if (!IsReasoningModel(model)) return absl::OkStatus();
  for (const char* const key : {"max_tokens", "temperature", "top_p"}) {
    if (!Has(body, key)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Unsupported parameter: '", key, "' is not supported with this model."));
  }
  return absl::OkStatus();
}

absl::Status CheckNumbers(const Json& body) {
  for (const char* const key : {"max_tokens", "max_completion_tokens"}) {
    if (absl::Status status = CheckNumber(body, key, 1, 1e6, true); !status.ok()) return status;
  }
  if (absl::Status status = CheckNumber(body, "temperature", 0, 2, false); !status.ok()) return status;
  if (absl::Status status = CheckNumber(body, "top_p", 0, 1, false); !status.ok()) return status;
  if (absl::Status status = CheckNumber(body, "n", 1, 1, true); !status.ok()) return status;
  return CheckNumber(body, "seed", -9.3e18, 9.3e18, true);
}

absl::Status ReadMessages(const Json& body, ChatRequest* request) {
  if (!Has(body, "messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return absl::InvalidArgumentError("Missing required parameter: 'messages'.");
  }
  size_t index = 0;
  for (const Json& message : body["messages"]) {
    const std::string path = absl::StrCat("messages[", index++, "]");
    if (!message.is_object() || !message.value("role", Json()).is_string()) {
      return absl::InvalidArgumentError(absl::StrCat("Invalid type for '", path, "'."));
    }
    const std::string& role = message["role"].get_ref<const std::string&>();
    const bool system = role == "system" || role == "developer";
    if (!system && role != "user" && role != "assistant") {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid value: '", role, "'. ", path, ".role is wrong."));
    }
    absl::Status read = AppendContent(message.value("content", Json()), absl::StrCat(path, ".content"),
                                      system ? &request->system : &request->user);
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

bool IsSchemaName(const Json& name) {
  if (!name.is_string()) return false;
  const std::string& text = name.get_ref<const std::string&>();
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string::npos;
}

absl::Status ReadFormat(const Json& body, ChatRequest* request) {
  if (!Has(body, "response_format")) return absl::OkStatus();
  const Json& format = body["response_format"];
  const Json type = format.is_object() ? format.value("type", Json()) : Json();
  if (type == "text") return absl::OkStatus();
  // llama.cpp has `schema` beside `json_object`.
  if (type == "json_object") {
    if (Has(format, "schema")) request->schema = format["schema"].dump();
    return absl::OkStatus();
  }
  if (type != "json_schema" || !format.value("json_schema", Json()).is_object()) {
    return absl::InvalidArgumentError("Invalid value for 'response_format'.");
  }
  const Json& described = format["json_schema"];
  if (!IsSchemaName(described.value("name", Json()))) {
    return absl::InvalidArgumentError(
        "Invalid 'response_format.json_schema.name': string does not match pattern.");
  }
  request->schema = described.value("schema", Json()).dump();
  if (described.value("strict", Json()) != true) return absl::OkStatus();
  return CheckStrictSchema(described.value("schema", Json()), true, {});
}

absl::Status ReadStream(const Json& body, ChatRequest* request) {
  if (absl::Status status = CheckBool(body, "stream"); !status.ok()) return status;
  request->stream = Has(body, "stream") && body["stream"].get<bool>();
  if (!Has(body, "stream_options")) return absl::OkStatus();
  if (!request->stream || !body["stream_options"].is_object()) {
    return absl::InvalidArgumentError(
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  request->include_usage = body["stream_options"].value("include_usage", Json()) == true;
  return absl::OkStatus();
}

const char* FinishReason(const Completion& completion) {
  if (completion.finish == Finish::kLength) return "length";
  return completion.finish == Finish::kFilter ? "content_filter" : "stop";
}

std::string UsageOf(const Completion& completion) {
  return absl::StrCat("{\"prompt_tokens\":", completion.input_tokens,
                      ",\"completion_tokens\":", completion.output_tokens,
                      ",\"total_tokens\":", completion.input_tokens + completion.output_tokens,
                      ",\"prompt_tokens_details\":{\"cached_tokens\":", completion.cached_tokens,
                      "},\"completion_tokens_details\":{\"reasoning_tokens\":0}}");
}

// The keys every document of an answer begins with.
std::string HeadOf(const ChatRequest& request, const Completion& completion, absl::string_view object) {
  return absl::StrCat("{\"id\":\"chatcmpl-", completion.number, "\",\"object\":\"", object,
                      "\",\"created\":1767225600,\"model\":", Quoted(request.model),
                      ",\"system_fingerprint\":\"fp_fault\",\"service_tier\":\"default\"");
}

}  // namespace

absl::StatusOr<ChatRequest> CheckOpenAiChat(const Json& body) {
  if (!body.is_object()) return absl::InvalidArgumentError("The body of your request is no JSON object.");
  if (!body.value("model", Json()).is_string()) {
    return absl::InvalidArgumentError("you must provide a model parameter");
  }
  ChatRequest request;
  request.provider = Provider::kOpenAi;
  request.model = body["model"].get<std::string>();
  if (absl::Status status = CheckKeys(body, kKnown); !status.ok()) return status;
  if (absl::Status status = CheckNumbers(body); !status.ok()) return status;
  if (absl::Status status = CheckReasoning(body, request.model); !status.ok()) return status;
  if (absl::Status status = ReadMessages(body, &request); !status.ok()) return status;
  if (absl::Status status = ReadFormat(body, &request); !status.ok()) return status;
  if (absl::Status status = ReadStream(body, &request); !status.ok()) return status;
  for (const char* const key : {"max_tokens", "max_completion_tokens"}) {
    if (Has(body, key)) request.max_tokens = body[key].get<int64_t>();
  }
  return request;
}

std::string RenderOpenAiChat(const ChatRequest& request, const Completion& completion) {
  const bool refused = completion.finish == Finish::kRefusal;
  const std::string text = Quoted(completion.text);
  return absl::StrCat(HeadOf(request, completion, "chat.completion"),
                      ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":",
                      refused || completion.null_content ? "null" : text,
                      ",\"refusal\":", refused ? text : "null", "},\"logprobs\":null,\"finish_reason\":\"",
                      FinishReason(completion), "\"}],\"usage\":", UsageOf(completion), "}");
}

std::string RenderOpenAiEvents(const ChatRequest& request, const Completion& completion) {
  const std::string head = absl::StrCat("data: ", HeadOf(request, completion, "chat.completion.chunk"));
  const std::string usage = request.include_usage ? ",\"usage\":null" : "";
  const auto event = [&](absl::string_view delta, absl::string_view finish) {
    return absl::StrCat(head, ",\"choices\":[{\"index\":0,\"delta\":{", delta, "},\"finish_reason\":", finish,
                        "}]", usage, "}\n\n");
  };
  const char* const key = completion.finish == Finish::kRefusal ? "refusal" : "content";
  std::string events = event("\"role\":\"assistant\",\"content\":\"\"", "null");
  // Pieces end where a character does, as tokens mostly do.
  for (size_t begin = 0; begin < completion.text.size() && !completion.null_content;) {
    size_t end = std::min(begin + 160, completion.text.size());
    while (end < completion.text.size() &&
           (static_cast<unsigned char>(completion.text[end]) & 0xC0U) == 0x80U)
      ++end;
    const absl::string_view piece = absl::string_view(completion.text).substr(begin, end - begin);
    absl::StrAppend(&events, event(absl::StrCat("\"", key, "\":", Quoted(piece)), "null"));
    begin = end;
  }
  absl::StrAppend(&events, event("", absl::StrCat("\"", FinishReason(completion), "\"")));
  if (request.include_usage) {
    absl::StrAppend(&events, head, ",\"choices\":[],\"usage\":", UsageOf(completion), "}\n\n");
  }
  return events;
}

}  // namespace seaworthy
