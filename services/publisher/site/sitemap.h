// Maps of the site for search engines (sitemaps.org).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/publisher/pages/published_index.h"

namespace seaworthy {

// Addresses in one part, at most; the protocol's limit.
inline constexpr size_t kSitemapUrls = 50'000;

// The parts there are now: `/sitemaps/pages.xml`, `/sitemaps/tools-1.xml` …
std::vector<std::string> SitemapParts(const PublishedIndex& index);
// The index of them. `base` is the site's address without a trailing slash.
std::string SitemapIndex(const PublishedIndex& index, const std::string& base);
// One part; nothing where there is none of that name. Its times are those of
// the last change of what a page shows. Pairs kept from indexing are left out.
std::optional<std::string> SitemapPart(const PublishedIndex& index, const std::string& base,
                                       const std::string& path);

}  // namespace seaworthy
