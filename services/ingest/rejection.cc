#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

#include <algorithm>

namespace seaworthy {
namespace {

bool IsCodeWord(std::string_view word) {
  return !word.empty() && word.size() <= 40 &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

absl::Status Reject(std::string_view code, std::string_view reason) {
  const std::string message = Cat(code, ": ", reason);
  if (code == "document_too_large") return absl::ResourceExhaustedError(message);
  return absl::InvalidArgumentError(message);
}

Rejection SplitRejection(const absl::Status& status) {
  const std::string_view message(status.message().data(), status.message().size());
  const size_t colon = message.find(": ");
  if (colon == message.npos || !IsCodeWord(message.substr(0, colon))) {
    return {"unreadable", std::string(message)};
  }
  return {std::string(message.substr(0, colon)), std::string(message.substr(colon + 2))};
}

}  // namespace seaworthy
