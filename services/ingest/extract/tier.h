// How near to the tool's maker a document stands.
#pragma once

#include <string_view>

#include "seaworthy/v1/source_tier.pb.h"
#include "services/ingest/extract/source.h"

namespace seaworthy {

// By the address it was published at, where there is one: the maker's host or
// its page on a hub, documentation hosts, others. Else by whether the text
// speaks as the maker. THIRD_PARTY where nothing says more.
v1::SourceTier TierOf(const Source& source, std::string_view url, std::string_view vendor,
                      std::string_view name);

}  // namespace seaworthy
