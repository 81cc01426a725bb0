// The readers behind ReadFeed; callers outside of this folder use feed.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/ingest/feed/feed.h"

namespace pugi {
class xml_node;
}

namespace seaworthy::feed_internal {

// What an entry says, as it stands there; FinishEntry makes a FeedEntry of it.
struct RawEntry {
  std::string id, link, title, published, updated, language, author;
  std::string base;       // What `link` is relative to.
  std::string full;       // The text; empty if the feed has only `summary`.
  std::string full_type;  // text/html, text/plain, text/markdown; empty to look.
  std::string summary;    // A teaser, or the text where feeds have one field only.
  std::string summary_type;
  bool whole = false;  // There is no more of it elsewhere, however short.
};

FeedEntry FinishEntry(const RawEntry& raw);

// Adds the entry unless its key is known; counts what is beyond the limit.
class EntryList {
 public:
  explicit EntryList(Feed* feed) : feed_(feed) {}
  // False once nothing more is taken.
  bool Add(const RawEntry& raw);

 private:
  Feed* feed_;
  std::vector<std::string> keys_;  // Sorted.
};

// UTF-8 in, a feed out; errors as ReadFeed.
absl::StatusOr<Feed> ReadXmlFeed(std::string_view xml);
absl::StatusOr<Feed> ReadJsonFeed(std::string_view json);

// The first element's name without its prefix, lower case, past white space,
// declarations, comments and the document type; empty if there is none.
// `entities` is set where the document type declares any.
std::string FirstElement(std::string_view xml, bool* entities);

// Elements by canonical names, whatever prefixes the feed gives them:
// `atom:link`, `content:encoded`, `dc:date`, `sy:updatePeriod`; RSS's and the
// document's own have no prefix.
class XmlNames {
 public:
  explicit XmlNames(const pugi::xml_node& root);
  std::string Of(const pugi::xml_node& node) const;

 private:
  struct Prefix {
    std::string prefix;
    std::string canonical;
  };
  std::vector<Prefix> prefixes_;
};

// The text and CDATA directly in `node`.
std::string TextOf(const pugi::xml_node& node);

// `node`'s xml:base or xml:lang; empty if none.
std::string XmlAttribute(const pugi::xml_node& node, std::string_view name);

Feed ReadRss(const pugi::xml_node& root);
Feed ReadAtom(const pugi::xml_node& root);

}  // namespace seaworthy::feed_internal
