// Maps of the site for search engines (sitemaps.org).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/publisher/pages/published_index.h"

namespace seaworthy {

// Addresses in one part, at most; the protocol's limit.
inline constexpr size_t kSitemapUrls = 50'000;

// The part on editions, which are not in the index of what is published.
inline constexpr char kEditionMap[] = "/sitemaps/editions.xml";

struct SitemapAddress {
  std::string path;
  absl::Time changed;  // InfinitePast: not said.
};
// A part with these in it.
std::string SitemapOf(const std::vector<SitemapAddress>& addresses, const std::string& base);

// The parts there are now: `/sitemaps/pages.xml`, `/sitemaps/tools-1.xml` …
std::vector<std::string> SitemapParts(const PublishedIndex& index);
// The index of them. `base` is the site's address without a trailing slash.
std::string SitemapIndex(const PublishedIndex& index, const std::string& base);
// One part but that of editions; nothing where there is none of that name. Its times are those of
// the last change of what a page shows. Pairs kept from indexing are left out.
std::optional<std::string> SitemapPart(const PublishedIndex& index, const std::string& base,
                                       const std::string& path);

}  // namespace seaworthy
