// The ways in which a provider can fail, by name.
#pragma once

#include <string>
#include <utility>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seaworthy {

enum class FaultKind {
  kNone,
  // Answers with a status that is no 200.
  kRateLimitedSeconds,
  kRateLimitedDate,
  kRateLimitedMs,
  kRateLimitedReset,
  kRateLimitedBare,
  kQuota,
  kSpendLimit,
  kServerError,
  kBadGateway,
  kSlowDown,
  kOverloaded,
  kBadRequest,
  kUnauthorized,
  kBilling,
  kForbidden,
  kTooLarge,
  // A 200 whose content is wrong.
  kLength,
  kRefusal,
  kWrongSchema,
  kProse,
  kEmptyContent,
  kWhitespaceLoop,
  kDeepVerdict,
  kDuplicateKeys,
  kNulEscape,
  kErrorIn200,
  // A 200 whose bytes are wrong.
  kNoAnswer,
  kStall,
  kOneByteASecond,
  kReset,
  kCutStream,
  kShortBody,
  kTruncatedJson,
  kEmptyBody,
  kHugeBody,
  kDeepNesting,
  kGzipBomb,
  kBadUtf8,
  kNulBytes,
  kNoHttp,
  kHeaderFlood,
  kEndlessStream,
  // Of the door: they hold for a whole server, before any request.
  kBacklogFull,
  kNeverReads,
  kTlsWrongHost,
  kTlsUnknownCa,
};

struct FaultInfo {
  FaultKind kind;
  const char* name;
  const char* what;
};

// Every kind once, in the order of the enumeration, `none` included.
absl::Span<const FaultInfo> AllFaults();

// `rate_limited_seconds`, `stall` …
const char* FaultName(FaultKind kind);

// True for kinds that hold for a whole server (FaultServerOptions::door).
bool IsDoorFault(FaultKind kind);

// Errors: INVALID_ARGUMENT naming the kinds there are.
absl::StatusOr<FaultKind> ParseFault(absl::string_view name);

// Shares of requests; what is left of 1 is answered properly.
using FaultShares = std::vector<std::pair<FaultKind, double>>;

// `stall=0.1,reset=0.05`; a kind without a share has all of them. Errors:
// INVALID_ARGUMENT for an unknown kind, a kind of the door, a share that is no
// number from 0 to 1, and a sum over 1.
absl::StatusOr<FaultShares> ParseFaultShares(absl::string_view text);

}  // namespace seaworthy
