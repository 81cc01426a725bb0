// What is a mail address here, and what may stand in a mail's header.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

// An address in the form it is kept: trimmed, the domain in lower case. Takes
// `local@domain` of RFC 5321 without quoted local parts, comments and address
// literals, ASCII only, at most 254 bytes. Errors: INVALID_ARGUMENT, saying
// what is wrong; never repeats the input.
absl::StatusOr<std::string> NormalizedAddress(std::string_view text);

// `Name <local@domain>` or `local@domain`.
struct Mailbox {
  std::string name;
  std::string address;
};
// Errors: INVALID_ARGUMENT.
absl::StatusOr<Mailbox> ParseMailbox(std::string_view text);

// UTF-8 text for a header: as it is where it is plain ASCII, else encoded words
// (RFC 2047), folded. Control characters become spaces.
std::string HeaderText(std::string_view text);

// Whether it can be a header's name or value as it is: printable ASCII, for a
// name without colon and space.
bool IsHeaderName(std::string_view name);
bool IsHeaderValue(std::string_view value);

}  // namespace seaworthy
