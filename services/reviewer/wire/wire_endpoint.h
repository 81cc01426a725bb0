// Endpoints over HTTP: OpenAI's Chat Completions and all that speak it, and
// Anthropic's Messages.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/http_client.h"
#include "services/reviewer/wire/wire_format.h"

namespace seaworthy {

// One model behind HTTP. As LlmEndpoint. The key is sent to the endpoint's own
// URL and nowhere else; where an answer repeats it, it is struck out of the
// reply. Answers are bounded to 1 MiB, streams to 4 MiB of which 1 MiB is kept
// in `wire`.
class WireEndpoint : public LlmEndpoint {
 public:
  WireEndpoint(const EndpointConfig& config, std::unique_ptr<WireFormat> format,
               std::shared_ptr<const WireTarget> target, std::string key, HttpClient* client);
  ~WireEndpoint() override;

  const std::string& name() const override { return name_; }
  const std::string& model() const override { return model_; }
  const std::string& parameters() const override { return format_->parameters(); }
  void Start(const LlmCall& call, LlmDone done) override;

 private:
  LlmReply Read(WireResponse response, StreamReader* stream) const;

  const std::string name_;
  const std::string model_;
  const bool streams_;
  const std::unique_ptr<WireFormat> format_;
  const std::shared_ptr<const WireTarget> target_;
  const std::string key_;
  HttpClient* const client_;
  BodyBuilder bodies_;
};

// For `openai:` and `anthropic:` URLs, a BatchEndpoint where `batch` is set, with its journal in
// `batch_folder`; the client must outlive the endpoint. Errors: INVALID_ARGUMENT naming the endpoint, what is
// wrong and the way out.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeWireEndpoint(const EndpointConfig& config, std::string key,
                                                              HttpClient* client,
                                                              const std::string& batch_folder = "");

// Asks the endpoint which models it has, within its connect timeout and ten
// seconds. OK where `model` is among them or the server keeps no list. Errors,
// each with the way out: INVALID_ARGUMENT (configuration), UNAVAILABLE (no
// connection, TLS, 429, 5xx, no such API), UNAUTHENTICATED (401),
// PERMISSION_DENIED (403), RESOURCE_EXHAUSTED (a spend cap), DEADLINE_EXCEEDED, NOT_FOUND (the model
// is not there; names some that are). Waits; not from the client's own thread.
absl::Status ProbeWireEndpoint(const EndpointConfig& config, const std::string& key, HttpClient* client);

// What calls to an endpoint share: its URL, headers and key. Errors as
// MakeWireEndpoint.
absl::StatusOr<std::shared_ptr<const WireTarget>> MakeWireTarget(
    const EndpointConfig& config, const WireFormat& format, std::string url, const std::string& key,
    std::string content_type = "application/json");

// OK for a 200; else the error's kind, the endpoint's name, what was said and
// the way out, without the key. As ProbeWireEndpoint, and NOT_FOUND for 404.
absl::Status WireStatus(const std::string& name, const std::string& key, const WireResponse& response);

// Strikes the key out of a reply, and names the endpoint in its message.
void FinishReply(const std::string& name, const std::string& key, LlmReply* reply);

// Replaces the key wherever it stands; keys under 8 bytes are left.
void StrikeOut(const std::string& key, std::string* text);

}  // namespace seaworthy
