#include "services/ingest/watch/entry_choice.h"

#include <algorithm>
#include <utility>

#include "common/hash.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watch_store.h"

namespace seaworthy {
namespace {

// Marks are written again only now and then.
constexpr uint32_t kTouchAfter = 10;

// By date where there is one; a feed's own order is newest first.
std::vector<const FeedEntry*> NewestFirst(const Feed& feed) {
  std::vector<const FeedEntry*> entries;
  for (const FeedEntry& entry : feed.entries) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const FeedEntry* a, const FeedEntry* b) { return a->published > b->published; });
  return entries;
}

// What is to be forgotten of `seen`, given what is in the feed now.
std::vector<std::string> Outdated(const std::map<std::string, v1::WatchEntry>& seen,
                                  const std::map<std::string, bool>& present, uint32_t reading,
                                  const EntryLimits& limits) {
  std::vector<std::pair<uint32_t, std::string>> absent;
  for (const auto& [hash, entry] : seen) {
    if (!present.contains(hash)) absent.emplace_back(entry.reading(), hash);
  }
  std::sort(absent.begin(), absent.end());
  const size_t total = absent.size() + present.size();
  const size_t over = total > limits.kept ? total - limits.kept : 0;
  std::vector<std::string> outdated;
  for (size_t i = 0; i < absent.size(); ++i) {
    if (i < over || absent[i].first + limits.readings_kept < reading) outdated.push_back(absent[i].second);
  }
  return outdated;
}

}  // namespace

std::string ContentHashOf(const FeedEntry& entry) {
  return Sha256(Cat(entry.content_type.size(), ":", entry.content_type, entry.content)).substr(0, 16);
}

std::string EntryKeyOf(const FeedEntry& entry, v1::Source::Kind kind) {
  constexpr std::string_view kTag = "/releases/tag/";
  const size_t at = entry.link.find(kTag);
  if (kind != v1::Source::GITHUB_RELEASES || at == entry.link.npos) return entry.key;
  return Cat("release:", std::string_view(entry.link).substr(at + kTag.size()));
}

EntryChoice ChooseEntries(const Feed& feed, v1::Source::Kind kind,
                          const std::map<std::string, v1::WatchEntry>& seen, uint32_t reading, bool whole,
                          const EntryLimits& limits) {
  EntryChoice choice;
  std::map<std::string, bool> present;
  const bool first = reading <= 1;
  for (const FeedEntry* entry : NewestFirst(feed)) {
    ChosenEntry chosen{entry, EntryKeyOf(*entry, kind), "", ContentHashOf(*entry)};
    chosen.hash = EntryHash(chosen.key);
    if (!present.emplace(chosen.hash, true).second) continue;
    const auto known = seen.find(chosen.hash);
    if (known != seen.end() && known->second.content_hash() == chosen.content_hash) {
      if (known->second.reading() + kTouchAfter <= reading) choice.mark.push_back(std::move(chosen));
    } else if (first && known == seen.end() && choice.submit.size() >= limits.first) {
      choice.mark.push_back(std::move(chosen));
    } else {
      choice.submit.push_back(std::move(chosen));
    }
  }
  std::reverse(choice.submit.begin(), choice.submit.end());
  if (choice.submit.size() > limits.reading) {
    choice.submit.resize(limits.reading);
    choice.more = true;
  }
  if (whole) choice.forget = Outdated(seen, present, reading, limits);
  return choice;
}

}  // namespace seaworthy
