#include "services/ingest/feed/feed.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "common/hash.h"
#include "services/ingest/charset.h"
#include "services/ingest/feed/feed_date.h"
#include "services/ingest/feed/feed_readers.h"
#include "services/ingest/feed/feed_text.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace feed_internal {
namespace {

constexpr size_t kMaxKeyBytes = 500;
constexpr size_t kMaxAuthorBytes = 200;
constexpr size_t kMaxContentBytes = 1024 * 1024;
// A text of fewer characters, in a field that may be a teaser, is taken for one.
constexpr size_t kShort = 1000;

std::string Framed(std::initializer_list<std::string_view> parts) {
  std::string framed;
  for (std::string_view part : parts) framed += Cat(part.size(), ":", part);
  return framed;
}

// Long ids stay distinct.
std::string Key(const RawEntry& raw, const FeedEntry& entry) {
  std::string key = CleanText(Strip(raw.id), kMaxContentBytes);
  if (key.empty()) key = entry.link;
  if (key.empty()) key = Cat("hash:", Sha256Hex(Framed({entry.title, entry.published})).substr(0, 32));
  if (key.size() > kMaxKeyBytes) key = Cat("sha256:", Sha256Hex(key));
  return OneLine(key);
}

std::string Language(std::string_view tag) {
  tag = Strip(tag);
  const bool plain =
      std::all_of(tag.begin(), tag.end(), [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
  return plain && tag.size() <= 35 ? ReplaceAll(tag, "_", "-") : "";
}

void SetContent(const RawEntry& raw, FeedEntry* entry) {
  const bool full = !Strip(raw.full).empty();
  entry->content = CleanText(full ? raw.full : raw.summary, kMaxContentBytes);
  entry->content_type = full ? raw.full_type : raw.summary_type;
  if (entry->content_type.empty())
    entry->content_type = HasMarkup(entry->content) ? "text/html" : "text/plain";
  const bool html = entry->content_type == "text/html";
  const bool teaser =
      (!full && VisibleLength(entry->content, html) < kShort) || EndsAsTeaser(entry->content, html);
  entry->is_summary = !raw.whole && !entry->link.empty() && teaser;
}

}  // namespace

FeedEntry FinishEntry(const RawEntry& raw) {
  FeedEntry entry;
  entry.title = TitleText(raw.title);
  entry.link = ResolveUrl(raw.base, CleanText(raw.link, 4000));
  entry.updated = FeedDay(raw.updated);
  entry.published = FeedDay(raw.published);
  if (entry.published.empty()) entry.published = entry.updated;
  entry.language = Language(raw.language);
  entry.author = OneLine(CleanText(raw.author, kMaxAuthorBytes));
  SetContent(raw, &entry);
  entry.key = Key(raw, entry);
  entry.content_hash =
      Sha256Hex(Framed({entry.title, entry.link, entry.published, entry.content_type, entry.content}));
  return entry;
}

bool EntryList::Add(const RawEntry& raw) {
  if (feed_->entries.size() >= kMaxFeedEntries) {
    ++feed_->entries_left_out;
    return false;
  }
  FeedEntry entry = FinishEntry(raw);
  if (entry.title.empty() && Strip(entry.content).empty() && entry.link.empty()) return true;
  const auto at = std::lower_bound(keys_.begin(), keys_.end(), entry.key);
  if (at != keys_.end() && *at == entry.key) return true;
  keys_.insert(at, entry.key);
  feed_->entries.push_back(std::move(entry));
  return true;
}

namespace {

void Finish(Feed* feed) {
  feed->language = Language(feed->language);
  if (feed->ttl.has_value()) feed->ttl = std::clamp(*feed->ttl, absl::Minutes(1), absl::Hours(24 * 30));
  std::sort(feed->skip_hours.begin(), feed->skip_hours.end());
  feed->skip_hours.erase(std::unique(feed->skip_hours.begin(), feed->skip_hours.end()),
                         feed->skip_hours.end());
  for (FeedEntry& entry : feed->entries) {
    if (entry.language.empty()) entry.language = feed->language;
  }
}

absl::StatusOr<Feed> ReadUtf8(std::string_view text) {
  const size_t start = std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size());
  const std::string_view body = text.substr(start);
  if (body.empty()) return Reject("not_a_feed", "the document is empty");
  if (body.find('\0') != body.npos) {
    return Reject("invalid_feed", Cat("byte ", start + body.find('\0'), " is NUL, which no feed may hold"));
  }
  if (body[0] == '{' || body[0] == '[') return ReadJsonFeed(body);
  if (body[0] == '<') return ReadXmlFeed(body);
  return Reject("not_a_feed", "the document is no feed: neither RSS, Atom nor JSON Feed");
}

}  // namespace
}  // namespace feed_internal

absl::StatusOr<Feed> ReadFeed(std::string_view bytes, std::string_view content_type) {
  if (bytes.size() > kMaxFeedBytes) {
    return Reject("document_too_large", Cat("the feed has ", bytes.size(), " bytes, more than ",
                                            kMaxFeedBytes, "; send a shorter one"));
  }
  try {
    auto text = ToUtf8(bytes, content_type);
    if (!text.ok()) return text.status();
    auto feed = feed_internal::ReadUtf8(*text);
    if (feed.ok()) feed_internal::Finish(&*feed);
    return feed;
  } catch (const std::exception& error) {
    return Reject("invalid_feed", Cat("the feed could not be read: ", std::string_view(error.what())));
  }
}

std::string_view FeedMediaType(std::string_view text) {
  if (StartsWith(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view head = text.substr(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
  const std::string_view start = head.substr(0, 8192);
  if (StartsWith(head, "{")) return Contains(start, "jsonfeed.org/version") ? "application/feed+json" : "";
  if (StartsWith(head, "[")) {
    return Contains(start, "\"tag_name\"") && Contains(start, "\"html_url\"") ? "application/json" : "";
  }
  bool entities = false;
  const std::string name = feed_internal::FirstElement(head, &entities);
  const bool rdf = name == "rdf" && (Contains(start, "rss/1.0") || Contains(start, "simple/0.9"));
  if (name == "rss" || rdf) return "application/rss+xml";
  return name == "feed" ? "application/atom+xml" : "";
}

std::string FeedSourceId(const Feed& feed) {
  const std::string of = feed.self.empty() ? feed_internal::Framed({"link", feed.link, feed.title})
                                           : feed_internal::Framed({"self", feed.self});
  return Cat("feed-", Sha256Hex(of).substr(0, 12));
}

}  // namespace seaworthy
