#include "services/publisher/http/failure_log.h"

#include <spdlog/spdlog.h>

#include <string>

#include "absl/strings/escaping.h"

namespace seaworthy {

void LogFailure(absl::string_view what, const absl::Status& status) {
  spdlog::error("publisher: {}: {}", absl::Utf8SafeCEscape(what), absl::Utf8SafeCEscape(status.ToString()));
}

}  // namespace seaworthy
