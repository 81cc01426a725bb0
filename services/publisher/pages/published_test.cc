#include "services/publisher/pages/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::PublishedChange Change(const std::string& a, const std::string& b, int64_t seconds,
                           const std::string& category = "Models") {
  v1::PublishedChange change;
  change.set_comparison_id(absl::StrCat(a, "-vs-", b));
  v1::PublishedSummary& summary = *change.mutable_summary();
  summary.set_comparison_id(change.comparison_id());
  summary.mutable_a()->set_tool_id(a);
  summary.mutable_b()->set_tool_id(b);
  summary.mutable_a()->set_category(category);
  summary.mutable_b()->set_category(category);
  summary.mutable_publish_time()->set_seconds(seconds);
  return change;
}

std::vector<std::string> Ids(const PublishedEntries& entries) {
  std::vector<std::string> ids;
  for (const PublishedEntryPtr& entry : entries) ids.push_back(entry->id);
  return ids;
}

TEST(PublishedIndexTest, ListsNewestFirstByToolAndCategory) {
  PublishedIndex index;
  index.Apply(Change("a", "b", 1));
  index.Apply(Change("a", "c", 3, "Tools"));
  index.Apply(Change("b", "c", 2));
  EXPECT_THAT(Ids(index.Newest(2)), ElementsAre("a-vs-c", "b-vs-c"));
  EXPECT_THAT(Ids(index.Newest(5, 2)), ElementsAre("a-vs-b"));
  EXPECT_THAT(Ids(index.OfTool("b")), ElementsAre("b-vs-c", "a-vs-b"));
  EXPECT_THAT(Ids(index.OfCategory("Tools", 9)), ElementsAre("a-vs-c"));
  EXPECT_THAT(index.ToolIds(), ElementsAre("a", "b", "c"));
}

TEST(PublishedIndexTest, AChangeReplacesAndAWithdrawalRemovesEverywhere) {
  PublishedIndex index;
  index.Apply(Change("a", "b", 1));
  index.Apply(Change("a", "b", 5, "Tools"));
  EXPECT_EQ(index.size(), 1u);
  EXPECT_THAT(Ids(index.OfCategory("Models", 9)), IsEmpty());
  v1::PublishedChange gone;
  gone.set_comparison_id("a-vs-b");
  index.Apply(gone);
  EXPECT_EQ(index.size(), 0u);
  EXPECT_THAT(index.All(), IsEmpty());
  EXPECT_THAT(index.OfTool("a"), IsEmpty());
  EXPECT_THAT(index.ToolIds(), IsEmpty());
  EXPECT_THAT(index.Categories(), IsEmpty());
}

TEST(PublishedIndexTest, ACorrectionMovesTheUpdateNotThePublication) {
  PublishedIndex index;
  index.Apply(Change("a", "b", 1));
  index.Apply(Change("a", "c", 2));
  v1::PublishedChange corrected = Change("a", "b", 1);
  corrected.mutable_summary()->mutable_correct_time()->set_seconds(9);
  index.Apply(corrected);
  EXPECT_THAT(Ids(index.Newest(9)), ElementsAre("a-vs-c", "a-vs-b"));
  EXPECT_THAT(Ids(index.LastChanged(9)), ElementsAre("a-vs-b", "a-vs-c"));
  EXPECT_EQ(index.LastChange(), absl::FromUnixSeconds(9));
}

TEST(PublishedIndexTest, EqualToolsAreKeptOnce) {
  PublishedIndex index;
  index.Apply(Change("a", "b", 1));
  index.Apply(Change("a", "c", 2));
  EXPECT_EQ(index.Find("a-vs-b")->a, index.Find("a-vs-c")->a);
}

class PublishedTest : public testing::Test {
 protected:
  void SetUp() override { FillSampleDesk(aggregator_); }
  FakeAggregator aggregator_;
  Published published_{&aggregator_};
};

TEST_F(PublishedTest, ReadsOnlyWhatChanged) {
  ASSERT_TRUE(published_.CatchUp().ok());
  EXPECT_EQ((*published_.Index())->size(), 4u);
  const uint64_t generation = published_.generation();
  ASSERT_TRUE(published_.CatchUp().ok());
  EXPECT_EQ(published_.generation(), generation);
  aggregator_.Publish("gannet-vs-tern-coder-22b", 1'763'600'000);
  ASSERT_TRUE(published_.CatchUp().ok());
  EXPECT_GT(published_.generation(), generation);
  EXPECT_EQ((*published_.Index())->Newest(1)[0]->id, "gannet-vs-tern-coder-22b");
}

TEST_F(PublishedTest, FollowsByItself) {
  published_.Start();
  aggregator_.Publish("gannet-vs-tern-coder-22b", 1'763'600'000);
  const absl::Time end = absl::Now() + absl::Seconds(10);
  const auto there = [this] { return (*published_.Index())->Find("gannet-vs-tern-coder-22b") != nullptr; };
  while (!there() && absl::Now() < end) std::this_thread::yield();
  EXPECT_TRUE(there());
  published_.Stop();
}

// Of an earlier version: it tells where the last change was, not how far it looked.
class EarlierAggregator : public FakeAggregator {
 public:
  int asked() const { return asked_; }

  absl::StatusOr<v1::WaitForChangeResponse> WaitForChange(const v1::WaitForChangeRequest& request,
                                                          absl::Duration deadline) override {
    ++asked_;
    v1::WaitForChangeResponse response;
    response.set_applied_sequence(1'000'000);
    return response;
  }
  absl::StatusOr<v1::ListPublishedChangesResponse> ListPublishedChanges(
      const v1::ListPublishedChangesRequest& request, absl::Duration deadline) override {
    auto answer = FakeAggregator::ListPublishedChanges(request, deadline);
    answer->set_next_sequence(request.after_sequence());
    if (!answer->changes().empty()) answer->set_next_sequence(answer->changes().rbegin()->sequence());
    return answer;
  }

 private:
  std::atomic<int> asked_{0};
};

TEST(PublishedOfAnEarlierVersionTest, IsNotAskedWithoutAPause) {
  EarlierAggregator aggregator;
  FillSampleDesk(aggregator);
  Published published(&aggregator);
  published.Start();
  const absl::Time begun = absl::Now();
  while (aggregator.asked() < 5 && absl::Now() < begun + absl::Seconds(30)) std::this_thread::yield();
  // Five times at least with a pause of 200 ms before each but the first.
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(800));
  EXPECT_EQ((*published.Index())->size(), 4u);
}

// One of two aggregators behind one name; once it is killed `next` answers.
class KilledAggregator : public FakeAggregator {
 public:
  explicit KilledAggregator(FakeAggregator* next) : next_(next) {}
  void Kill() { killed_ = true; }
  // As soon as it has told of something that `next` has not seen.
  void KillOnceItTold() { dies_ = true; }
  // How often whoever answers was asked for what is new.
  int asked() const { return asked_; }
  int asked_next() const { return asked_next_; }

  absl::StatusOr<v1::WaitForChangeResponse> WaitForChange(const v1::WaitForChangeRequest& request,
                                                          absl::Duration deadline) override {
    const auto next = next_->WaitForChange(request, deadline);
    ++asked_;
    if (killed_) {
      ++asked_next_;
      return next;
    }
    auto answer = FakeAggregator::WaitForChange(request, deadline);
    if (dies_ && answer->applied_sequence() > next->applied_sequence()) killed_ = true;
    return answer;
  }
  absl::StatusOr<v1::ListPublishedChangesResponse> ListPublishedChanges(
      const v1::ListPublishedChangesRequest& request, absl::Duration deadline) override {
    if (killed_) return next_->ListPublishedChanges(request, deadline);
    return FakeAggregator::ListPublishedChanges(request, deadline);
  }

 private:
  FakeAggregator* const next_;
  std::atomic<bool> killed_{false};
  std::atomic<bool> dies_{false};
  std::atomic<int> asked_{0};
  std::atomic<int> asked_next_{0};
};

class PublishedOfTwoTest : public testing::Test {
 protected:
  void SetUp() override {
    FillSampleDesk(first_);
    FillSampleDesk(second_);
    published_.Start();
    ASSERT_TRUE(Becomes([this] { return first_.asked() > 0; }));
  }
  void TearDown() override { published_.Stop(); }

  static bool Becomes(const std::function<bool()>& condition) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (!condition() && absl::Now() < end) std::this_thread::yield();
    return condition();
  }
  static void Publish(FakeAggregator& aggregator) {
    aggregator.Publish("gannet-vs-tern-coder-22b", 1'763'600'000);
  }
  bool IsKnown() { return (*published_.Index())->Find("gannet-vs-tern-coder-22b") != nullptr; }

  FakeAggregator second_;
  KilledAggregator first_{&second_};
  Published published_{&first_};
};

TEST_F(PublishedOfTwoTest, WhatAKilledOneToldOfIsReadFromTheOtherOnceItHasIt) {
  first_.KillOnceItTold();
  Publish(first_);
  ASSERT_TRUE(Becomes([this] { return first_.asked_next() > 1; }));
  EXPECT_FALSE(IsKnown());
  Publish(second_);
  EXPECT_TRUE(Becomes([this] { return IsKnown(); }));
}

TEST_F(PublishedOfTwoTest, PagesMadeOfWhatOneThatIsBehindHadAreMadeAnew) {
  Publish(first_);
  ASSERT_TRUE(Becomes([this] { return IsKnown(); }));
  first_.Kill();
  ASSERT_TRUE(Becomes([this] { return first_.asked_next() > 1; }));
  const uint64_t generation = published_.generation();
  Publish(second_);
  EXPECT_TRUE(Becomes([&] { return published_.generation() > generation; }));
}

TEST_F(PublishedTest, WhatIsKnownIsServedWhileTheAggregatorIsAway) {
  EXPECT_TRUE(published_.All().ok());
  aggregator_.FailWith(absl::UnavailableError("away"));
  EXPECT_EQ(published_.All()->size(), 4u);
  Published late(&aggregator_);
  EXPECT_EQ(late.All().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PublishedTest, AToolPageHoldsTheToolAsApprovedLast) {
  const auto page = published_.Tool("lantern-9b");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->tool.revision().tool_id(), "lantern-9b");
  EXPECT_EQ(page->comparisons.size(), 3u);
  EXPECT_EQ(published_.Tool("tern").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace seaworthy
