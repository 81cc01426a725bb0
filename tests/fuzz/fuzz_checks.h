// What must hold of whatever is read.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/feed/feed.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"

namespace seaworthy {

inline void Must(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view Bytes(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Nothing crashes, refusals have a code, and each fact's evidence is the
// announcement's own bytes.
inline void CheckAnnouncement(const std::string& bytes, std::string_view media_type) {
  const auto document = ReadDocument(bytes, media_type, "fuzz");
  if (!document.ok()) {
    Must(SplitRejection(document.status()).code != "unreadable");
    return;
  }
  const auto tools = ExtractTools(*document);
  if (!tools.ok()) return;
  for (const auto& tool : *tools) {
    for (const auto& fact : tool.facts()) {
      const auto& evidence = fact.evidence();
      Must(evidence.begin() <= evidence.end() && evidence.end() <= bytes.size());
      Must(std::string_view(bytes).substr(evidence.begin(), evidence.end() - evidence.begin()) ==
           evidence.text());
    }
  }
}

inline void CheckEntry(const FeedEntry& entry) {
  Must(!entry.key.empty() && entry.key.size() <= 500);
  Must(entry.title.size() <= 500 && entry.author.size() <= 200);
  Must(entry.published.empty() || entry.published.size() == 10);
  Must(entry.link.empty() || entry.link.starts_with("http://") || entry.link.starts_with("https://"));
  for (const std::string* text : {&entry.key, &entry.title, &entry.link, &entry.author, &entry.content}) {
    Must(FindInvalidUtf8(*text) == std::string::npos);
  }
}

// A feed's entries keep what feed.h promises; the first can be a document.
inline void CheckFeed(std::string_view bytes) {
  const auto feed = ReadFeed(bytes, "");
  if (!feed.ok()) {
    Must(SplitRejection(feed.status()).code != "unreadable");
    return;
  }
  Must(feed->entries.size() <= kMaxFeedEntries);
  for (const FeedEntry& entry : feed->entries) CheckEntry(entry);
  if (feed->entries.empty()) return;
  const std::string document = EntryDocument(*feed, feed->entries[0]);
  Must(FindInvalidUtf8(document) == std::string::npos);
  if (document.size() <= 4096) CheckAnnouncement(document, "text/html");
}

}  // namespace seaworthy
