// The providers' batch APIs: half the price, an answer within a day.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/config.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/http_client.h"
#include "services/reviewer/wire/wire_format.h"

namespace seaworthy {

// One request of a batch.
struct BatchItem {
  // 1 to 64 of A-Z a-z 0-9 _ -, each once in a batch.
  std::string custom_id;
  std::shared_ptr<const LlmPrompt> prompt;
};

struct BatchProgress {
  enum class State {
    kRunning,
    kEnded,   // Results can be had: of some requests at least.
    kFailed,  // Refused as a whole; `message` says why.
  };
  State state = State::kRunning;
  std::string message;
};

// OpenAI's (/files, /batches) and Anthropic's (/messages/batches) batches of
// one endpoint. Keeps nothing: a batch is known by its id alone, by any process.
// Thread-safe. All functions wait for the provider, none may run on the
// client's own thread. They try once; errors are UNAVAILABLE and
// DEADLINE_EXCEEDED where another try may help, else RESOURCE_EXHAUSTED (a
// spend cap), INVALID_ARGUMENT,
// UNAUTHENTICATED, PERMISSION_DENIED or NOT_FOUND, and name the way out.
class BatchClient {
 public:
  static constexpr size_t kMaxItems = 20'000;
  static constexpr size_t kMaxUploadBytes = 128 << 20;
  static constexpr size_t kMaxResultBytes = 256 << 20;

  // The client must outlive it. Errors: INVALID_ARGUMENT as MakeWireEndpoint.
  static absl::StatusOr<std::unique_ptr<BatchClient>> Make(const EndpointConfig& config, std::string key,
                                                           HttpClient* client);

  // Hands the requests over and returns the batch's id. Where the answer was
  // lost the batch may run all the same: a second try pays again. Errors also:
  // INVALID_ARGUMENT for no items, too many or too large, or ids that are none.
  absl::StatusOr<std::string> Submit(absl::Span<const BatchItem> items);
  absl::StatusOr<BatchProgress> Poll(const std::string& batch_id);
  // By custom id, of an ended batch. Requests that expired are kTimeout, those
  // cancelled kRejected; those without any result are missing. `sent` is empty:
  // BodyOf has it.
  absl::StatusOr<std::map<std::string, LlmReply>> Results(const std::string& batch_id);

  // Ends calls under way, of any thread, as UNAVAILABLE.
  void EndCalls() { client_->EndAll(this); }
  const std::string& parameters() const { return format_->parameters(); }
  // The body of one request, as it stands in the batch.
  std::string BodyOf(const LlmPrompt& prompt) { return bodies_.Build(prompt); }

 private:
  enum class Kind { kOpenAi, kAnthropic };

  BatchClient(EndpointConfig config, std::unique_ptr<WireFormat> format, std::string key, HttpClient* client);
  absl::StatusOr<std::string> Call(const std::string& below, std::string body, std::string content_type,
                                   size_t max_bytes);
  absl::StatusOr<std::string> JsonLines(absl::Span<const BatchItem> items);
  absl::StatusOr<std::string> SubmitFile(std::string lines);
  absl::StatusOr<std::string> SubmitMessages(absl::Span<const BatchItem> items);
  absl::Status ReadFile(const std::string& file_id, std::map<std::string, LlmReply>* replies);
  void ReadLines(std::string_view lines, std::map<std::string, LlmReply>* replies) const;

  const EndpointConfig config_;
  const Kind kind_;
  const std::unique_ptr<WireFormat> format_;
  const std::string key_;
  HttpClient* const client_;
  BodyBuilder bodies_;
};

}  // namespace seaworthy
