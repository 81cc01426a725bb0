// What batch APIs answer: the state of a batch, and lines of results.
#pragma once

#include <string>
#include <string_view>

#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/wire_format.h"

namespace seaworthy {

// A batch as either provider describes it, or a file of OpenAI's; what is not
// told is empty.
struct BatchDocument {
  std::string id;
  std::string status;  // `status`, or `processing_status`.
  std::string output_file_id;
  std::string error_file_id;
  std::string error;  // The first of `errors`.
};

// False where it is no JSON object.
bool ReadBatchDocument(std::string_view body, BatchDocument* document);

// Letters, digits, `_` and `-`, 1 to `most` bytes: what may stand in a path.
bool IsBatchId(std::string_view id, size_t most);

// One line of results. False where it is no result of either provider.
bool ReadBatchLine(const WireFormat& format, std::string_view line, std::string* custom_id, LlmReply* reply);

}  // namespace seaworthy
