// Why a document is refused: a machine-readable code word and a reason for a
// person, carried by an absl::Status whose message is `code: reason`.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace seaworthy {

// INVALID_ARGUMENT, or RESOURCE_EXHAUSTED for `document_too_large`.
absl::Status Reject(std::string_view code, std::string_view reason);

struct Rejection {
  std::string code;
  std::string reason;
};

// Takes a status made by Reject apart; a status from elsewhere gives the code
// `unreadable` and its whole message.
Rejection SplitRejection(const absl::Status& status);

}  // namespace seaworthy
