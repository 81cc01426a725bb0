#include "services/reviewer/wire/openai_format.h"

#include <utility>

#include "common/hash.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using Finish = ProviderAnswer::Finish;

void AddMember(std::string_view name, const std::string& value, std::string* members) {
  if (!name.empty()) text::Append(members, ",\"", name, "\":", value);
}

Finish FinishOf(std::string_view word) {
  if (word.empty()) return Finish::kNone;
  if (word == "stop" || word == "eos" || word == "end_turn") return Finish::kStop;
  if (word == "length" || word == "max_tokens") return Finish::kLength;
  if (word == "content_filter") return Finish::kRefusal;
  return Finish::kOther;
}

// Strings, or parts as Mistral's reasoning models send them.
bool ReadContent(JsonWalker* json, std::string* text) {
  if (json->Peek() == '"') return json->String(text);
  if (json->Peek() != '[') return json->Skip();
  return json->Array([&] {
    if (json->Peek() != '{') return json->Skip();
    return json->Object([&](std::string_view key) {
      return key == "text" && json->Peek() == '"' ? json->String(text) : json->Skip();
    });
  });
}

bool ReadMessage(JsonWalker* json, ProviderAnswer* answer) {
  if (json->Peek() != '{') return json->Skip();
  answer->answered = true;
  return json->Object([&](std::string_view key) {
    if (key == "content") return ReadContent(json, &answer->text);
    if (key == "refusal") return json->Peek() == '"' ? json->String(&answer->refusal) : json->Skip();
    return json->Skip();
  });
}

bool ReadChoice(JsonWalker* json, ProviderAnswer* answer) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "message" || key == "delta") return ReadMessage(json, answer);
    if (key == "error") return ReadProviderError(json, &answer->error);
    if (key != "finish_reason") return json->Skip();
    if (!json->StringOrSkip(&answer->finish_word)) return false;
    answer->finish = FinishOf(answer->finish_word);
    return true;
  });
}

bool ReadChoices(JsonWalker* json, ProviderAnswer* answer) {
  if (json->Peek() != '[') return json->Skip();
  bool first = true;
  return json->Array([&] { return std::exchange(first, false) ? ReadChoice(json, answer) : json->Skip(); });
}

bool ReadDetails(JsonWalker* json, LlmUsage* usage) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "cached_tokens") return json->CountOrSkip(&usage->cached_input_tokens);
    if (key == "cache_write_tokens") return json->CountOrSkip(&usage->cache_write_tokens);
    if (key == "reasoning_tokens") return json->CountOrSkip(&usage->reasoning_tokens);
    return json->Skip();
  });
}

bool ReadUsage(JsonWalker* json, LlmUsage* usage) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "prompt_tokens") return json->CountOrSkip(&usage->input_tokens);
    if (key == "completion_tokens") return json->CountOrSkip(&usage->output_tokens);
    if (key == "prompt_tokens_details" || key == "completion_tokens_details") return ReadDetails(json, usage);
    return json->Skip();
  });
}

}  // namespace

OpenAiFormat::OpenAiFormat(const EndpointConfig& config, const Dialect& dialect, WireUrl url)
    : dialect_(dialect), model_(config.model), stream_(config.stream), url_(std::move(url)) {
  if (url_.path.empty()) url_.path = std::string(dialect_.base_path);
  AddMember(dialect_.max_tokens, text::Cat(config.max_output_tokens), &settings_);
  if (config.temperature) AddMember(dialect_.temperature, text::Cat(*config.temperature), &settings_);
  if (config.seed) AddMember(dialect_.seed, text::Cat(*config.seed), &settings_);
  parameters_ = text::Cat(R"({"api":"chat_completions","dialect":")", dialect_.name, "\"", settings_,
                          R"(,"stream":)", stream_ ? "true" : "false", "}");
}

std::vector<std::string> OpenAiFormat::Headers() const {
  return {stream_ ? "Accept: text/event-stream" : "Accept: application/json"};
}

std::string OpenAiFormat::BodyStart(const LlmPrompt& prompt) const {
  const std::string_view system = prompt.system ? *prompt.system : std::string_view();
  std::string body = text::Cat("{\"model\":", JsonQuoted(model_), settings_);
  if (!dialect_.extra.empty()) text::Append(&body, ",", dialect_.extra);
  if (prompt.schema && !dialect_.schema.empty()) {
    const size_t at = std::min(dialect_.schema.find('@'), dialect_.schema.size());
    text::Append(&body, ",", dialect_.schema.substr(0, at));
    if (at < dialect_.schema.size()) text::Append(&body, *prompt.schema, dialect_.schema.substr(at + 1));
  }
  if (!dialect_.cache_key.empty())
    AddMember(dialect_.cache_key, JsonQuoted(Sha256Hex(system).substr(0, 16)), &body);
  if (stream_) {
    body += R"(,"stream":true)";
    if (!dialect_.stream_extra.empty()) text::Append(&body, ",", dialect_.stream_extra);
  }
  body += R"(,"messages":[{"role":"system","content":")";
  AppendJsonEscaped(system, &body);
  body += R"("},{"role":"user","content":")";
  return body;
}

bool OpenAiFormat::ReadWhole(JsonWalker* json, ProviderAnswer* answer) const {
  return json->Object([&](std::string_view key) {
    if (key == "choices") return ReadChoices(json, answer);
    if (key == "usage") return ReadUsage(json, &answer->usage);
    if (key == "model") return json->StringOrSkip(&answer->model);
    if (key == "system_fingerprint") return json->StringOrSkip(&answer->fingerprint);
    if (key == "error") return ReadProviderError(json, &answer->error);
    return json->Skip();
  });
}

}  // namespace seaworthy
