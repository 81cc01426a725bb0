#include "services/reviewer/wire/provider_answer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/time/clock.h"
#include "services/reviewer/text.h"
#include "services/reviewer/wire/retry_after.h"

namespace seaworthy {
namespace {

// Codes and types of errors, and what they mean whatever the status.
struct ErrorWord {
  std::string_view word;
  LlmOutcome outcome;
};
constexpr ErrorWord kErrorWords[] = {
    {"insufficient_quota", LlmOutcome::kSpendCapped},
    {"credit_balance_exhausted", LlmOutcome::kSpendCapped},
    {"organization_spend_limit_exceeded", LlmOutcome::kSpendCapped},
    {"project_spend_limit_exceeded", LlmOutcome::kSpendCapped},
    {"organization_usage_limit_exceeded", LlmOutcome::kSpendCapped},
    {"enforced_spend_limit_reached", LlmOutcome::kSpendCapped},
    {"billing_hard_limit_reached", LlmOutcome::kSpendCapped},
    {"billing_not_active", LlmOutcome::kSpendCapped},
    {"billing_error", LlmOutcome::kSpendCapped},
    {"insufficient_credits", LlmOutcome::kSpendCapped},
    {"content_filter", LlmOutcome::kRefused},
    {"content_policy_violation", LlmOutcome::kRefused},
    {"invalid_prompt", LlmOutcome::kRefused},
    {"rate_limit_exceeded", LlmOutcome::kRateLimited},
    {"rate_limit_error", LlmOutcome::kRateLimited},
    {"rate_limited", LlmOutcome::kRateLimited},
    {"too_many_requests", LlmOutcome::kRateLimited},
    {"slow_down", LlmOutcome::kOverloaded},
    {"server_is_overloaded", LlmOutcome::kOverloaded},
    {"overloaded_error", LlmOutcome::kOverloaded},
    {"server_error", LlmOutcome::kOverloaded},
    {"api_error", LlmOutcome::kOverloaded},
    {"timeout_error", LlmOutcome::kOverloaded},
    {"invalid_request_error", LlmOutcome::kRejected},
    {"authentication_error", LlmOutcome::kRejected},
    {"permission_error", LlmOutcome::kRejected},
    {"not_found_error", LlmOutcome::kRejected},
    {"request_too_large", LlmOutcome::kRejected},
};
// Where providers say it in the message only.
constexpr ErrorWord kErrorPhrases[] = {
    {"credit balance is too low", LlmOutcome::kSpendCapped},
    // More tokens than the limit of a minute: waiting does not help.
    {"request too large for", LlmOutcome::kRejected},
};

const ErrorWord* FindPhrase(const ProviderError& error) {
  for (const ErrorWord& phrase : kErrorPhrases) {
    if (text::ContainsIgnoreCase(error.message, phrase.word)) return &phrase;
  }
  return nullptr;
}

// The code says more than the type.
const ErrorWord* FindWord(const ProviderError& error) {
  for (const std::string* name : {&error.code, &error.type}) {
    for (const ErrorWord& word : kErrorWords) {
      if (text::EqualsIgnoreCase(*name, word.word)) return &word;
    }
  }
  return nullptr;
}

LlmOutcome OutcomeOfStatus(int status) {
  if (status == 402) return LlmOutcome::kSpendCapped;
  if (status == 429) return LlmOutcome::kRateLimited;
  if (status >= 500 || status == 408 || status == 409 || status == 425) return LlmOutcome::kOverloaded;
  return status >= 300 ? LlmOutcome::kRejected : LlmOutcome::kTransport;
}

const char* WayOut(LlmOutcome outcome, int status) {
  if (status >= 300 && status < 400) return "; give the URL it points to, redirects are not followed";
  if (status == 401) return "; check the key of this endpoint (key_env, key_file)";
  if (status == 403) return "; the key may not use this model";
  if (status == 404) return "; check `url` and `model` of this endpoint";
  switch (outcome) {
    case LlmOutcome::kSpendCapped:
      return "; the account's credit or limit has to be raised at the provider";
    case LlmOutcome::kRejected:
      return "; the request or the endpoint's settings have to change";
    default:
      return "";
  }
}

void Tell(LlmReply* reply, LlmOutcome outcome, std::string message) {
  reply->outcome = outcome;
  reply->message = std::move(message);
}

void SettleText(std::string text, LlmReply* reply) {
  const std::string_view inner = WithoutFence(text);
  if (inner.size() == text.size()) {
    reply->raw = std::move(text);
  } else {
    reply->raw = std::string(inner);
  }
  if (reply->raw.empty()) return Tell(reply, LlmOutcome::kInvalidJson, "the answer's text is empty");
  if (!IsJsonDocument(reply->raw))
    return Tell(reply, LlmOutcome::kInvalidJson,
                text::Cat("the answer's text is no JSON document nested at most ", JsonWalker::kMaxDepth,
                          " deep: ", Snippet(reply->raw)));
  reply->outcome = LlmOutcome::kOk;
}

bool ReadDetails(JsonWalker* json, ProviderError* error) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    return key == "error_code" ? json->StringOrSkip(&error->code) : json->Skip();
  });
}

bool ReadErrorMember(std::string_view key, JsonWalker* json, ProviderError* error) {
  if (key == "message" || key == "detail") return json->StringOrSkip(&error->message);
  if (key == "type") return json->StringOrSkip(&error->type);
  if (key == "details") return ReadDetails(json, error);
  if (key != "code") return json->Skip();
  if (json->Peek() == '"') return json->String(&error->code);
  return json->CountOrSkip(&error->status);
}

}  // namespace

bool ReadProviderError(JsonWalker* json, ProviderError* error) {
  const char first = json->Peek();
  if (first == 'n') return json->Skip();
  error->present = true;
  if (first == '"') return json->String(&error->message);
  if (first != '{') return json->Skip();
  return json->Object([&](std::string_view key) { return ReadErrorMember(key, json, error); });
}

ProviderError ReadErrorBody(std::string_view body) {
  ProviderError error;
  JsonWalker json(body);
  const bool fine = json.Peek() == '{' && json.Object([&](std::string_view key) {
    if (key == "error") return ReadProviderError(&json, &error);
    // Some servers have no `error` around it; `type` is then `error`, or of use.
    return error.present ? json.Skip() : ReadErrorMember(key, &json, &error);
  });
  if (!fine || error.message.empty()) error.message = Snippet(body);
  error.present = true;
  return error;
}

LlmOutcome OutcomeOfError(int status, const ProviderError& error) {
  if (status == 200 && error.status >= 300 && error.status < 600) status = static_cast<int>(error.status);
  if (const ErrorWord* phrase = FindPhrase(error)) return phrase->outcome;
  if (const ErrorWord* word = FindWord(error)) {
    const bool whatever = word->outcome == LlmOutcome::kSpendCapped || word->outcome == LlmOutcome::kRefused;
    if (whatever || status == 200) return word->outcome;
  }
  // An error at 200 that says nothing known: something broke on their side.
  return status == 200 ? LlmOutcome::kOverloaded : OutcomeOfStatus(status);
}

void SettleAnswer(ProviderAnswer answer, bool stream, LlmReply* reply) {
  using Finish = ProviderAnswer::Finish;
  reply->model = std::move(answer.model);
  reply->fingerprint = std::move(answer.fingerprint);
  if (!answer.request_id.empty()) reply->provider_request_id = std::move(answer.request_id);
  reply->usage = answer.usage;
  if (answer.error.present) {
    const LlmOutcome outcome = OutcomeOfError(200, answer.error);
    return Tell(
        reply, outcome,
        text::Cat("status 200 with an error: ", Snippet(answer.error.code), " ",
                  Snippet(answer.error.message), WayOut(outcome, static_cast<int>(answer.error.status))));
  }
  if (stream && !answer.ended)
    return Tell(reply, LlmOutcome::kCutStream, "the stream ended without its end mark");
  if (!answer.answered)
    return Tell(reply, LlmOutcome::kTransport,
                "status 200, but the body holds no answer; does the URL name this kind of API?");
  if (!answer.refusal.empty() || answer.finish == Finish::kRefusal) {
    reply->raw = std::move(answer.text);
    return Tell(reply, LlmOutcome::kRefused,
                text::Cat("declined (", Snippet(answer.finish_word), ") ", Snippet(answer.refusal)));
  }
  if (answer.finish == Finish::kLength) {
    reply->raw = std::move(answer.text);
    return Tell(reply, LlmOutcome::kTruncated,
                text::Cat("cut at the token limit (", Snippet(answer.finish_word),
                          "); raise max_output_tokens of this endpoint"));
  }
  if (answer.finish == Finish::kOther) {
    reply->raw = std::move(answer.text);
    return Tell(reply, LlmOutcome::kInvalidJson,
                text::Cat("stopped for `", Snippet(answer.finish_word), "`, not at an answer's end"));
  }
  SettleText(std::move(answer.text), reply);
}

void SettleError(const WireResponse& response, const ProviderError& error, LlmReply* reply) {
  LlmOutcome outcome = OutcomeOfError(response.status, error);
  const bool later = outcome == LlmOutcome::kRateLimited || outcome == LlmOutcome::kOverloaded;
  const auto should = ReadShouldRetry(response);
  std::string_view asked;
  if (later && should == false) {
    outcome = LlmOutcome::kRejected;
    asked = "; the provider asks not to try again (x-should-retry)";
  } else if (outcome == LlmOutcome::kRejected && should == true) {
    outcome = LlmOutcome::kOverloaded;
    asked = "; the provider asks to try again (x-should-retry)";
  }
  if (outcome == LlmOutcome::kRateLimited || outcome == LlmOutcome::kOverloaded)
    reply->retry_after = ReadRetryAfter(response, absl::Now());
  const std::string& name = error.code.empty() ? error.type : error.code;
  Tell(reply, outcome,
       text::Cat("status ", response.status, name.empty() ? "" : " ", Snippet(name), ": ",
                 Snippet(error.message), asked.empty() ? WayOut(outcome, response.status) : asked));
}

void SettleBroken(const WireResponse& response, LlmReply* reply) {
  LlmOutcome outcome = LlmOutcome::kTransport;
  const char* way_out = "";
  switch (response.end) {
    case WireEnd::kTimeout:
      outcome = LlmOutcome::kTimeout;
      break;
    case WireEnd::kCut:
      outcome = LlmOutcome::kCutStream;
      break;
    case WireEnd::kBadUrl:
      outcome = LlmOutcome::kRejected;
      way_out = "; check `url` of this endpoint";
      break;
    case WireEnd::kConnect:
      way_out = "; is the server running, and does `url` name its host and port?";
      break;
    case WireEnd::kTls:
      way_out = "; give its authority's certificate as ca_file of this endpoint";
      break;
    default:
      break;
  }
  Tell(reply, outcome, text::Cat("no answer: ", Snippet(response.error), way_out));
}

std::string_view WithoutFence(std::string_view text) {
  constexpr std::string_view kFence = "```";
  text = text::Strip(text);
  if (!text.starts_with(kFence) || !text.ends_with(kFence) || text.size() < 2 * kFence.size()) return text;
  const size_t line = text.find('\n');
  if (line == std::string_view::npos) return text;
  const std::string_view label = text::Strip(text.substr(kFence.size(), line - kFence.size()));
  if (!label.empty() && !text::EqualsIgnoreCase(label, "json")) return text;
  text.remove_prefix(line + 1);
  if (text.size() < kFence.size()) return {};
  text.remove_suffix(kFence.size());
  return text::Strip(text);
}

std::string Snippet(std::string_view text) {
  constexpr size_t kMost = 300;
  std::string out(text.substr(0, kMost));
  // A character cut in two at the end goes.
  for (int i = 0; i < 3 && text.size() > kMost && !out.empty() && !text::IsUtf8(out); ++i) out.pop_back();
  const bool clean = text::IsUtf8(out);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
    if (!clean && byte >= 0x80) c = '?';
  }
  return out;
}

bool IsWireUtf8(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  while (text.size() >= sizeof(uint64_t)) {
    uint64_t block = 0;
    std::memcpy(&block, text.data(), sizeof block);
    if ((block & kHighBits) != 0) break;
    text.remove_prefix(sizeof block);
  }
  const auto odd = std::find_if(text.begin(), text.end(),
                                [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
  return text::IsUtf8(text.substr(static_cast<size_t>(odd - text.begin())));
}

}  // namespace seaworthy
