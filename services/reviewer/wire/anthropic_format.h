// Messages (https://docs.anthropic.com/en/api/messages).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/reviewer/wire/wire_format.h"
#include "services/reviewer/wire/wire_url.h"

namespace seaworthy {

// Messages with structured output, the instructions marked for the provider's
// cache. Takes no seed. As WireFormat.
class AnthropicFormat : public WireFormat {
 public:
  AnthropicFormat(const EndpointConfig& config, WireUrl url);

  std::string AskUrl() const override { return url_.At("/messages"); }
  std::string ModelsUrl() const override { return url_.At("/models"); }
  std::string BaseUrl(std::string_view below) const override { return url_.At(below); }
  std::vector<std::string> Headers() const override;
  std::string_view KeyHeader() const override { return "x-api-key: "; }
  const std::string& parameters() const override { return parameters_; }
  const char* RequestIdHeader() const override { return "request-id"; }
  std::string BodyStart(const LlmPrompt& prompt) const override;
  std::string_view BodyEnd() const override { return R"("}]})"; }
  bool ReadWhole(JsonWalker* json, ProviderAnswer* answer) const override;
  bool ReadEvent(JsonWalker* json, ProviderAnswer* answer) const override { return ReadWhole(json, answer); }

 private:
  const std::string model_;
  const bool stream_;
  WireUrl url_;
  std::string settings_;
  std::string parameters_;
};

// A JSON Schema without the keywords Messages refuses: bounds of numbers,
// lengths and lists. As it is where it is no JSON.
std::string WithoutBounds(const std::string& schema);

}  // namespace seaworthy
