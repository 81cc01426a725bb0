#include "services/ingest/announcement_document.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

constexpr size_t kHashDigits = 64;
constexpr uint32_t kDefaultBytes = 64 << 10;
constexpr uint32_t kMostBytes = 1 << 20;

bool IsHash(const std::string& text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

absl::StatusOr<v1::GetAnnouncementDocumentResponse> ReadAnnouncementDocument(
    ObjectStore& objects, const v1::GetAnnouncementDocumentRequest& request) {
  if (!IsHash(request.object_hash())) {
    return absl::InvalidArgumentError(
        "object_hash is no SHA-256 in lower-case hex; read it from the announcement");
  }
  if (request.max_bytes() > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_bytes is ", request.max_bytes(), ", more than ", kMostBytes, "; ask for parts"));
  }
  auto bytes = objects.Get(request.object_hash());
  if (!bytes.ok()) return bytes.status();
  v1::GetAnnouncementDocumentResponse response;
  response.set_size_bytes(bytes->size());
  if (request.offset() >= bytes->size()) return response;
  const size_t wanted = request.max_bytes() == 0 ? kDefaultBytes : request.max_bytes();
  response.set_document(bytes->substr(request.offset(), wanted));
  return response;
}

}  // namespace seaworthy
