#include "tests/fault_server/fault_kind.h"

#include <array>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

constexpr auto kFaults = std::to_array<FaultInfo>({
    {FaultKind::kNone, "none", "answers properly"},
    {FaultKind::kRateLimitedSeconds, "rate_limited_seconds", "429, retry-after in seconds"},
    {FaultKind::kRateLimitedDate, "rate_limited_date", "429, retry-after as an HTTP date"},
    {FaultKind::kRateLimitedMs, "rate_limited_ms", "429, retry-after-ms"},
    {FaultKind::kRateLimitedReset, "rate_limited_reset", "429, only the reset headers of the provider"},
    {FaultKind::kRateLimitedBare, "rate_limited_bare", "429, no header at all"},
    {FaultKind::kQuota, "quota", "429 insufficient_quota; Anthropic: 400, credit balance too low"},
    {FaultKind::kSpendLimit, "spend_limit", "429 of a spend limit, no retry-after"},
    {FaultKind::kServerError, "server_error", "500"},
    {FaultKind::kBadGateway, "bad_gateway", "502 with a page of HTML"},
    {FaultKind::kSlowDown, "slow_down", "503 slow_down"},
    {FaultKind::kOverloaded, "overloaded", "529 overloaded_error"},
    {FaultKind::kBadRequest, "bad_request", "400"},
    {FaultKind::kUnauthorized, "unauthorized", "401"},
    {FaultKind::kBilling, "billing", "402"},
    {FaultKind::kForbidden, "forbidden", "403"},
    {FaultKind::kTooLarge, "too_large", "413"},
    {FaultKind::kLength, "length", "cut at the token limit"},
    {FaultKind::kRefusal, "refusal", "the model declines"},
    {FaultKind::kWrongSchema, "wrong_schema", "JSON that is no verdict"},
    {FaultKind::kProse, "prose", "text that is no JSON"},
    {FaultKind::kEmptyContent, "empty_content", "content null or empty"},
    {FaultKind::kWhitespaceLoop, "whitespace_loop", "200,000 spaces, then the token limit"},
    {FaultKind::kDeepVerdict, "deep_verdict", "a verdict nested 100,000 deep"},
    {FaultKind::kDuplicateKeys, "duplicate_keys", "a verdict that votes twice"},
    {FaultKind::kNulEscape, "nul_escape", "a quote with \\u0000"},
    {FaultKind::kErrorIn200, "error_in_200", "200 with an error for a body"},
    {FaultKind::kNoAnswer, "no_answer", "reads the request and never answers"},
    {FaultKind::kStall, "stall", "silence after the headers"},
    {FaultKind::kOneByteASecond, "one_byte_a_second", "the body, a byte a second"},
    {FaultKind::kReset, "reset", "RST in the middle of the body"},
    {FaultKind::kCutStream, "cut_stream", "the stream ends without its terminator"},
    {FaultKind::kShortBody, "short_body", "content-length larger than the body"},
    {FaultKind::kTruncatedJson, "truncated_json", "half of the JSON, with a content-length that fits"},
    {FaultKind::kEmptyBody, "empty_body", "200 with nothing"},
    {FaultKind::kHugeBody, "huge_body", "a body of 100 MB"},
    {FaultKind::kDeepNesting, "deep_nesting", "a body nested 100,000 deep"},
    {FaultKind::kGzipBomb, "gzip_bomb", "1 GiB of zeros in 1 MB of gzip"},
    {FaultKind::kBadUtf8, "bad_utf8", "bytes that are no UTF-8 in the content"},
    {FaultKind::kNulBytes, "nul_bytes", "raw NUL bytes in the body"},
    {FaultKind::kNoHttp, "no_http", "an answer that is no HTTP"},
    {FaultKind::kHeaderFlood, "header_flood", "headers without an end"},
    {FaultKind::kEndlessStream, "endless_stream", "a stream of comments without an end"},
    {FaultKind::kBacklogFull, "backlog_full", "the connection never comes about"},
    {FaultKind::kNeverReads, "never_reads", "accepts and never reads"},
    {FaultKind::kTlsWrongHost, "tls_wrong_host", "a certificate for another host"},
    {FaultKind::kTlsUnknownCa, "tls_unknown_ca", "a certificate nobody vouches for"},
});

absl::Status AddShare(absl::string_view item, FaultShares* shares) {
  const std::vector<std::string> parts = absl::StrSplit(item, absl::MaxSplits('=', 1));
  absl::StatusOr<FaultKind> kind = ParseFault(parts[0]);
  if (!kind.ok()) return kind.status();
  if (IsDoorFault(*kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("faults: `", parts[0], "` holds for a whole server; start one with --door ", parts[0]));
  }
  double share = 1;
  if (parts.size() == 2 && (!absl::SimpleAtod(parts[1], &share) || !(share >= 0 && share <= 1))) {
    return absl::InvalidArgumentError(absl::StrCat("faults: the share of `", parts[0], "` is `", parts[1],
                                                   "`, expected a number from 0 to 1"));
  }
  shares->emplace_back(*kind, share);
  return absl::OkStatus();
}

}  // namespace

absl::Span<const FaultInfo> AllFaults() { return kFaults; }

const char* FaultName(FaultKind kind) { return kFaults.at(static_cast<size_t>(kind)).name; }

bool IsDoorFault(FaultKind kind) { return kind >= FaultKind::kBacklogFull; }

absl::StatusOr<FaultKind> ParseFault(absl::string_view name) {
  for (const FaultInfo& fault : kFaults) {
    if (name == fault.name) return fault.kind;
  }
  const auto append_name = [](std::string* out, const FaultInfo& fault) { out->append(fault.name); };
  return absl::InvalidArgumentError(
      absl::StrCat("faults: no kind `", name, "`; there are ", absl::StrJoin(kFaults, ", ", append_name)));
}

absl::StatusOr<FaultShares> ParseFaultShares(absl::string_view text) {
  FaultShares shares;
  double sum = 0;
  for (const absl::string_view item : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    if (absl::Status added = AddShare(item, &shares); !added.ok()) return added;
    sum += shares.back().second;
  }
  // Sums of decimal shares miss 1 by a rounding.
  if (sum > 1 + 1e-9) {
    return absl::InvalidArgumentError(absl::StrCat("faults: the shares sum up to ", sum, ", at most 1"));
  }
  return shares;
}

}  // namespace seaworthy
