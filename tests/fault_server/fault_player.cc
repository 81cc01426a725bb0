#include "tests/fault_server/fault_player.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"

namespace seaworthy {
namespace {

constexpr size_t kDepth = 100'000;
constexpr size_t kLoop = 200'000;
constexpr uint64_t kHugeMegabytes = 100;
// Stands in a text for bytes that JSON cannot hold.
constexpr absl::string_view kMark = "@@raw bytes@@";
constexpr absl::string_view kBadUtf8("\xC3\x28\xFF\xC0\xAF\xED\xA0\x80");
constexpr absl::string_view kNuls("\0\0\0", 3);

std::string Repeated(absl::string_view text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&out, text);
  return out;
}

struct StatusFault {
  FaultKind kind;
  int status;
  const char* openai_type;
  const char* openai_code;
  const char* anthropic_type;
  const char* anthropic_code;
  const char* message;
};

constexpr auto kRate = "Rate limit reached for requests.";
constexpr auto kStatusFaults = std::to_array<StatusFault>({
    {FaultKind::kRateLimitedSeconds, 429, "requests", "rate_limit_exceeded", "rate_limit_error", "", kRate},
    {FaultKind::kRateLimitedDate, 429, "requests", "rate_limit_exceeded", "rate_limit_error", "", kRate},
    {FaultKind::kRateLimitedMs, 429, "tokens", "rate_limit_exceeded", "rate_limit_error", "", kRate},
    {FaultKind::kRateLimitedReset, 429, "tokens", "rate_limit_exceeded", "rate_limit_error", "", kRate},
    {FaultKind::kRateLimitedBare, 429, "requests", "rate_limit_exceeded", "rate_limit_error", "", kRate},
    {FaultKind::kQuota, 429, "insufficient_quota", "insufficient_quota", "invalid_request_error", "",
     "Your credit balance is too low to access the API. Go to Plans & Billing."},
    {FaultKind::kSpendLimit, 429, "insufficient_quota", "organization_spend_limit_exceeded",
     "rate_limit_error", "enforced_spend_limit_reached", "You have reached your spend limit."},
    {FaultKind::kServerError, 500, "server_error", "", "api_error", "", "The server had an error."},
    {FaultKind::kSlowDown, 503, "server_error", "slow_down", "api_error", "", "Slow down."},
    {FaultKind::kOverloaded, 529, "server_error", "server_is_overloaded", "overloaded_error", "",
     "Overloaded"},
    {FaultKind::kBadRequest, 400, "invalid_request_error", "", "invalid_request_error", "",
     "Invalid request."},
    {FaultKind::kUnauthorized, 401, "invalid_request_error", "invalid_api_key", "authentication_error", "",
     "Incorrect API key provided."},
    {FaultKind::kBilling, 402, "billing_error", "", "billing_error", "", "Payment required."},
    {FaultKind::kForbidden, 403, "permission_error", "", "permission_error", "", "Not allowed."},
    {FaultKind::kTooLarge, 413, "invalid_request_error", "request_too_large", "request_too_large", "",
     "Request exceeds the maximum size"},
});

std::string LimitHeaders(FaultKind kind, Provider provider, absl::Duration wait) {
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))));
  const absl::Time until = absl::Now() + wait;
  switch (kind) {
    case FaultKind::kRateLimitedSeconds:
      return absl::StrCat("retry-after: ", seconds, "\r\n");
    case FaultKind::kRateLimitedDate:
      return absl::StrCat("retry-after: ",
                          absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now() + absl::Seconds(seconds),
                                           absl::UTCTimeZone()),
                          "\r\n");
    case FaultKind::kRateLimitedMs:
      return absl::StrCat("retry-after-ms: ", absl::ToInt64Milliseconds(wait), "\r\n");
    case FaultKind::kRateLimitedReset:
      if (provider == Provider::kOpenAi) {
        return absl::StrCat("x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-requests: 12ms\r\n",
                            "x-ratelimit-reset-tokens: ", absl::FormatDuration(wait), "\r\n");
      }
      return absl::StrCat("anthropic-ratelimit-tokens-remaining: 0\r\nanthropic-ratelimit-tokens-reset: ",
                          absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", until, absl::UTCTimeZone()), "\r\n");
    default:
      return "";
  }
}

// The fault is one of the content: a proper answer with other words.
void ChangeContent(FaultKind kind, Completion* completion) {
  switch (kind) {
    case FaultKind::kLength:
      completion->text.resize(completion->text.size() / 2);
      completion->finish = Finish::kLength;
      return;
    case FaultKind::kRefusal:
      completion->text = "I cannot help with that.";
      completion->finish = Finish::kRefusal;
      return;
    case FaultKind::kWrongSchema:
      completion->text = R"({"vote":"perhaps","text":17,"beats":{"none":true}})";
      return;
    case FaultKind::kProse:
      completion->text = "Certainly. My verdict: ship it, it looks great.";
      return;
    case FaultKind::kEmptyContent:
      completion->null_content = true;
      return;
    case FaultKind::kWhitespaceLoop:
      completion->text = absl::StrCat("{\"vote\":", std::string(kLoop, ' '));
      completion->finish = Finish::kLength;
      return;
    case FaultKind::kDeepVerdict:
      completion->text =
          absl::StrCat(R"({"vote":"ship","quote":)", Repeated("[", kDepth), Repeated("]", kDepth), "}");
      return;
    case FaultKind::kDuplicateKeys:
      completion->text = absl::StrCat(R"({"vote":"ship","vote":"skip",)", completion->text.substr(1));
      return;
    case FaultKind::kNulEscape:
      completion->text = R"({"vote":"ship","quote":"Nothing \u0000 follows.","confidence":0.5})";
      return;
    case FaultKind::kBadUtf8:
    case FaultKind::kNulBytes:
      completion->text =
          absl::StrCat(R"({"vote":"ship","quote":"Read )", kMark, R"( here.","confidence":0.5})");
      return;
    default:
      return;
  }
}

WireReply ProperReply(const ChatRequest& request, const std::string& body) {
  return request.stream ? ChunkedReply(kEventStreamType, body, true) : SizedReply(200, kJsonType, body);
}

absl::string_view TypeOf(const ChatRequest& request) { return request.stream ? kEventStreamType : kJsonType; }

// Headers of `body`, and as much of it as `sent`; then `end`.
WireReply PartOf(const ChatRequest& request, absl::string_view body, size_t length, size_t sent,
                 WireReply::End end) {
  WireReply reply;
  reply.bytes = absl::StrCat(ReplyHead(200, TypeOf(request), ""), "content-length: ", length, "\r\n\r\n",
                             body.substr(0, sent));
  reply.end = end;
  return reply;
}

WireReply ErrorIn200(const ChatRequest& request) {
  const bool openai = request.provider == Provider::kOpenAi;
  const std::string error = RenderError(request.provider, openai ? "server_error" : "overloaded_error", "",
                                        "The upstream provider failed.");
  if (!request.stream) return SizedReply(200, kJsonType, error);
  return ChunkedReply(kEventStreamType,
                      absl::StrCat(openai ? "data: " : "event: error\ndata: ", error, "\n\n"), true);
}

WireReply CutStream(const ChatRequest& request, const Completion& completion, absl::string_view body) {
  if (!request.stream) return ChunkedReply(kJsonType, body.substr(0, body.size() / 2), false);
  const std::string events = RenderEvents(request, completion);
  const size_t end = events.rfind("\n\n", events.size() * 2 / 3);
  return ChunkedReply(kEventStreamType, events.substr(0, end + 2), true);
}

WireReply HugeBody(const ChatRequest& request) {
  static const auto block = std::make_shared<const std::string>(1U << 20, 'a');
  const std::string head = absl::StrCat(
      request.stream ? "data: " : "", R"({"choices":[{"index":0,"message":{"role":"assistant","content":")");
  const std::string last = absl::StrCat(R"("},"finish_reason":"stop"}]})", request.stream ? "\n\n" : "");
  const size_t length = head.size() + kHugeMegabytes * block->size() + last.size();
  WireReply reply = PartOf(request, head, length, head.size(), WireReply::End::kKeepAlive);
  reply.block = block;
  reply.blocks = kHugeMegabytes;
  reply.last = last;
  return reply;
}

WireReply GzipBomb(const ChatRequest& request) {
  static const auto bomb = std::make_shared<const std::string>(GzipOfZeros(1));
  WireReply reply;
  reply.bytes = absl::StrCat(ReplyHead(200, TypeOf(request), "content-encoding: gzip\r\n"),
                             "content-length: ", bomb->size(), "\r\n\r\n");
  reply.block = bomb;
  reply.blocks = 1;
  return reply;
}

WireReply Endless(std::string head, absl::string_view line) {
  WireReply reply;
  reply.bytes = std::move(head);
  reply.block = std::make_shared<const std::string>(Repeated(line, 16384 / line.size()));
  reply.blocks = WireReply::kEndless;
  reply.end = WireReply::End::kClose;
  return reply;
}

WireReply DeepNesting(const ChatRequest& request) {
  const std::string deep = absl::StrCat("{\"choices\":", Repeated("[", kDepth), Repeated("]", kDepth), "}");
  return ProperReply(request, request.stream ? absl::StrCat("data: ", deep, "\n\n") : deep);
}

WireReply PlayBytes(FaultKind kind, const ChatRequest& request, const Completion& completion,
                    const std::string& body) {
  using End = WireReply::End;
  const size_t half = body.size() / 2;
  switch (kind) {
    case FaultKind::kErrorIn200:
      return ErrorIn200(request);
    case FaultKind::kNoAnswer: {
      WireReply reply;
      reply.end = End::kHang;
      return reply;
    }
    case FaultKind::kStall:
      return PartOf(request, body, body.size(), 0, End::kHang);
    case FaultKind::kOneByteASecond: {
      WireReply reply = PartOf(request, body, body.size(), 0, End::kKeepAlive);
      reply.drip = body;
      return reply;
    }
    case FaultKind::kReset:
      return PartOf(request, body, body.size(), half, End::kReset);
    case FaultKind::kCutStream:
      return CutStream(request, completion, body);
    case FaultKind::kShortBody:
      return PartOf(request, body, body.size() + 1000, body.size(), End::kClose);
    case FaultKind::kTruncatedJson:
      return ProperReply(
          request, request.stream ? absl::StrCat(body.substr(0, half), "\n\n", StreamEnd(request.provider))
                                  : body.substr(0, half));
    case FaultKind::kEmptyBody:
      return SizedReply(200, TypeOf(request), "");
    case FaultKind::kHugeBody:
      return HugeBody(request);
    case FaultKind::kDeepNesting:
      return DeepNesting(request);
    case FaultKind::kGzipBomb:
      return GzipBomb(request);
    case FaultKind::kBadUtf8:
      return ProperReply(request, absl::StrReplaceAll(body, {{kMark, kBadUtf8}}));
    case FaultKind::kNulBytes:
      return ProperReply(request, absl::StrReplaceAll(body, {{kMark, kNuls}}));
    case FaultKind::kNoHttp: {
      WireReply reply;
      reply.bytes = "SSH-2.0-OpenSSH_9.2p1\r\n";
      reply.end = End::kClose;
      return reply;
    }
    case FaultKind::kHeaderFlood:
      return Endless("HTTP/1.1 200 OK\r\n", "x-flood: this header comes again and again\r\n");
    case FaultKind::kEndlessStream:
      return Endless(absl::StrCat(ReplyHead(200, TypeOf(request), "connection: close\r\n"), "\r\n"),
                     request.stream ? ": keep-alive\n\n" : "                \n");
    default:
      return ProperReply(request, body);
  }
}

}  // namespace

bool IsStatusFault(FaultKind kind) {
  return kind >= FaultKind::kRateLimitedSeconds && kind <= FaultKind::kTooLarge;
}

WireReply PlayStatus(FaultKind kind, Provider provider, absl::Duration retry_after) {
  if (kind == FaultKind::kBadGateway) {
    return SizedReply(502, "text/html",
                      "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>");
  }
  const auto* found = std::find_if(kStatusFaults.begin(), kStatusFaults.end(),
                                   [kind](const StatusFault& fault) { return fault.kind == kind; });
  if (found == kStatusFaults.end()) return PlayStatus(FaultKind::kServerError, provider, retry_after);
  const bool openai = provider == Provider::kOpenAi;
  // Anthropic has no insufficient_quota: an empty balance is a 400.
  const int status = kind == FaultKind::kQuota && !openai ? 400 : found->status;
  const std::string body = RenderError(provider, openai ? found->openai_type : found->anthropic_type,
                                       openai ? found->openai_code : found->anthropic_code, found->message);
  return SizedReply(status, kJsonType, body, LimitHeaders(kind, provider, retry_after));
}

WireReply PlayChat(FaultKind kind, const ChatRequest& request, Completion completion,
                   absl::Duration retry_after) {
  if (IsStatusFault(kind)) return PlayStatus(kind, request.provider, retry_after);
  ChangeContent(kind, &completion);
  if (!request.stream) return PlayBytes(kind, request, completion, RenderChat(request, completion));
  const std::string body = absl::StrCat(RenderEvents(request, completion), StreamEnd(request.provider));
  return PlayBytes(kind, request, completion, body);
}

}  // namespace seaworthy
