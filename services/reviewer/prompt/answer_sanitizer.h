// An answer is words. It carries no link, image or markup that a page could
// obey, and no character that a reader cannot see.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// Errors: INVALID_ARGUMENT naming what stands there and at which byte: an
// invisible or bidirectional character, an address with a scheme, `www.`, a
// Markdown link, image or reference, an HTML tag, comment or entity, a
// template's braces. A name of a host or a file (`example.com/x`), a command
// in backticks and comparison signs are words.
absl::Status CheckPlainWords(std::string_view text);

// CheckPlainWords on every word of the verdict that its author wrote: quote,
// claims, competitors, flip. Errors: INVALID_ARGUMENT, the message in the form
// of ParseVerdict's, so that a repair round can use it.
absl::Status CheckPlainVerdict(const v1::Verdict& verdict);

}  // namespace seaworthy
