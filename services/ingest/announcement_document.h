// The kept bytes of an announcement, a part at a time.
#pragma once

#include "absl/status/statusor.h"
#include "common/object_store.h"
#include "seaworthy/v1/ingest_service.pb.h"

namespace seaworthy {

// Answers v1.IngestService.GetAnnouncementDocument; errors as described there.
// Thread-safe where the store is.
absl::StatusOr<v1::GetAnnouncementDocumentResponse> ReadAnnouncementDocument(
    ObjectStore& objects, const v1::GetAnnouncementDocumentRequest& request);

}  // namespace seaworthy
