// The part of the HTTP API about sources and the quarantine (docs/api.md).
#pragma once

#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"

namespace seaworthy {

// `/api/v1/sources`, lists of announcements, and trying a rejected one again.
// Everything needs the token. Thread-safe.
class ApiSources {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
  };
  explicit ApiSources(Options options) : options_(options) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ListSources(const Call& call) const;
  HttpResponse ChangeSource(const Call& call) const;
  HttpResponse ListAnnouncements(const Call& call) const;
  HttpResponse Retry(const Call& call) const;

  const Options options_;
};

}  // namespace seaworthy
