// The program's log, by spdlog: lines for people or JSON for machines. The one
// place where lines are formatted; everything else calls spdlog.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace seaworthy {

struct LogOptions {
  std::string format = "human";  // Or `json`.
  std::string level = "info";    // trace, debug, info, warn or error.
  // Who writes: in every JSON line.
  std::string service = "seaworthy";
  std::string instance;
};

// From now on every line of this process goes to standard error in this form,
// as one line each, with strangers' text escaped, and with the trace the thread
// works on (log_trace.h). Errors: INVALID_ARGUMENT.
absl::Status StartLogging(const LogOptions& options);

// A line as StartLogging writes it, without its end; for tests. `time` is
// microseconds since 1970, `level` one of the names above.
std::string FormatLogLine(const LogOptions& options, int64_t time_us, const std::string& level,
                          const std::string& message);

}  // namespace seaworthy
