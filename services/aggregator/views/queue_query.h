// Reads the desk's queue.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// One page; `now` says which assignments and embargoes hold, `four_eyes`
// whether a second editor is needed. Reads counters and a page's rows, however
// many there are; where each word stands in over 5,000 comparisons it looks at
// rows until 10,000 match and the page is full. Errors: INVALID_ARGUMENT (page
// token, text over 200 bytes, state).
absl::StatusOr<v1::ListQueueResponse> ReadQueue(const StateReader& state, const v1::ListQueueRequest& request,
                                                absl::Time now, bool four_eyes);

}  // namespace seaworthy
