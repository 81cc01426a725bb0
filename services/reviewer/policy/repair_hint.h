// What a model is told about its last answer, once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seaworthy/v1/verdict.pb.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

inline constexpr size_t kMaxHintBytes = 400;

// For truncated, invalid_json and schema_violation; `reason` is the parser's.
// At most kMaxHintBytes of UTF-8 on one line: the words in it come from an
// answer, which is untrusted.
std::string RepairHint(LlmOutcome outcome, std::string_view reason);
// For words that no evidence bears out. Empty where there are none.
std::string MarksHint(const std::vector<v1::Mark>& marks);
// Marks that are unsupported or contradicted.
int CountBad(const std::vector<v1::Mark>& marks);

}  // namespace seaworthy
