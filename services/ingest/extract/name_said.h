// What the sentences of an announcement name: "introducing X", "X is a ...".
#pragma once

#include "services/ingest/extract/name_votes.h"
#include "services/ingest/extract/source.h"

namespace seaworthy {

// Adds to `votes` what the source's sentences announce, define or call by name.
void FindSaidNames(const Source& source, NameVotes* votes);

}  // namespace seaworthy
