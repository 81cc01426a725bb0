// Chat Completions (https://platform.openai.com/docs/api-reference/chat) and
// those who speak it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/reviewer/wire/dialects.h"
#include "services/reviewer/wire/wire_format.h"
#include "services/reviewer/wire/wire_url.h"

namespace seaworthy {

// Chat Completions in a dialect. As WireFormat.
class OpenAiFormat : public WireFormat {
 public:
  OpenAiFormat(const EndpointConfig& config, const Dialect& dialect, WireUrl url);

  std::string AskUrl() const override { return url_.At("/chat/completions"); }
  std::string ModelsUrl() const override { return url_.At("/models"); }
  std::string BaseUrl(std::string_view below) const override { return url_.At(below); }
  std::vector<std::string> Headers() const override;
  std::string_view KeyHeader() const override { return dialect_.key_header; }
  const std::string& parameters() const override { return parameters_; }
  const char* RequestIdHeader() const override { return "x-request-id"; }
  std::string BodyStart(const LlmPrompt& prompt) const override;
  std::string_view BodyEnd() const override { return R"("}]})"; }
  bool ReadWhole(JsonWalker* json, ProviderAnswer* answer) const override;
  // A chunk holds `delta` where a whole answer holds `message`.
  bool ReadEvent(JsonWalker* json, ProviderAnswer* answer) const override { return ReadWhole(json, answer); }

 private:
  const Dialect& dialect_;
  const std::string model_;
  const bool stream_;
  WireUrl url_;
  std::string settings_;  // Members for token limit, temperature and seed.
  std::string parameters_;
};

}  // namespace seaworthy
