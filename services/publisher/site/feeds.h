// What was approved and corrected last, for feed readers.
#pragma once

#include <string>

#include "services/publisher/pages/published_index.h"

namespace seaworthy {

// How many entries a feed holds.
inline constexpr size_t kFeedEntries = 50;

// RFC 4287, RSS 2.0 and JSON Feed 1.1 of the same entries. An entry keeps its
// id when it is approved again or corrected; its time of update moves.
// `base` is the site's address without a trailing slash.
std::string AtomFeed(const PublishedIndex& index, const std::string& base);
std::string RssFeed(const PublishedIndex& index, const std::string& base);
std::string JsonFeed(const PublishedIndex& index, const std::string& base);

}  // namespace seaworthy
