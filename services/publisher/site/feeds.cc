#include "services/publisher/site/feeds.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/publisher/site/conventions.h"

namespace seaworthy {
namespace {

constexpr char kTitle[] = "Seaworthy: approved comparisons";
constexpr char kSubtitle[] =
    "AI models and developer tools, two at a time: the votes of a panel of AI personas, approved by an "
    "editor. Approvals and corrections.";
constexpr char kPublisher[] = "Seaworthy";

struct Entry {
  std::string id;
  std::string url;
  std::string title;
  std::string summary;
  absl::Time published;
  absl::Time updated;
};

std::string VotesText(const PublishedTool& tool) {
  const auto ships = std::count_if(tool.votes.begin(), tool.votes.end(),
                                   [](const v1::PersonaVote& vote) { return vote.vote() == v1::SHIP; });
  return absl::StrCat(tool.name, ": ", ships, " of ", tool.votes.size(), " AI personas vote ship.");
}

// `tag:host,2026:compare/a-vs-b` (RFC 4151): stays when the page changes.
std::string EntryId(const std::string& base, const std::string& id) {
  std::string host = base.substr(base.find("://") == std::string::npos ? 0 : base.find("://") + 3);
  host = host.substr(0, host.find_first_of(":/"));
  return absl::StrCat("tag:", host, ",2026:compare/", id);
}

std::vector<Entry> EntriesOf(const PublishedIndex& index, const std::string& base) {
  std::vector<Entry> entries;
  for (const PublishedEntryPtr& item : index.LastChanged(kFeedEntries)) {
    const bool corrected = item->correct_time > item->publish_time;
    const bool again = item->publish_time > item->first_publish_time;
    const std::string what = corrected ? " Corrected." : again ? " Approved anew." : "";
    entries.push_back({.id = EntryId(base, item->id),
                       .url = absl::StrCat(base, "/compare/", item->id),
                       .title = absl::StrCat(item->a->name, " vs ", item->b->name),
                       .summary = absl::StrCat(VotesText(*item->a), " ", VotesText(*item->b), what),
                       .published = item->first_publish_time,
                       .updated = item->UpdateTime()});
  }
  return entries;
}

// Of a feed without entries: a fixed time, as a page never tells when it was made.
absl::Time FeedTime(const PublishedIndex& index) { return std::max(index.LastChange(), absl::UnixEpoch()); }

std::string Rfc822(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", time, absl::UTCTimeZone());
}

}  // namespace

std::string AtomFeed(const PublishedIndex& index, const std::string& base) {
  std::string out = absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>",
      XmlEscape(base), "/</id>\n<title>", kTitle, "</title>\n<subtitle>", kSubtitle,
      "</subtitle>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"", XmlEscape(base),
      "/feeds/atom.xml\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"", XmlEscape(base),
      "/\"/>\n<updated>", TimeStampText(FeedTime(index)), "</updated>\n<author><name>", kPublisher,
      "</name></author>\n");
  for (const Entry& entry : EntriesOf(index, base)) {
    absl::StrAppend(&out, "<entry>\n<id>", XmlEscape(entry.id), "</id>\n<title>", XmlEscape(entry.title),
                    "</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"", XmlEscape(entry.url),
                    "\"/>\n<published>", TimeStampText(entry.published), "</published>\n<updated>");
    absl::StrAppend(&out, TimeStampText(entry.updated), "</updated>\n<summary>", XmlEscape(entry.summary),
                    "</summary>\n</entry>\n");
  }
  return out + "</feed>\n";
}

std::string RssFeed(const PublishedIndex& index, const std::string& base) {
  std::string out = absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" "
      "xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n<title>",
      kTitle, "</title>\n<link>", XmlEscape(base), "/</link>\n<description>", kSubtitle,
      "</description>\n<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"", XmlEscape(base),
      "/feeds/rss.xml\"/>\n<lastBuildDate>", Rfc822(FeedTime(index)), "</lastBuildDate>\n");
  for (const Entry& entry : EntriesOf(index, base)) {
    absl::StrAppend(&out, "<item>\n<guid isPermaLink=\"false\">", XmlEscape(entry.id), "</guid>\n<title>",
                    XmlEscape(entry.title), "</title>\n<link>", XmlEscape(entry.url), "</link>\n<pubDate>",
                    Rfc822(entry.published), "</pubDate>\n<atom:updated>");
    absl::StrAppend(&out, TimeStampText(entry.updated), "</atom:updated>\n<description>",
                    XmlEscape(entry.summary), "</description>\n</item>\n");
  }
  return out + "</channel>\n</rss>\n";
}

std::string JsonFeed(const PublishedIndex& index, const std::string& base) {
  nlohmann::json items = nlohmann::json::array();
  for (const Entry& entry : EntriesOf(index, base)) {
    items.push_back({{"id", entry.id},
                     {"url", entry.url},
                     {"title", entry.title},
                     {"content_text", entry.summary},
                     {"date_published", TimeStampText(entry.published)},
                     {"date_modified", TimeStampText(entry.updated)}});
  }
  const nlohmann::json feed = {{"version", "https://jsonfeed.org/version/1.1"},
                               {"title", kTitle},
                               {"description", kSubtitle},
                               {"home_page_url", base + "/"},
                               {"feed_url", base + "/feeds/feed.json"},
                               {"language", "en"},
                               {"authors", {{{"name", kPublisher}, {"url", base + "/"}}}},
                               {"items", std::move(items)}};
  return feed.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace seaworthy
