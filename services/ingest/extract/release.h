// Is this the announcement of a release, or of something else?
#pragma once

#include <optional>
#include <string>

#include "services/ingest/extract/source.h"

namespace seaworthy {

// Nothing where the document's main purpose is to make a tool available; else
// what it is instead, in words for a person.
std::optional<std::string> WhyNoRelease(const Source& source);

}  // namespace seaworthy
