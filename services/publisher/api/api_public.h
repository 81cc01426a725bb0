// The part of the HTTP API that is the same for everybody: what is published
// (docs/api.md).
#pragma once

#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"

namespace seaworthy {

// `/api/v1/search`, `/changes`, `/corrections`, `/editions`. Thread-safe.
class ApiPublic {
 public:
  // `aggregator` is not owned.
  explicit ApiPublic(AggregatorClient* aggregator) : aggregator_(aggregator) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse Search(const Call& call) const;
  HttpResponse ListChanges(const Call& call) const;
  HttpResponse ListCorrections(const Call& call) const;
  HttpResponse ListEditions(const Call& call) const;
  HttpResponse GetEdition(const Call& call) const;

  AggregatorClient* const aggregator_;
};

}  // namespace seaworthy
