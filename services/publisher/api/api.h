// The HTTP API under /api/v1 (docs/api.md, web/api/openapi.json).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

// Without the token the API shows what is published, as it was approved; with
// it, everything. Thread-safe.
class Api {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
    ReviewerClient* reviewer = nullptr;      // Not owned; may be null.
    Published* published = nullptr;          // Not owned.
    std::string endpoint;
    std::string version;
    std::string openapi;  // web/api/openapi.json, as it is.
    std::function<std::string()> make_desk_link;
  };

  explicit Api(Options options) : options_(std::move(options)) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse SubmitAnnouncement(const Call& call) const;
  HttpResponse GetAnnouncement(const Call& call) const;
  HttpResponse ListTools(const Call& call) const;
  HttpResponse ListPublishedTools(const Call& call, int limit) const;
  HttpResponse GetTool(const Call& call) const;
  HttpResponse ListComparisons(const Call& call) const;
  HttpResponse ListPublishedComparisons(const Call& call, int limit) const;
  HttpResponse GetComparison(const Call& call) const;
  HttpResponse RequestComparison(const Call& call) const;
  HttpResponse Decide(const Call& call) const;
  HttpResponse Amend(const Call& call) const;
  HttpResponse ListPredictions(const Call& call) const;
  HttpResponse GetPanelHealth(const Call& call) const;
  HttpResponse Status(const Call& call) const;
  HttpResponse MakeDeskLink(const Call& call) const;

  const Options options_;
};

// The JSON error of a status: its HTTP status, code and message.
HttpResponse StatusError(const absl::Status& status);

}  // namespace seaworthy
