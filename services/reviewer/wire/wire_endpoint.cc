#include "services/reviewer/wire/wire_endpoint.h"

#include <algorithm>
#include <utility>

#include "services/reviewer/text.h"
#include "services/reviewer/wire/batch_endpoint.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxAnswerBytes = 1 << 20;
constexpr size_t kMaxStreamBytes = 4 << 20;
constexpr size_t kMaxMessageBytes = 1000;

}  // namespace

WireEndpoint::WireEndpoint(const EndpointConfig& config, std::unique_ptr<WireFormat> format,
                           std::shared_ptr<const WireTarget> target, std::string key, HttpClient* client)
    : name_(config.name),
      model_(config.model),
      streams_(config.stream),
      format_(std::move(format)),
      target_(std::move(target)),
      key_(std::move(key)),
      client_(client),
      bodies_(format_.get()) {}

WireEndpoint::~WireEndpoint() { client_->EndAll(this); }

void WireEndpoint::Start(const LlmCall& call, LlmDone done) {
  if (call.deadline <= absl::ZeroDuration()) {
    LlmReply late;
    late.outcome = LlmOutcome::kTimeout;
    late.message = text::Cat("endpoint `", name_, "`: the deadline had passed before the call began");
    return done(std::move(late));
  }
  WireRequest request;
  request.target = target_;
  request.body = bodies_.Build(*call.prompt);
  request.deadline = call.deadline;
  request.max_bytes = streams_ ? kMaxStreamBytes : kMaxAnswerBytes;
  request.owner = this;
  std::shared_ptr<StreamReader> stream;
  if (streams_) {
    stream = std::make_shared<StreamReader>(format_.get());
    request.on_body = [stream](std::string_view bytes) { return stream->Feed(bytes); };
  }
  client_->Post(std::move(request), [this, stream, done = std::move(done)](WireResponse response) {
    done(Read(std::move(response), stream.get()));
  });
}

LlmReply WireEndpoint::Read(WireResponse response, StreamReader* stream) const {
  LlmReply reply;
  ReadResponse(*format_, std::move(response), stream, &reply);
  FinishReply(name_, key_, &reply);
  return reply;
}

void FinishReply(const std::string& name, const std::string& key, LlmReply* reply) {
  for (std::string* told : {&reply->wire, &reply->raw, &reply->message}) StrikeOut(key, told);
  if (reply->outcome == LlmOutcome::kOk) return;
  std::string& message = reply->message;
  message = text::Cat("endpoint `", name, "`: ", message);
  while (message.size() > kMaxMessageBytes || !text::IsUtf8(message)) message.pop_back();
}

void StrikeOut(const std::string& key, std::string* text) {
  if (key.size() < 8) return;
  for (size_t at = text->find(key); at != std::string::npos; at = text->find(key, at))
    text->replace(at, key.size(), "***");
}

absl::StatusOr<std::shared_ptr<const WireTarget>> MakeWireTarget(const EndpointConfig& config,
                                                                 const WireFormat& format, std::string url,
                                                                 const std::string& key,
                                                                 std::string content_type) {
  std::vector<std::string> lines = format.Headers();
  lines.push_back("Content-Type: " + std::move(content_type));
  if (!key.empty()) lines.push_back(text::Cat(format.KeyHeader(), key));
  auto headers = WireHeaders::Make(lines);
  if (!headers.ok()) {
    return absl::InvalidArgumentError(text::Cat(
        "endpoint `", config.name, "`: the key holds a control character; look at key_env or key_file"));
  }
  auto target = std::make_shared<WireTarget>();
  target->url = std::move(url);
  target->headers = *std::move(headers);
  target->ca_file = config.ca_file;
  target->connect_timeout = config.connect_timeout;
  return target;
}

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeWireEndpoint(const EndpointConfig& config, std::string key,
                                                              HttpClient* client,
                                                              const std::string& batch_folder) {
  if (config.batch) {
    auto batches = BatchClient::Make(config, std::move(key), client);
    if (!batches.ok()) return batches.status();
    return std::make_unique<BatchEndpoint>(config, *std::move(batches), BatchPace(), batch_folder);
  }
  auto format = MakeWireFormat(config);
  if (!format.ok()) return format.status();
  auto target = MakeWireTarget(config, **format, (*format)->AskUrl(), key);
  if (!target.ok()) return target.status();
  return std::make_unique<WireEndpoint>(config, *std::move(format), *std::move(target), std::move(key),
                                        client);
}

}  // namespace seaworthy
