#include "services/ingest/watch/entry_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/watch/watch_store.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EntryChoiceTest : public ::testing::Test {
 protected:
  void Has(const std::string& key, const std::string& content, const std::string& published = "") {
    FeedEntry entry;
    entry.key = key;
    entry.content = content;
    entry.published = published;
    feed_.entries.push_back(entry);
  }
  // The entry was in an earlier reading.
  void Saw(const std::string& key, const std::string& content, uint32_t reading) {
    FeedEntry entry;
    entry.content = content;
    v1::WatchEntry& mark = seen_[EntryHash(key)];
    mark.set_content_hash(ContentHashOf(entry));
    mark.set_reading(reading);
  }
  EntryChoice Choose(uint32_t reading, bool whole = true) {
    return ChooseEntries(feed_, v1::Source::FEED, seen_, reading, whole, limits_);
  }
  static std::vector<std::string> Keys(const std::vector<ChosenEntry>& entries) {
    std::vector<std::string> keys;
    for (const ChosenEntry& entry : entries) keys.push_back(entry.key);
    return keys;
  }

  Feed feed_;
  std::map<std::string, v1::WatchEntry> seen_;
  EntryLimits limits_{.first = 2, .reading = 3, .readings_kept = 50, .kept = 4};
};

TEST_F(EntryChoiceTest, AFirstReadingTakesTheNewestByDate) {
  Has("old", "", "2026-01-01");
  Has("newest", "", "2026-01-03");
  Has("newer", "", "2026-01-02");
  const EntryChoice choice = Choose(1);
  EXPECT_THAT(Keys(choice.submit), ElementsAre("newer", "newest"));
  EXPECT_THAT(Keys(choice.mark), ElementsAre("old"));
}

TEST_F(EntryChoiceTest, WithoutDatesTheFeedsOrderIsNewestFirst) {
  Has("c", "");
  Has("b", "");
  Has("a", "");
  EXPECT_THAT(Keys(Choose(2).submit), ElementsAre("a", "b", "c"));
}

TEST_F(EntryChoiceTest, MoreThanAReadingTakesIsLeftForTheNext) {
  for (const char* key : {"d", "c", "b", "a"}) Has(key, "");
  const EntryChoice choice = Choose(2);
  EXPECT_THAT(Keys(choice.submit), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(choice.more);
}

TEST_F(EntryChoiceTest, OnlyOtherContentIsNews) {
  Saw("same", "x", 1);
  Saw("edited", "x", 1);
  Has("same", "x");
  Has("edited", "y");
  const EntryChoice choice = Choose(2);
  EXPECT_THAT(Keys(choice.submit), ElementsAre("edited"));
  EXPECT_THAT(choice.mark, IsEmpty());
}

TEST_F(EntryChoiceTest, MarksAreRefreshedBeforeTheyAreForgotten) {
  Saw("there", "x", 1);
  Has("there", "x");
  EXPECT_THAT(Keys(Choose(11).mark), ElementsAre("there"));
}

TEST_F(EntryChoiceTest, WhatWasLongGoneIsForgottenButNotByWhatAHubPushed) {
  Saw("gone", "x", 1);
  Has("here", "x");
  EXPECT_THAT(Choose(51).forget, IsEmpty());
  EXPECT_THAT(Choose(52).forget, ElementsAre(EntryHash("gone")));
  EXPECT_THAT(Choose(52, /*whole=*/false).forget, IsEmpty());
}

TEST_F(EntryChoiceTest, NoMoreMarksAreKeptThanTheBound) {
  for (int i = 0; i < 9; ++i) Saw("gone" + std::to_string(i), "x", 1);
  Has("here", "x");
  EXPECT_THAT(Choose(2).forget, SizeIs(6));
}

TEST_F(EntryChoiceTest, AReleaseIsKnownByItsTag) {
  FeedEntry entry;
  entry.key = "4711";
  entry.link = "https://github.com/acme/tern/releases/tag/v1.2";
  EXPECT_EQ(EntryKeyOf(entry, v1::Source::GITHUB_RELEASES), "release:v1.2");
  EXPECT_EQ(EntryKeyOf(entry, v1::Source::FEED), "4711");
}

}  // namespace
}  // namespace seaworthy
