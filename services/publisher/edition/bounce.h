// What comes back: delivery status notifications (RFC 3464).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

struct Bounce {
  std::string address;     // Whose mail came back.
  bool permanent = false;  // Status 5.x.x.
  std::string status;      // `5.1.1`
  std::string reason;      // Diagnostic-Code, one line, at most 300 bytes.
};

// Reads the first failed recipient of a message (message/rfc822, CR LF or LF
// lines). Errors: INVALID_ARGUMENT (over 1 MiB, no delivery status in it, or
// one that tells of no failure).
absl::StatusOr<Bounce> ReadBounce(std::string_view message);

}  // namespace seaworthy
