// Mail over SMTP, by libcurl.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/people/mailer.h"

namespace seaworthy {

// One mail at a time over a connection that is kept. TLS is required (STARTTLS
// for `smtp://`) except to a loopback address. Proxy variables are not heeded.
// Thread-safe: callers wait for each other.
class SmtpMailer : public Mailer {
 public:
  struct Options {
    std::string url;       // smtp://HOST:PORT or smtps://HOST:PORT
    std::string from;      // `Name <address>` or an address.
    std::string user;      // Empty: no sign-in.
    std::string password;  // Never logged.
    std::string ca_file;   // PEM roots; empty: the system's.
    absl::Duration deadline = absl::Seconds(30);
    Clock* clock = nullptr;  // Not owned; for the Date header.
  };

  // Errors: INVALID_ARGUMENT naming what is wrong with url or from.
  static absl::StatusOr<std::unique_ptr<SmtpMailer>> Create(Options options);
};

}  // namespace seaworthy
