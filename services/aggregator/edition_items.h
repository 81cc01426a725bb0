// The lines of an edition, made of what the state holds when it is drafted.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "seaworthy/v1/edition.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Adds what the week's notes (keys with this prefix in `editions`) come to: what
// is public still, at most 200 lines; `items_left_out` counts the rest. Errors:
// the store's.
absl::Status AddItems(const StateReader& state, const std::string& prefix, v1::Edition& edition);

// Stores an edition and its places in the lists.
void StoreEdition(StateTransaction& state, const v1::Edition& edition);

}  // namespace seaworthy
