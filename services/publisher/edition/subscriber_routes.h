// What is kept of a mail address, and its erasure, over the API.
#pragma once

#include <vector>

#include "services/publisher/access/router.h"
#include "services/publisher/edition/subscribers.h"

namespace seaworthy {

// For tokens of the scope `admin`. The address comes in the body, so that it
// is in no log. `subscribers` outlives the routes.
std::vector<Route> SubscriberRoutes(Subscribers* subscribers);

}  // namespace seaworthy
