// What was asked, for the record: kept as an object beside every verdict.
#pragma once

#include <string>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// JSON, the same bytes for the same request. The prompt is named by its object,
// the announcement's text by the revision's `text_object`.
std::string RequestDocument(const LlmRequest& request, const std::string& endpoint,
                            const std::string& prompt_object);

}  // namespace seaworthy
