#include "services/reviewer/wire/anthropic_format.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using Finish = ProviderAnswer::Finish;
using Json = nlohmann::ordered_json;

constexpr std::array kBounds = {
    "minimum",  "maximum",  "exclusiveMinimum", "exclusiveMaximum", "multipleOf",    "minLength", "maxLength",
    "minItems", "maxItems", "uniqueItems",      "minProperties",    "maxProperties", "$schema"};

Finish FinishOf(std::string_view word) {
  if (word.empty()) return Finish::kNone;
  if (word == "end_turn" || word == "stop_sequence") return Finish::kStop;
  if (word == "max_tokens" || word == "model_context_window_exceeded") return Finish::kLength;
  if (word == "refusal") return Finish::kRefusal;
  return Finish::kOther;
}

// `names`: the keys are names of properties, not keywords.
void DropBounds(Json* node, bool names) {
  if (!names && node->is_object()) {
    for (const char* bound : kBounds) node->erase(bound);
  }
  if (!node->is_structured()) return;
  for (auto& [key, child] : node->items()) {
    const bool keeps_names = !names && node->is_object() && (key == "properties" || key == "$defs");
    // Values, not schemas.
    if (!names && node->is_object() && (key == "enum" || key == "const" || key == "required")) continue;
    DropBounds(&child, keeps_names);
  }
}

bool ReadText(JsonWalker* json, ProviderAnswer* answer) {
  answer->answered = true;
  return json->Peek() == '"' ? json->String(&answer->text) : json->Skip();
}

bool ReadContent(JsonWalker* json, ProviderAnswer* answer) {
  if (json->Peek() != '[') return json->Skip();
  answer->answered = true;
  return json->Array([&] {
    if (json->Peek() != '{') return json->Skip();
    return json->Object(
        [&](std::string_view key) { return key == "text" ? ReadText(json, answer) : json->Skip(); });
  });
}

// Input tokens come without what the cache read or wrote; `raw` keeps them.
bool ReadUsage(JsonWalker* json, LlmUsage* usage) {
  if (json->Peek() != '{') return json->Skip();
  uint64_t fresh = usage->input_tokens - usage->cached_input_tokens - usage->cache_write_tokens;
  const bool fine = json->Object([&](std::string_view key) {
    if (key == "input_tokens") return json->CountOrSkip(&fresh);
    if (key == "output_tokens") return json->CountOrSkip(&usage->output_tokens);
    if (key == "cache_read_input_tokens") return json->CountOrSkip(&usage->cached_input_tokens);
    if (key == "cache_creation_input_tokens") return json->CountOrSkip(&usage->cache_write_tokens);
    return json->Skip();
  });
  usage->input_tokens = fresh + usage->cached_input_tokens + usage->cache_write_tokens;
  return fine;
}

bool ReadStop(JsonWalker* json, ProviderAnswer* answer) {
  if (!json->StringOrSkip(&answer->finish_word)) return false;
  answer->finish = FinishOf(answer->finish_word);
  return true;
}

// Of content_block_delta (`text`) and of message_delta (`stop_reason`).
bool ReadDelta(JsonWalker* json, ProviderAnswer* answer) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "text") return ReadText(json, answer);
    if (key == "stop_reason") return ReadStop(json, answer);
    return json->Skip();
  });
}

bool ReadType(JsonWalker* json, ProviderAnswer* answer) {
  std::string type;
  if (!json->StringOrSkip(&type)) return false;
  if (type == "message_stop") answer->ended = true;
  return true;
}

}  // namespace

std::string WithoutBounds(const std::string& schema) {
  Json root = Json::parse(schema, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return schema;
  DropBounds(&root, false);
  return root.dump();
}

AnthropicFormat::AnthropicFormat(const EndpointConfig& config, WireUrl url)
    : model_(config.model), stream_(config.stream), url_(std::move(url)) {
  if (url_.path.empty()) url_.path = "/v1";
  settings_ = text::Cat(R"(,"max_tokens":)", config.max_output_tokens);
  if (config.temperature) text::Append(&settings_, R"(,"temperature":)", *config.temperature);
  parameters_ =
      text::Cat(R"({"api":"messages")", settings_, R"(,"stream":)", stream_ ? "true" : "false", "}");
}

std::vector<std::string> AnthropicFormat::Headers() const {
  return {"anthropic-version: 2023-06-01",
          stream_ ? "Accept: text/event-stream" : "Accept: application/json"};
}

std::string AnthropicFormat::BodyStart(const LlmPrompt& prompt) const {
  std::string body = text::Cat("{\"model\":", JsonQuoted(model_), settings_);
  if (prompt.schema)
    text::Append(&body, R"(,"output_config":{"format":{"type":"json_schema","schema":)",
                 WithoutBounds(*prompt.schema), "}}");
  if (stream_) body += R"(,"stream":true)";
  if (prompt.system && !prompt.system->empty())
    text::Append(&body, R"(,"system":[{"type":"text","text":)", JsonQuoted(*prompt.system),
                 R"(,"cache_control":{"type":"ephemeral"}}])");
  body += R"(,"messages":[{"role":"user","content":")";
  return body;
}

bool AnthropicFormat::ReadWhole(JsonWalker* json, ProviderAnswer* answer) const {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "content") return ReadContent(json, answer);
    if (key == "message") return ReadWhole(json, answer);  // Of message_start.
    if (key == "delta") return ReadDelta(json, answer);
    if (key == "stop_reason") return ReadStop(json, answer);
    if (key == "usage") return ReadUsage(json, &answer->usage);
    if (key == "model") return json->StringOrSkip(&answer->model);
    if (key == "type") return ReadType(json, answer);
    if (key == "request_id") return json->StringOrSkip(&answer->request_id);
    if (key == "error") return ReadProviderError(json, &answer->error);
    return json->Skip();
  });
}

}  // namespace seaworthy
