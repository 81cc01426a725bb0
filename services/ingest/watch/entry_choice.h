// Which entries of a feed are news. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "seaworthy/v1/source.pb.h"
#include "seaworthy/v1/watch_state.pb.h"
#include "services/ingest/feed/feed.h"

namespace seaworthy {

struct EntryLimits {
  // Of a feed never read before; the older ones count as seen.
  size_t first = 20;
  // Of any reading; the rest is news the next time.
  size_t reading = 200;
  // Entries are forgotten after so many readings without them ...
  uint32_t readings_kept = 50;
  // ... and the longest unseen first beyond this number.
  size_t kept = 10'000;
};

struct ChosenEntry {
  const FeedEntry* entry = nullptr;  // Of the feed given.
  std::string key;                   // Announcement.entry_key.
  std::string hash;                  // EntryHash(key).
  std::string content_hash;
};

struct EntryChoice {
  std::vector<ChosenEntry> submit;  // Oldest first.
  std::vector<ChosenEntry> mark;    // Only marked as seen.
  std::vector<std::string> forget;  // Hashes.
  bool more = false;                // There were more than a reading takes.
};

// `reading` is this reading's number, from 1; it is a first reading where it
// is 1. `whole` is false for content a hub pushed: what is missing in it is
// not gone. `feed` must outlive the answer.
EntryChoice ChooseEntries(const Feed& feed, v1::Source::Kind kind,
                          const std::map<std::string, v1::WatchEntry>& seen, uint32_t reading, bool whole,
                          const EntryLimits& limits);

// What an entry says, without its title, link and dates: 16 bytes.
std::string ContentHashOf(const FeedEntry& entry);

// The entry's key; for GitHub `release:` and the tag, the same from the API
// and from the feed.
std::string EntryKeyOf(const FeedEntry& entry, v1::Source::Kind kind);

}  // namespace seaworthy
