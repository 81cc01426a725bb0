#include "services/reviewer/wire/wire_format.h"

#include <algorithm>

#include "services/reviewer/text.h"
#include "services/reviewer/wire/anthropic_format.h"
#include "services/reviewer/wire/openai_format.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxWireKept = 1 << 20;

bool Same(const std::shared_ptr<const std::string>& a, const std::shared_ptr<const std::string>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

void Broken(LlmReply* reply, LlmOutcome outcome, std::string_view what) {
  reply->outcome = outcome;
  reply->message = std::string(what);
}

bool IsStream(const WireResponse& response) {
  return text::ContainsIgnoreCase(response.Header("content-type"), "text/event-stream");
}

}  // namespace

absl::StatusOr<std::unique_ptr<WireFormat>> MakeWireFormat(const EndpointConfig& config) {
  const size_t colon = config.url.find(':');
  const std::string scheme = config.url.substr(0, colon);
  const auto wrong = [&](std::string_view why) {
    return absl::InvalidArgumentError(text::Cat("endpoint `", config.name, "`: ", why));
  };
  if (colon == std::string::npos || (scheme != "openai" && scheme != "anthropic"))
    return wrong("`url` must begin with openai: or anthropic:, as openai:https://api.openai.com/v1");
  if (config.model.empty()) return wrong("`model` is missing; give the name the provider knows it by");
  if (!text::IsUtf8(config.model) || config.model.size() > 200) return wrong("`model` is no name");
  auto url = ParseWireUrl(std::string_view(config.url).substr(colon + 1));
  if (!url.ok()) {
    const absl::string_view why = url.status().message();
    return wrong(
        text::Cat("what follows `", scheme, ":` in `url` ", std::string_view(why.data(), why.size())));
  }
  if (scheme == "anthropic") return std::make_unique<AnthropicFormat>(config, *std::move(url));
  const auto dialect = FindDialect(config.dialect, url->host, url->port, config.model);
  if (!dialect.ok()) {
    const absl::string_view why = dialect.status().message();
    return wrong(std::string_view(why.data(), why.size()));
  }
  return std::make_unique<OpenAiFormat>(config, **dialect, *std::move(url));
}

std::shared_ptr<const std::string> BodyBuilder::FindStart(const LlmPrompt& prompt) {
  absl::MutexLock lock(&mutex_);
  // Pointers first: comparing kilobytes is for those that made a copy.
  for (const Start& start : starts_) {
    if (start.system == prompt.system && start.schema == prompt.schema) return start.bytes;
  }
  for (const Start& start : starts_) {
    if (Same(start.system, prompt.system) && Same(start.schema, prompt.schema)) return start.bytes;
  }
  if (starts_.size() >= kMostStarts) starts_.erase(starts_.begin());
  starts_.push_back(
      {prompt.system, prompt.schema, std::make_shared<std::string>(format_->BodyStart(prompt))});
  return starts_.back().bytes;
}

std::string BodyBuilder::Build(const LlmPrompt& prompt) {
  const auto start = FindStart(prompt);
  std::string body;
  body.reserve(start->size() + prompt.user.size() + prompt.user.size() / 16 + 64);
  body.append(*start);
  AppendJsonEscaped(prompt.user, &body);
  body.append(format_->BodyEnd());
  return body;
}

bool StreamReader::Feed(std::string_view bytes) {
  return parser_.Feed(bytes, [this](std::string_view data) { return TakeEvent(data); });
}

bool StreamReader::TakeEvent(std::string_view data) {
  if (answer_.ended) return true;
  if (text::Strip(data) == "[DONE]") {
    answer_.ended = true;
    return true;
  }
  JsonWalker json(data);
  if (!IsWireUtf8(data) || !format_->ReadEvent(&json, &answer_) || !json.AtEnd()) {
    broken_ = true;
    return false;
  }
  looping_ = !watch_.Feed(std::string_view(answer_.text).substr(watched_));
  watched_ = answer_.text.size();
  return !looping_ && !answer_.error.present;
}

void StreamReader::Settle(const WireResponse& response, LlmReply* reply) {
  if (broken_)
    return Broken(reply, LlmOutcome::kInvalidJson,
                  "an event of the stream is no JSON, too deep, or no UTF-8");
  const bool whole = response.end == WireEnd::kDone || response.end == WireEnd::kStopped || answer_.ended;
  if (!whole && !answer_.error.present) return SettleBroken(response, reply);
  if (looping_ && watch_.complete()) answer_.ended = true;
  if (looping_ && !watch_.complete()) {
    SettleAnswer(std::move(answer_), false, reply);
    return Broken(reply, LlmOutcome::kTruncated,
                  "the model answers white space without end; the call was ended");
  }
  SettleAnswer(std::move(answer_), true, reply);
}

void ReadWholeBody(const WireFormat& format, std::string_view body, LlmReply* reply) {
  ProviderAnswer answer;
  JsonWalker json(body);
  if (!IsWireUtf8(body))
    return Broken(reply, LlmOutcome::kInvalidJson, "status 200, but bytes that are no UTF-8");
  if (json.Peek() != '{')
    return Broken(
        reply, LlmOutcome::kTransport,
        text::Cat("status 200, but the body is no JSON object; does the URL name this kind of API? ",
                  Snippet(body)));
  if (!format.ReadWhole(&json, &answer) || !json.AtEnd()) {
    return Broken(reply, LlmOutcome::kInvalidJson,
                  text::Cat("status 200, but the body is no whole JSON nested at most ",
                            JsonWalker::kMaxDepth, " deep: ", Snippet(body)));
  }
  SettleAnswer(std::move(answer), false, reply);
}

void ReadResponse(const WireFormat& format, WireResponse response, StreamReader* stream, LlmReply* reply) {
  reply->http_status = response.status;
  reply->elapsed = response.elapsed;
  reply->sent = std::move(response.sent);
  reply->provider_request_id = std::string(response.Header(format.RequestIdHeader()));
  // A status that says no says enough, even where its body broke off.
  const bool failed =
      response.status >= 300 && response.end != WireEnd::kTimeout && response.end != WireEnd::kEnded;
  if (failed || (response.end == WireEnd::kDone && response.status != 200)) {
    SettleError(response, ReadErrorBody(response.body), reply);
  } else if (stream != nullptr && response.status == 200 && IsStream(response)) {
    stream->Settle(response, reply);
  } else if (response.end == WireEnd::kDone) {
    ReadWholeBody(format, response.body, reply);
  } else {
    SettleBroken(response, reply);
  }
  reply->wire = std::move(response.body);
  if (reply->wire.size() > kMaxWireKept) reply->wire.resize(kMaxWireKept);
}

}  // namespace seaworthy
