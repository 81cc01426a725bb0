#include "tests/watch_day/day_world.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace seaworthy::day {
namespace {

using nlohmann::json;

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  int Roll(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<uint64_t>(most - least + 1));
  }
  bool OneIn(int n) { return Roll(1, n) == 1; }

 private:
  std::mt19937_64 engine_;
};

DayEntry NewEntry(absl::Time published, Dice& dice) {
  DayEntry entry;
  entry.published = published;
  if (dice.OneIn(5))
    entry.edited = std::min(published + absl::Minutes(dice.Roll(300, 900)), DayStart() + kDay);
  if (dice.OneIn(5)) entry.title_edited = published + absl::Minutes(dice.Roll(60, 600));
  if (dice.OneIn(4)) entry.dropped = published + absl::Minutes(dice.Roll(720, 1200));
  return entry;
}

DayFeed MakeFeed(int index, int hosts, uint64_t seed) {
  Dice dice(seed * 1'000'003 + static_cast<uint64_t>(index));
  DayFeed feed;
  feed.index = index;
  feed.host = index % hosts;
  feed.format = static_cast<DayFeed::Format>(index % 4);
  feed.interval_seconds = dice.OneIn(3) ? 1800 : 3600;
  if (feed.format == DayFeed::kRss && dice.OneIn(3)) feed.ttl = absl::Minutes(dice.Roll(61, 150));
  feed.validators = !dice.OneIn(4);
  feed.summaries = feed.format != DayFeed::kGithub && dice.OneIn(10);
  const int old = dice.OneIn(5) ? dice.Roll(25, 40) : dice.Roll(0, 12);
  for (int i = 0; i < old; ++i) feed.entries.push_back({DayStart() - absl::Hours(24 * (i + 2)), {}, {}, {}});
  const int fresh = dice.Roll(0, 12);
  for (int i = 0; i < fresh; ++i) {
    feed.entries.push_back(NewEntry(DayStart() + absl::Minutes(dice.Roll(1, 22 * 60)), dice));
  }
  return feed;
}

std::string TitleAt(const DayFeed& feed, int entry, absl::Time time) {
  const DayEntry& of = feed.entries[entry];
  const bool edited = of.title_edited.has_value() && *of.title_edited <= time;
  return absl::StrCat("Lantern ", feed.index, ".", entry, " released", edited ? ", corrected" : "");
}

std::string TextAt(const DayFeed& feed, int entry, absl::Time time) {
  const int version = DayWorld::VersionAt(feed.entries[entry], time);
  return absl::StrCat("Harbour Lab releases Lantern ", feed.index, ".", entry, ", a 3B model. ",
                      DayWorld::MarkOf(feed.index, entry, version));
}

std::string LinkOf(const DayFeed& feed, int entry, const std::string& origin) {
  if (feed.format == DayFeed::kGithub) {
    return absl::StrCat(origin, "/acme/f", feed.index, "/releases/tag/v", entry);
  }
  return absl::StrCat(origin, "/page/", feed.index, "/", entry);
}

std::string Stamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Entries there are at the time, newest first.
std::vector<int> Visible(const DayFeed& feed, absl::Time time) {
  std::vector<int> visible;
  for (size_t i = 0; i < feed.entries.size(); ++i) {
    if (DayWorld::InFeed(feed.entries[i], time)) visible.push_back(static_cast<int>(i));
  }
  std::stable_sort(visible.begin(), visible.end(),
                   [&](int a, int b) { return feed.entries[a].published > feed.entries[b].published; });
  return visible;
}

std::string RenderRss(const DayFeed& feed, absl::Time time, const std::string& origin) {
  std::string rss = absl::StrCat("<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"",
                                 "http://purl.org/rss/1.0/modules/content/\"><channel><title>Feed ",
                                 feed.index, "</title><link>", origin, "/</link>");
  if (feed.ttl.has_value()) absl::StrAppend(&rss, "<ttl>", absl::ToInt64Minutes(*feed.ttl), "</ttl>");
  for (const int entry : Visible(feed, time)) {
    absl::StrAppend(
        &rss, "<item><guid isPermaLink=\"false\">f", feed.index, "-e", entry, "</guid><title>",
        TitleAt(feed, entry, time), "</title><link>", LinkOf(feed, entry, origin), "</link><pubDate>",
        absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", feed.entries[entry].published, absl::UTCTimeZone()),
        "</pubDate>");
    absl::StrAppend(&rss, feed.summaries
                              ? std::string("<description>Lantern is out.</description>")
                              : absl::StrCat("<content:encoded><![CDATA[<p>", TextAt(feed, entry, time),
                                             "</p>]]></content:encoded>"));
    absl::StrAppend(&rss, "</item>");
  }
  return rss + "</channel></rss>";
}

std::string RenderAtom(const DayFeed& feed, absl::Time time, const std::string& origin) {
  std::string atom =
      absl::StrCat("<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Feed ",
                   feed.index, "</title><id>urn:f", feed.index, "</id><link rel=\"self\" href=\"", origin,
                   feed.Path(), "\"/><updated>", Stamp(DayStart()), "</updated>");
  for (const int entry : Visible(feed, time)) {
    absl::StrAppend(&atom, "<entry><id>urn:f", feed.index, "-e", entry, "</id><title>",
                    TitleAt(feed, entry, time), "</title><link href=\"", LinkOf(feed, entry, origin),
                    "\"/><published>", Stamp(feed.entries[entry].published), "</published><updated>",
                    Stamp(feed.entries[entry].published), "</updated>");
    absl::StrAppend(&atom, feed.summaries ? std::string("<summary>Lantern is out.</summary>")
                                          : absl::StrCat("<content type=\"html\">&lt;p&gt;",
                                                         TextAt(feed, entry, time), "&lt;/p&gt;</content>"));
    absl::StrAppend(&atom, "</entry>");
  }
  return atom + "</feed>";
}

std::string RenderJson(const DayFeed& feed, absl::Time time, const std::string& origin) {
  json items = json::array();
  for (const int entry : Visible(feed, time)) {
    json item = {{"id", absl::StrCat("f", feed.index, "-e", entry)},
                 {"url", LinkOf(feed, entry, origin)},
                 {"title", TitleAt(feed, entry, time)},
                 {"date_published", Stamp(feed.entries[entry].published)}};
    if (feed.summaries) {
      item["summary"] = "Lantern is out.";
    } else {
      item["content_html"] = absl::StrCat("<p>", TextAt(feed, entry, time), "</p>");
    }
    items.push_back(std::move(item));
  }
  return json({{"version", "https://jsonfeed.org/version/1.1"},
               {"title", absl::StrCat("Feed ", feed.index)},
               {"home_page_url", origin + "/"},
               {"items", items}})
      .dump();
}

std::string RenderGithub(const DayFeed& feed, absl::Time time, const std::string& origin) {
  json releases = json::array();
  for (const int entry : Visible(feed, time)) {
    releases.push_back({{"id", feed.index * 1000 + entry + 1},
                        {"html_url", LinkOf(feed, entry, origin)},
                        {"tag_name", absl::StrCat("v", entry)},
                        {"name", TitleAt(feed, entry, time)},
                        {"body", TextAt(feed, entry, time)},
                        {"draft", false},
                        {"prerelease", false},
                        {"created_at", Stamp(feed.entries[entry].published)},
                        {"published_at", Stamp(feed.entries[entry].published)}});
  }
  return releases.dump();
}

}  // namespace

absl::Time DayStart() { return absl::FromCivil(absl::CivilDay(2026, 2, 2), absl::UTCTimeZone()); }

std::string DayFeed::Id() const { return absl::StrCat("feed-", index); }
std::string DayFeed::Path() const { return absl::StrCat("/feed/", index); }

DayWorld::DayWorld(int feeds, int hosts, uint64_t seed) : hosts_(hosts), seed_(seed) {
  for (int i = 0; i < feeds; ++i) feeds_.push_back(MakeFeed(i, hosts, seed));
}

uint64_t DayWorld::Chance(int feed, absl::Time time, uint64_t salt) const {
  const int64_t hour = absl::ToInt64Hours(time - DayStart());
  const std::string hash = Sha256(absl::StrCat(seed_, "/", feed, "/", hour, "/", salt));
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(hash[i]);
  return number;
}

Fault DayWorld::FaultAt(int feed, absl::Time time) const {
  const int64_t hour = absl::ToInt64Hours(time - DayStart());
  // Quiet hours between, so that no feed is out of reach for half a day.
  if (time >= DayStart() + kDay || hour % 3 != 2) return Fault::kNone;
  const uint64_t chance = Chance(feed, time, 1) % 100;
  if (chance < 6) return Fault::kServerError;
  if (chance < 12) return Fault::kBroken;
  if (chance < 14) return Fault::kTooMany;
  return chance < 17 ? Fault::kSlow : Fault::kNone;
}

absl::Duration DayWorld::RetryAfter(int feed, absl::Time time) const {
  return absl::Seconds(600 + static_cast<int64_t>(Chance(feed, time, 2) % 4800));
}

std::optional<absl::Duration> DayWorld::CrawlDelay(int host) const {
  if (host % 5 != 3) return std::nullopt;
  return absl::Seconds(10);
}

bool DayWorld::InFeed(const DayEntry& entry, absl::Time time) {
  return entry.published <= time && (!entry.dropped.has_value() || time < *entry.dropped);
}

int DayWorld::VersionAt(const DayEntry& entry, absl::Time time) {
  return entry.edited.has_value() && *entry.edited <= time ? 2 : 1;
}

std::string DayWorld::MarkOf(int feed, int entry, int version) {
  return absl::StrCat("mark-", feed, "-", entry, "-v", version, ".");
}

std::string DayWorld::Render(const DayFeed& feed, absl::Time time, const std::string& origin) {
  switch (feed.format) {
    case DayFeed::kRss:
      return RenderRss(feed, time, origin);
    case DayFeed::kAtom:
      return RenderAtom(feed, time, origin);
    case DayFeed::kJson:
      return RenderJson(feed, time, origin);
    case DayFeed::kGithub:
      return RenderGithub(feed, time, origin);
  }
  return "";
}

std::string DayWorld::MediaType(const DayFeed& feed) {
  switch (feed.format) {
    case DayFeed::kRss:
      return "application/rss+xml; charset=utf-8";
    case DayFeed::kAtom:
      return "application/atom+xml";
    case DayFeed::kJson:
      return "application/feed+json";
    case DayFeed::kGithub:
      return "application/json; charset=utf-8";
  }
  return "";
}

std::string DayWorld::RenderPage(const DayFeed& feed, int entry, absl::Time time) {
  return absl::StrCat("<!doctype html><html><head><title>Lantern</title></head><body><article><h1>",
                      TitleAt(feed, entry, time), "</h1><p>", TextAt(feed, entry, time),
                      "</p></article></body></html>");
}

}  // namespace seaworthy::day
