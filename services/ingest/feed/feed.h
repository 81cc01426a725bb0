// A feed's bytes as entries: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 1.0 and 0.3,
// JSON Feed 1.x and the array of GitHub's `/repos/O/R/releases`. Untrusted:
// sizes, depth and counts are bounded, nothing is expanded beyond XML's five
// entities, character references and HTML's undeclared names, nothing is
// fetched. Pure functions, callable from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

inline constexpr size_t kMaxFeedBytes = 4 * 1024 * 1024;
inline constexpr size_t kMaxFeedEntries = 2000;
inline constexpr int kMaxFeedDepth = 256;

// One entry. All texts are UTF-8.
struct FeedEntry {
  // What the feed calls it, at most 500 bytes, unique within the feed: guid,
  // atom:id, id or release id; else its link; else a hash of title and date.
  // A change of title or content does not change it (but for the last form).
  std::string key;
  std::string title;         // Plain text, one line, at most 500 bytes.
  std::string link;          // Absolute http(s) or empty.
  std::string published;     // YYYY-MM-DD (UTC) or empty.
  std::string updated;       // As published.
  std::string language;      // As the feed says: `en`, `zh-CN`; empty if it does not.
  std::string author;        // Plain text, at most 200 bytes.
  std::string content;       // At most 1 MiB.
  std::string content_type;  // text/html, text/plain or text/markdown.
  // The content is a teaser (or nothing): the full text stands at `link`.
  bool is_summary = false;
  // SHA-256 (hex) over title, link, published, content type and content.
  std::string content_hash;
};

// A feed. Texts as in FeedEntry.
struct Feed {
  std::string format;  // rss, atom, jsonfeed or github_releases.
  std::string title;
  std::string link;      // The site's; absolute http(s) or empty.
  std::string language;  // Empty if not said.
  std::string hub;       // WebSub; absolute http(s) or empty.
  std::string self;      // The feed's own address; absolute http(s) or empty.
  // How long it may be kept (ttl, sy:updatePeriod), one minute to 30 days.
  std::optional<absl::Duration> ttl;
  std::vector<int> skip_hours;  // 0 to 23, UTC, sorted.
  // In the feed's order; of entries with one key the first. Drafts are left out.
  std::vector<FeedEntry> entries;
  // Entries beyond kMaxFeedEntries.
  int entries_left_out = 0;
};

// Reads a feed of any of the forms above. `content_type` is the Content-Type
// as sent, with its charset, or empty. Errors (RejectionCode in
// services/ingest/rejection.h names the class): `invalid_feed`, `not_a_feed`,
// `xml_entities_forbidden`, `invalid_encoding`, `nested_too_deeply`,
// `document_too_large`.
absl::StatusOr<Feed> ReadFeed(std::string_view bytes, std::string_view content_type);

// The media type of UTF-8 that looks like one of the forms above (by its first
// element or members; the rest is not read); empty for anything else.
std::string_view FeedMediaType(std::string_view text);
inline bool LooksLikeFeed(std::string_view text) { return !FeedMediaType(text).empty(); }

// An entry as a document of its own: UTF-8 HTML (text/html) with its title as
// h1, its date as <time datetime>, its content; evidence points into these
// bytes. The same entry gives the same bytes; `published` stands there, not
// `updated`.
std::string EntryDocument(const Feed& feed, const FeedEntry& entry);

// `feed-` and 12 hex digits: the source of a feed sent by hand, of its self
// link, else its link and title.
std::string FeedSourceId(const Feed& feed);

}  // namespace seaworthy
