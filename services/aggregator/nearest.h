// Which tools stand near a new one: the index pairs and known competitors are
// chosen from. The cost of a choice is bounded whatever the store holds.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Takes `before` (absent: nothing) out of the index and puts `after` in.
void UpdateNearest(StateTransaction& state, const v1::Revision* before, const v1::Revision& after);

// Takes a tool out of the index.
void RemoveNearest(StateTransaction& state, const v1::Revision& revision);

// Up to `count` other tools, nearest first: same kind and category, then same
// kind, then the same group of kinds (models; things one builds with or runs;
// data sets); within each by size, modality, price and date; ties by id.
absl::StatusOr<std::vector<v1::Revision>> FindNearest(const StateReader& state, const v1::Revision& revision,
                                                      size_t count);

// How far two tools of one shelf stand apart, from 0.
double Distance(const v1::Revision& a, const v1::Revision& b);

// What a reviewer is told of a tool near by.
v1::KnownCompetitor ToCompetitor(const v1::Revision& revision);

}  // namespace seaworthy
