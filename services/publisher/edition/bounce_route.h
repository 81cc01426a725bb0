// How mails that came back are reported: `POST /api/v1/bounces`.
#pragma once

#include "services/publisher/access/router.h"
#include "services/publisher/edition/subscribers.h"

namespace seaworthy {

// Suspends whom a delivery status notification names. `subscribers` outlives
// the route.
Route BounceRoute(Subscribers* subscribers);

}  // namespace seaworthy
