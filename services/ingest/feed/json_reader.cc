// JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) and GitHub's
// `GET /repos/OWNER/REPO/releases`.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "services/ingest/feed/feed_readers.h"
#include "services/ingest/feed/feed_text.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy::feed_internal {
namespace {

using nlohmann::json;

constexpr int kMaxValues = 500'000;

// Before anything is built: how deep it nests and how many values it has.
absl::Status CheckShape(std::string_view text) {
  int depth = 0;
  int values = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    quoted = c == '"';
    depth += (c == '[' || c == '{') ? 1 : (c == ']' || c == '}') ? -1 : 0;
    values += c == ',' || c == '[' || c == '{';
    if (depth > kMaxFeedDepth) {
      return Reject("nested_too_deeply", Cat("the feed nests more than ", kMaxFeedDepth,
                                             " values before byte ", i, "; send the page of one entry"));
    }
    if (values > kMaxValues) {
      return Reject("invalid_feed",
                    Cat("the feed has more than ", kMaxValues, " values; send a shorter one"));
    }
  }
  return absl::OkStatus();
}

// A member as text: strings, and whole numbers as ids may be; else empty.
std::string Member(const json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_unsigned()) return Cat(found->get<uint64_t>());
  if (found->is_number_integer()) return Cat(found->get<int64_t>());
  return "";
}

std::string FirstAuthor(const json& item) {
  const auto authors = item.find("authors");
  if (authors != item.end() && authors->is_array() && !authors->empty()) {
    return Member(authors->front(), "name");
  }
  const auto author = item.find("author");
  return author == item.end() ? "" : Member(*author, "name");
}

bool IsTrue(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

void Item(const json& item, const std::string& base, EntryList* entries) {
  if (!item.is_object()) return;
  RawEntry entry;
  entry.id = Member(item, "id");
  entry.base = base;
  entry.link = Member(item, "url");
  if (entry.link.empty()) entry.link = Member(item, "external_url");
  entry.title = Member(item, "title");
  entry.published = Member(item, "date_published");
  entry.updated = Member(item, "date_modified");
  entry.language = Member(item, "language");
  entry.author = FirstAuthor(item);
  entry.full = Member(item, "content_html");
  entry.full_type = "text/html";
  if (Strip(entry.full).empty()) {
    entry.full = Member(item, "content_text");
    entry.full_type = "text/plain";
  }
  entry.summary = Member(item, "summary");
  entry.summary_type = "text/plain";
  entries->Add(entry);
}

Feed ReadItems(const json& document) {
  Feed feed;
  feed.format = "jsonfeed";
  feed.title = TitleText(Member(document, "title"));
  feed.self = ResolveUrl("", Member(document, "feed_url"));
  feed.link = ResolveUrl(feed.self, Member(document, "home_page_url"));
  feed.language = Member(document, "language");
  const auto hubs = document.find("hubs");
  if (hubs != document.end() && hubs->is_array()) {
    for (const json& hub : *hubs) {
      if (feed.hub.empty() && Lower(Member(hub, "type")) == "websub")
        feed.hub = ResolveUrl("", Member(hub, "url"));
    }
  }
  EntryList entries(&feed);
  const std::string base = feed.link.empty() ? feed.self : feed.link;
  for (const json& item : document["items"]) Item(item, base, &entries);
  return feed;
}

// `https://github.com/O/R` of an address below it.
std::string Repository(std::string_view url) {
  const size_t release = url.find("/releases/");
  return release == url.npos ? "" : std::string(url.substr(0, release));
}

void Release(const json& release, EntryList* entries) {
  if (IsTrue(release, "draft")) return;
  RawEntry entry;
  entry.id = Member(release, "id");
  if (entry.id.empty()) entry.id = Member(release, "tag_name");
  entry.link = Member(release, "html_url");
  entry.title = Member(release, "name");
  if (Strip(entry.title).empty()) entry.title = Member(release, "tag_name");
  entry.published = Member(release, "published_at");
  if (entry.published.empty()) entry.published = Member(release, "created_at");
  const auto author = release.find("author");
  if (author != release.end()) entry.author = Member(*author, "login");
  entry.full = Member(release, "body");
  entry.full_type = "text/markdown";
  entry.whole = true;
  entries->Add(entry);
}

absl::StatusOr<Feed> ReadReleases(const json& document) {
  Feed feed;
  feed.format = "github_releases";
  EntryList entries(&feed);
  for (const json& release : document) {
    if (!release.is_object() || !release.contains("tag_name")) {
      return Reject("not_a_feed", "the document is a JSON array, but not of GitHub's releases");
    }
    if (feed.link.empty()) feed.link = ResolveUrl("", Repository(Member(release, "html_url")));
    Release(release, &entries);
  }
  if (StartsWith(feed.link, "https://github.com/")) feed.title = feed.link.substr(19);
  return feed;
}

}  // namespace

absl::StatusOr<Feed> ReadJsonFeed(std::string_view text) {
  if (absl::Status status = CheckShape(text); !status.ok()) return status;
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return Reject("invalid_feed", "the feed is not well-formed JSON; mend it and send it again");
  }
  if (document.is_array()) return ReadReleases(document);
  if (!document.is_object() || !Contains(Member(document, "version"), "jsonfeed.org/version") ||
      !document.contains("items") || !document["items"].is_array()) {
    return Reject("not_a_feed", "the document is JSON, but no JSON Feed");
  }
  return ReadItems(document);
}

}  // namespace seaworthy::feed_internal
