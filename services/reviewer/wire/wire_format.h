// A provider's protocol: bodies out, answers in. No sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/config.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/json_walker.h"
#include "services/reviewer/wire/provider_answer.h"
#include "services/reviewer/wire/sse_parser.h"

namespace seaworthy {

// Chat Completions in a dialect, or Messages. Thread-safe; immutable but for a
// cache.
class WireFormat {
 public:
  virtual ~WireFormat() = default;

  // Where to post, where models are listed, and the batch resource.
  virtual std::string AskUrl() const = 0;
  virtual std::string ModelsUrl() const = 0;
  virtual std::string BaseUrl(std::string_view below) const = 0;
  // Header lines but for the key's and the content type.
  virtual std::vector<std::string> Headers() const = 0;
  // Up to the key: `Authorization: Bearer `.
  virtual std::string_view KeyHeader() const = 0;
  // As LlmEndpoint::parameters.
  virtual const std::string& parameters() const = 0;
  // Response header with the provider's id of the request.
  virtual const char* RequestIdHeader() const = 0;

  // The request's body up to the user's words, which are last but for
  // BodyEnd(). The same bytes for the same system words and schema.
  virtual std::string BodyStart(const LlmPrompt& prompt) const = 0;
  virtual std::string_view BodyEnd() const = 0;

  // Consumes a whole answer, or one event of a stream, and adds what it says.
  virtual bool ReadWhole(JsonWalker* json, ProviderAnswer* answer) const = 0;
  virtual bool ReadEvent(JsonWalker* json, ProviderAnswer* answer) const = 0;
};

// `openai:` and `anthropic:` URLs. Errors: INVALID_ARGUMENT naming what is wrong and the way out.
absl::StatusOr<std::unique_ptr<WireFormat>> MakeWireFormat(const EndpointConfig& config);

// Makes bodies: what stays the same for a persona is put together once.
// Thread-safe.
class BodyBuilder {
 public:
  explicit BodyBuilder(const WireFormat* format) : format_(format) {}
  std::string Build(const LlmPrompt& prompt);

 private:
  static constexpr size_t kMostStarts = 32;
  struct Start {
    std::shared_ptr<const std::string> system;
    std::shared_ptr<const std::string> schema;
    std::shared_ptr<const std::string> bytes;
  };
  std::shared_ptr<const std::string> FindStart(const LlmPrompt& prompt);

  const WireFormat* const format_;
  absl::Mutex mutex_;
  std::vector<Start> starts_ ABSL_GUARDED_BY(mutex_);
};

// Puts a stream's events together. Not thread-safe.
class StreamReader {
 public:
  explicit StreamReader(const WireFormat* format) : format_(format) {}
  // False where the rest is not worth waiting for.
  bool Feed(std::string_view bytes);
  // Fills the reply of a 200.
  void Settle(const WireResponse& response, LlmReply* reply);

 private:
  bool TakeEvent(std::string_view data);

  const WireFormat* const format_;
  SseParser parser_;
  WhitespaceWatch watch_;
  ProviderAnswer answer_;
  size_t watched_ = 0;
  bool broken_ = false;
  bool looping_ = false;
};

// Fills a reply from a response, whole or streamed (`stream` may be null).
void ReadResponse(const WireFormat& format, WireResponse response, StreamReader* stream, LlmReply* reply);
// Fills a reply from the body of a 200.
void ReadWholeBody(const WireFormat& format, std::string_view body, LlmReply* reply);

}  // namespace seaworthy
