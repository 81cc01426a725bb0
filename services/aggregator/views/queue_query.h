// Reads the desk's queue.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// One page; `now` says which assignments and embargoes hold. Without words, a
// person or what blocks asked for it reads a page's rows and counters, else
// every row of the states asked for. Errors: INVALID_ARGUMENT (page token,
// text over 200 bytes, order).
absl::StatusOr<v1::ListQueueResponse> ReadQueue(const StateReader& state, const v1::ListQueueRequest& request,
                                                absl::Time now);

}  // namespace seaworthy
