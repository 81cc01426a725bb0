// What the feeds of a day hold, by the seed alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace seaworthy::day {

inline constexpr absl::Duration kDay = absl::Hours(24);
// After the day nothing changes or fails any more; everybody is read once more.
inline constexpr absl::Duration kAfterwards = absl::Hours(12);
inline constexpr size_t kFirstEntries = 20;

absl::Time DayStart();

struct DayEntry {
  absl::Time published;
  std::optional<absl::Time> edited;        // The text changes.
  std::optional<absl::Time> title_edited;  // The title alone.
  std::optional<absl::Time> dropped;
};

struct DayFeed {
  enum Format { kRss, kAtom, kJson, kGithub };
  int index = 0;
  int host = 0;
  Format format = kRss;
  uint32_t interval_seconds = 3600;
  std::optional<absl::Duration> ttl;
  bool validators = true;
  bool summaries = false;  // The text stands on the entry's page only.
  std::vector<DayEntry> entries;

  std::string Id() const;
  std::string Path() const;
};

// What a host does to one request.
enum class Fault { kNone, kServerError, kTooMany, kBroken, kSlow };

class DayWorld {
 public:
  DayWorld(int feeds, int hosts, uint64_t seed);

  const std::vector<DayFeed>& feeds() const { return feeds_; }
  int hosts() const { return hosts_; }
  // Of a feed at a time.
  Fault FaultAt(int feed, absl::Time time) const;
  absl::Duration RetryAfter(int feed, absl::Time time) const;
  // What robots.txt of a host asks between two requests.
  std::optional<absl::Duration> CrawlDelay(int host) const;

  // Whether an entry is in the feed then.
  static bool InFeed(const DayEntry& entry, absl::Time time);
  // 1 or 2: which text it has then.
  static int VersionAt(const DayEntry& entry, absl::Time time);
  // What stands in that text and nowhere else.
  static std::string MarkOf(int feed, int entry, int version);
  // The bytes and the media type of the feed; `origin` is its host's.
  static std::string Render(const DayFeed& feed, absl::Time time, const std::string& origin);
  static std::string MediaType(const DayFeed& feed);
  // An entry's page.
  static std::string RenderPage(const DayFeed& feed, int entry, absl::Time time);

 private:
  uint64_t Chance(int feed, absl::Time time, uint64_t salt) const;

  const int hosts_;
  const uint64_t seed_;
  std::vector<DayFeed> feeds_;
};

}  // namespace seaworthy::day
