// From what announcements say to the revisions of a tool.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// The id an announced tool goes by: the slug of its name; where another
// vendor's tool has that slug already, the slug and the vendor's.
absl::StatusOr<ToolId> ResolveToolId(const StateReader& state, const v1::Revision& announced);

// What is known after `announced` came on top of `known`: what the new
// announcement says holds, what it leaves out stays as it was, each with its
// evidence. The tagline and description stay while no fact changes.
v1::Revision MergeRevision(const v1::Revision& known, const v1::Revision& announced);

// Whether any fact a verdict can rest on differs: the typed fields other than
// tagline, description, links and sources, and the reviewers' facts that are
// values (docs/facts.md), not prose.
bool FactsDiffer(const v1::Revision& a, const v1::Revision& b);

}  // namespace seaworthy
