// An endpoint's raw answer -> v1.Verdict, in the schema of
// docs/verdict-schema.md. The answer is untrusted: sizes, depth, names and
// every piece of evidence are checked.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

inline constexpr size_t kMaxAnswerBytes = 256 * 1024;
inline constexpr int kMaxAnswerDepth = 32;
inline constexpr size_t kMaxQuoteBytes = 4000;

// The verdict of `request.persona` on `request.revision`, ids filled in,
// provenance and time left to the caller. A claim's evidence is looked up in
// the revision's facts, then in the announcement's text: what does not occur
// makes the claim UNSUPPORTED; a claimed absence that a fact disproves makes
// it CONTRADICTED. Errors: INVALID_ARGUMENT naming the path in the JSON
// (`claims[2].kind`), what stands there and what is expected.
absl::StatusOr<v1::Verdict> ParseVerdict(std::string_view raw, const LlmRequest& request);

}  // namespace seaworthy
