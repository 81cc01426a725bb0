// Announcing done by saying it: "Today we are releasing Lantern 2".
#pragma once

#include "services/ingest/extract/source.h"

namespace seaworthy {

// Whether one of the first sentences, in the first person, announces a thing
// one can have: a name, a release of one, "a new library". Announcing a
// partnership, a paper or a meetup is not meant.
bool PerformsAnnouncement(const Source& source);

}  // namespace seaworthy
