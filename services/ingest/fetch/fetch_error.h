// Errors of a fetch: `code: reason`.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/ingest/text.h"

namespace seaworthy {

template <typename... Parts>
absl::Status FetchError(absl::StatusCode code, std::string_view word, const Parts&... reason) {
  return {code, Cat(word, ": ", reason...)};
}

// Set what RetryAfterOf and CrawlDelayOf read.
void SetRetryAfter(absl::Status* status, absl::Duration wait);
void SetCrawlDelay(absl::Status* status, absl::Duration delay);

}  // namespace seaworthy
