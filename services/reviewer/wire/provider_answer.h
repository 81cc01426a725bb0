// What a provider answered, whatever its protocol, and what outcome that is.
#pragma once

#include <string>
#include <string_view>

#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/http_client.h"
#include "services/reviewer/wire/json_walker.h"

namespace seaworthy {

// An error object, as OpenAI, Anthropic and the servers that follow them write it.
struct ProviderError {
  bool present = false;
  std::string type;
  std::string code;  // `code`, or `details.error_code`.
  std::string message;
  uint64_t status = 0;  // A numeric `code`, as OpenRouter sends at 200.
};

// The parts of an answer, whole or put together from a stream.
struct ProviderAnswer {
  // Why the model stopped, in the words of all providers.
  enum class Finish { kNone, kStop, kLength, kRefusal, kOther };

  bool answered = false;  // There was a choice or a message.
  bool ended = false;     // A stream told its end.
  Finish finish = Finish::kNone;
  std::string finish_word;  // As the provider says it.
  std::string text;
  std::string refusal;
  std::string model;
  std::string fingerprint;
  std::string request_id;
  LlmUsage usage;
  ProviderError error;
};

// Consumes the value of `error`: an object or a string.
bool ReadProviderError(JsonWalker* json, ProviderError* error);
// The error in a body that is no 200; what can be found, never fails.
ProviderError ReadErrorBody(std::string_view body);

// What an error of that HTTP status means. The words are in a table.
LlmOutcome OutcomeOfError(int status, const ProviderError& error);

// Fills outcome, message and raw of a 200's answer. A stream must have ended.
void SettleAnswer(ProviderAnswer answer, bool stream, LlmReply* reply);
// Fills outcome, message, retry_after of any answer but a 200.
void SettleError(const WireResponse& response, const ProviderError& error, LlmReply* reply);
// Fills outcome and message of a call without a whole answer.
void SettleBroken(const WireResponse& response, LlmReply* reply);

// Text without the code fence a model may put around it, and without white space at its ends.
std::string_view WithoutFence(std::string_view text);
// The first 300 bytes of untrusted text, control characters and what is no
// UTF-8 replaced.
std::string Snippet(std::string_view text);
// Fast for ASCII. NUL passes.
bool IsWireUtf8(std::string_view text);

}  // namespace seaworthy
