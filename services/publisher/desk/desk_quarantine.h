// The desk's pages of what was refused: why, the kept bytes, trying again.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/quarantine` and one announcement's page. Thread-safe.
class DeskQuarantine {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
    const TemplateSet* templates = nullptr;  // Not owned.
  };
  explicit DeskQuarantine(Options options) : options_(options), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowOne(const Call& call) const;
  HttpResponse Retry(const Call& call) const;

  // The aggregator's, or ingest's where it is not in the state yet.
  absl::StatusOr<v1::Announcement> Find(const std::string& id) const;
  // Its bytes from `offset` on. Errors: as GetAnnouncementDocument; UNAVAILABLE
  // without ingest.
  absl::StatusOr<v1::GetAnnouncementDocumentResponse> Read(const v1::Announcement& announcement,
                                                           uint64_t offset, uint32_t max_bytes) const;
  void AddBytes(const Call& call, const v1::Announcement& announcement, nlohmann::json& view) const;
  // Whether the form's text says something else than the kept bytes.
  bool IsEdited(const v1::Announcement& announcement, const std::string& text) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
