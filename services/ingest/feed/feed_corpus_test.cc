// Every feed of the corpus beside the repository, where it is present: each
// labelled entry is found under its id.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "services/ingest/document.h"
#include "services/ingest/feed/feed.h"

namespace seaworthy {
namespace {

const std::filesystem::path kFolder = "../shared/corpus/dev";

std::string Bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// File to the labelled entries' ids.
std::map<std::string, std::set<std::string>> Labels() {
  std::map<std::string, std::set<std::string>> ids;
  std::ifstream in(kFolder / "labels.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto label = nlohmann::json::parse(line);
    if (label.contains("entry_id") && label["entry_id"].is_string())
      ids[label["file"]].insert(label["entry_id"]);
  }
  return ids;
}

TEST(FeedCorpus, EveryLabelledEntryIsFoundUnderItsId) {
  for (const auto& [file, ids] : Labels()) {
    SCOPED_TRACE(file);
    const auto feed = ReadFeed(Bytes(kFolder / file), "");
    ASSERT_TRUE(feed.ok()) << feed.status();
    std::set<std::string> found;
    for (const FeedEntry& entry : feed->entries) found.insert(entry.key);
    for (const std::string& id : ids) EXPECT_EQ(found.count(id), 1u) << id;
  }
}

TEST(FeedCorpus, EveryEntryIsADocumentThatCanBeRead) {
  for (const auto& [file, ids] : Labels()) {
    SCOPED_TRACE(file);
    const auto feed = ReadFeed(Bytes(kFolder / file), "");
    ASSERT_TRUE(feed.ok()) << feed.status();
    for (const FeedEntry& entry : feed->entries) {
      const auto document = ReadDocument(EntryDocument(*feed, entry), "text/html", "");
      EXPECT_TRUE(document.ok()) << entry.key << ": " << document.status();
      EXPECT_FALSE(entry.published.empty()) << entry.key;
    }
  }
}

}  // namespace
}  // namespace seaworthy
