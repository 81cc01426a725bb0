// What a signed webhook says, as the announcement to submit. Pure functions;
// the bodies are untrusted whoever signed them: sizes and depth are bounded.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "services/publisher/http/http_message.h"

namespace seaworthy {

// The announcement, or why there is none.
struct HookContent {
  std::optional<v1::SubmitAnnouncementRequest> announcement;
  // For the sender, where there is none: `ping`, `the event push announces no
  // release`.
  std::string ignored;
};

// GitHub's: event `release` with action published, released or edited becomes
// a Markdown document of its name, tag, notes and repository, whose entry_key
// is the release's id; the same release gives the same bytes, whichever event
// tells of it. Everything else is ignored. Errors: INVALID_ARGUMENT.
absl::StatusOr<HookContent> ReadGitHubHook(const HttpRequest& request);

// The generic form: a body of application/json is {document, media_type,
// source_url, entry_key, title}; any other is the document, of the request's
// Content-Type. Without an entry_key `webhook-id` is the entry's. Errors:
// INVALID_ARGUMENT.
absl::StatusOr<HookContent> ReadGenericHook(const HttpRequest& request);

}  // namespace seaworthy
