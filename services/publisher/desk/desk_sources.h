// The desk's pages of sources: where announcements come from by themselves.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// `/desk/sources` and what is below. Thread-safe.
class DeskSources {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
    const TemplateSet* templates = nullptr;  // Not owned.
  };
  explicit DeskSources(Options options) : options_(options), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowOne(const Call& call) const;
  HttpResponse Put(const Call& call) const;
  HttpResponse Act(const Call& call) const;

  // Errors: UNAVAILABLE without ingest.
  absl::StatusOr<v1::ListSourcesResponse> List(const v1::ListSourcesRequest& request) const;
  // The source, or nothing where there is none of that id.
  absl::StatusOr<std::optional<v1::SourceView>> Find(const std::string& id) const;
  absl::Status Change(const Call& call, v1::SourceChange::Kind kind, v1::Source source) const;
  // The newest announcements of a source among the newest there are.
  nlohmann::json Newest(const std::string& source_id) const;

  const Options options_;
  const DeskFrame frame_;
};

// Sources whose last reading failed; nothing where it is not known.
absl::StatusOr<int> CountSourcesInTrouble(IngestClient* ingest);

}  // namespace seaworthy
