#include "cli/jsonl_request.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cli/terminal.h"
#include "common/bounded_json.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

using nlohmann::json;

constexpr size_t kMaxShownName = 40;

// The field a member goes to; null where there is none of this name.
std::string* FieldOf(std::string_view name, v1::SubmitAnnouncementRequest& request) {
  if (name == "document" || name == "text") return request.mutable_document();
  if (name == "media_type") return request.mutable_media_type();
  if (name == "source_url") return request.mutable_source_url();
  if (name == "file_name") return request.mutable_file_name();
  if (name == "id") return request.mutable_idempotency_key();
  if (name == "source_id") return request.mutable_source_id();
  if (name == "entry_key") return request.mutable_entry_key();
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::SubmitAnnouncementRequest> ReadJsonlLine(const std::string& text) {
  SEAWORTHY_ASSIGN_OR_RETURN(const json object, ParseBoundedObject(text));
  if (object.contains("document") && object.contains("text")) {
    return absl::InvalidArgumentError("`document` and `text` are two names of one thing; send one of them");
  }
  v1::SubmitAnnouncementRequest request;
  for (const auto& [name, value] : object.items()) {
    std::string* field = FieldOf(name, request);
    if (field == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`", PrintableLine(name, kMaxShownName),
          "` is no member of a line; the members are document (or text), media_type, source_url, "
          "file_name, id, source_id and entry_key"));
    }
    if (value.is_null()) continue;
    if (!value.is_string()) return absl::InvalidArgumentError(absl::StrCat("`", name, "` must be a string"));
    *field = value.get<std::string>();
  }
  if (request.document().empty()) {
    return absl::InvalidArgumentError("`document` is missing or empty: the announcement's text");
  }
  if (!request.entry_key().empty() && request.source_id().empty()) {
    return absl::InvalidArgumentError("`entry_key` needs a `source_id`: whose entry it is");
  }
  return request;
}

}  // namespace seaworthy::cli
