// What went wrong inside goes to the log, not to whoever asked.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace seaworthy {

// One line that names what was asked for; control characters are escaped, so
// that a request cannot write lines of its own.
void LogFailure(absl::string_view what, const absl::Status& status);

}  // namespace seaworthy
