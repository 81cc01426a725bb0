// Base URLs of providers.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

// The parts of an http or https URL.
struct WireUrl {
  std::string origin;  // https://host:port
  std::string host;    // Lower case.
  std::string port;    // As given, may be empty.
  std::string path;    // Without a slash at its end; may be empty.
  std::string query;   // With its `?`; may be empty.

  // The URL of a resource below the path.
  std::string At(std::string_view below) const;
};

// Errors: INVALID_ARGUMENT naming what is wrong: no http or https, no host, a
// user or password in it (keys go into key_env or key_file), a fragment, white
// space or control characters. The text itself is not repeated where it may
// hold a password.
absl::StatusOr<WireUrl> ParseWireUrl(std::string_view url);

}  // namespace seaworthy
