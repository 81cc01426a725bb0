// One line of bulk input as the submission it asks for.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "seaworthy/v1/ingest_service.pb.h"

namespace seaworthy::cli {

// {document | text, media_type, source_url, file_name, id, source_id,
// entry_key}, strings all; `document` (or `text`) must be there, `entry_key`
// needs `source_id`. Errors: INVALID_ARGUMENT saying what to correct.
absl::StatusOr<v1::SubmitAnnouncementRequest> ReadJsonlLine(const std::string& text);

}  // namespace seaworthy::cli
