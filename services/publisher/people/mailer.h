// Sending mail: the one door, so that whoever has something to say need not
// know how it travels.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace seaworthy {

// One mail to one person.
struct Mail {
  std::string to;       // `name@example.org`, nothing else.
  std::string subject;  // UTF-8, one line.
  std::string text;     // UTF-8; lines end in `\n`.
  std::string html;     // Empty: text only.
  // Without angle brackets; empty: made. The same mail keeps its id when it is
  // sent again, so that the receiving side can tell.
  std::string message_id;
  // Further ones: `List-Unsubscribe` …
  std::vector<std::pair<std::string, std::string>> headers;
  // Called before the last bytes go out: until then the server cannot have
  // taken the mail. An error stops it there. May be empty.
  std::function<absl::Status()> before_end;
};

// Thread-safe.
class Mailer {
 public:
  virtual ~Mailer() = default;
  // OK once the server has taken the mail. Errors: INVALID_ARGUMENT (address,
  // subject or a header that cannot be sent), NOT_FOUND (the server refuses
  // this recipient for good), FAILED_PRECONDITION (it refuses the mail or us
  // for good), UNAVAILABLE (not taken; later it may be), UNKNOWN (the
  // connection ended after the last bytes: it may have been taken).
  virtual absl::Status Send(const Mail& mail) = 0;
  // Has the mail under way end within seconds: not sent where that can still
  // be. For stopping.
  virtual void Interrupt() {}
};

}  // namespace seaworthy
