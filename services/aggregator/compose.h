// The facts of a tool, made of everything that was told of it.
#pragma once

#include <optional>
#include <vector>

#include "seaworthy/v1/identity.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/telling.pb.h"

namespace seaworthy {

// By the rules of docs/identity.md, Sources: the values in use with their
// facts, and the conflicts in `conflicts`. `tellings` are newest first and not
// empty; `known` is the tool's newest revision, whose name and prose stay
// while nothing better is told. `tool_id` and `number` are left unset.
v1::Revision Compose(const std::vector<v1::Telling>& tellings, const v1::Revision* known);

// Lays editors' words over what was composed, and notes in each whether the
// sources say something new since.
void ApplyCorrections(std::vector<v1::FactCorrection>& corrections, v1::Revision& revision);

}  // namespace seaworthy
