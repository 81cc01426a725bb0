#include "services/publisher/hooks_out/hook_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/hash.h"
#include "services/publisher/hooks_out/hook_out.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kPair[] = "gannet-vs-lantern-9b";

// Answers as told, and remembers what came.
class FakePoster : public HookPoster {
 public:
  absl::StatusOr<HookAnswer> Post(const HookPost& post) override {
    posts.push_back(post);
    if (!first.HasBeenNotified()) first.Notify();
    if (!failure.ok()) return failure;
    return answer;
  }
  std::vector<HookPost> posts;
  HookAnswer answer{.status = 200, .retry_after = std::nullopt};
  absl::Status failure;
  absl::Notification first;
};

class HookOutTest : public testing::Test {
 protected:
  HookOutTest() : store_(*PeopleStore::OpenInMemory()) {
    aggregator_.AddTool(SampleTool("lantern-9b", "Lantern 9B", 3));
    aggregator_.AddTool(SampleTool("gannet", "Gannet", 1));
    aggregator_.AddComparison("lantern-9b", "gannet", v1::Comparison::DRAFTED);
    Restart();
  }
  // Whatever is kept in memory only is gone.
  void Restart() {
    out_ = nullptr;
    auto book = HookBook::Open({.store = store_.get(), .clock = &clock_});
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
    out_ = std::make_unique<HookOut>(HookOut::Options{.aggregator = &aggregator_,
                                                      .book = book_.get(),
                                                      .poster = &poster_,
                                                      .clock = &clock_,
                                                      .last_change = [this] { return last_change_.load(); },
                                                      .base_url = [] { return "https://s.example"; }});
  }
  OutHook Add(const std::vector<std::string>& events = {}) {
    return *book_->Add("https://r.example/in", events, "");
  }
  void Publish() { aggregator_.Publish(kPair, 1'763'500'000); }
  void Withdraw() {
    v1::DecideRequest request;
    v1::Decision& decision = *request.mutable_decision();
    decision.set_comparison_id(kPair);
    decision.set_kind(v1::WITHDRAW);
    decision.set_content_hash(aggregator_.ContentHash(kPair));
    decision.set_reason("x");
    ASSERT_TRUE(aggregator_.Decide(request, absl::Seconds(1)).ok());
  }
  // Takes up what changed and sends all that is due; the types that were sent.
  std::vector<std::string> Run() {
    EXPECT_TRUE(out_->TakeChanges().ok());
    const size_t before = poster_.posts.size();
    while (out_->SendOne()) {
    }
    std::vector<std::string> types;
    for (size_t i = before; i < poster_.posts.size(); ++i) {
      types.push_back(json::parse(poster_.posts[i].body)["type"]);
    }
    return types;
  }
  std::vector<std::string> RunEditions() {
    EXPECT_TRUE(out_->TakeEditions().ok());
    return Run();
  }
  void AddEdition(const std::string& id, v1::Edition::State state) {
    v1::Edition edition;
    edition.set_edition_id(id);
    edition.set_title("Week 06");
    edition.set_content_hash("abc");
    edition.set_state(state);
    edition.add_items()->set_title("Ada vs Bob");
    aggregator_.AddEdition(edition);
  }
  OutHook Hook() { return book_->List().at(0).hook; }
  size_t Waiting() { return book_->List().at(0).waiting; }
  std::string Id(size_t post) { return poster_.posts.at(post).headers.at(0).second; }

  FakeClock clock_;
  FakeAggregator aggregator_;
  FakePoster poster_;
  std::atomic<uint64_t> last_change_{1};
  std::unique_ptr<PeopleStore> store_;
  std::unique_ptr<HookBook> book_;
  std::unique_ptr<HookOut> out_;
};

TEST_F(HookOutTest, APublicationIsToldOnceWithWhatAReceiverNeeds) {
  Add();
  Publish();
  EXPECT_THAT(Run(), ElementsAre("comparison.published"));
  const json data = json::parse(poster_.posts[0].body)["data"];
  EXPECT_EQ(data["comparison"], kPair);
  EXPECT_EQ(data["url"], absl::StrCat("https://s.example/compare/", kPair));
  EXPECT_EQ(data["content_hash"], aggregator_.ContentHash(kPair));
  EXPECT_EQ(data["tools"][1],
            json({{"id", "lantern-9b"}, {"name", "Lantern 9B"}, {"ship", 3}, {"total", 4}}));
  EXPECT_THAT(Run(), IsEmpty());
}

TEST_F(HookOutTest, AnEditionIsToldOnceAcrossRestarts) {
  EXPECT_TRUE(out_->TakeEditions().ok());
  Add();
  AddEdition("2026-W06", v1::Edition::DRAFTED);
  EXPECT_THAT(RunEditions(), IsEmpty());
  AddEdition("2026-W06", v1::Edition::APPROVED);
  EXPECT_THAT(RunEditions(), ElementsAre("edition.published"));
  EXPECT_EQ(json::parse(poster_.posts[0].body)["data"], json({{"edition", "2026-W06"},
                                                              {"url", "https://s.example/editions/2026-W06"},
                                                              {"title", "Week 06"},
                                                              {"content_hash", "abc"},
                                                              {"items", 1}}));
  Restart();
  EXPECT_THAT(RunEditions(), IsEmpty());
}

TEST_F(HookOutTest, EditionsFromBeforeAreNotNews) {
  AddEdition("2026-W05", v1::Edition::APPROVED);
  Add();
  EXPECT_THAT(RunEditions(), IsEmpty());
  AddEdition("2026-W06", v1::Edition::APPROVED);
  EXPECT_THAT(RunEditions(), ElementsAre("edition.published"));
}

TEST_F(HookOutTest, DeliveriesAreSignedAsStandardWebhooksSays) {
  const OutHook hook = Add();
  Publish();
  Run();
  const HookPost& post = poster_.posts.at(0);
  std::string key;
  ASSERT_TRUE(absl::Base64Unescape(hook.secret.substr(6), &key));
  EXPECT_EQ(key.size(), 32u);
  const std::string at = absl::StrCat(absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(post.headers[1].second, at);
  EXPECT_EQ(post.headers[2].second,
            "v1," + absl::Base64Escape(HmacSha256(key, absl::StrCat(Id(0), ".", at, ".", post.body))));
  // The example of the Standard Webhooks 1.0 libraries.
  EXPECT_EQ(SignHook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                     R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_F(HookOutTest, ChangesAndWithdrawalsAreTold) {
  Add();
  Publish();
  Run();
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  Publish();
  EXPECT_THAT(Run(), ElementsAre("comparison.changed"));
  Withdraw();
  EXPECT_THAT(Run(), ElementsAre("comparison.withdrawn"));
  EXPECT_EQ(json::parse(poster_.posts.back().body)["data"]["content_hash"], nullptr);
  Publish();
  EXPECT_THAT(Run(), ElementsAre("comparison.published"));
}

TEST_F(HookOutTest, ACorrectionIsToldAsOne) {
  Add();
  v1::ListPublishedChangesResponse page;
  v1::PublishedChange& change = *page.add_changes();
  change.set_comparison_id("a-vs-b");
  change.set_sequence(5);
  change.mutable_summary()->set_content_hash("h1");
  page.set_next_sequence(5);
  ASSERT_TRUE(book_->Take(page, "").ok());
  change.set_sequence(6);
  change.mutable_summary()->set_content_hash("h2");
  change.mutable_summary()->mutable_correct_time()->set_seconds(9);
  page.set_next_sequence(6);
  ASSERT_TRUE(book_->Take(page, "").ok());
  while (out_->SendOne()) {
  }
  EXPECT_EQ(json::parse(poster_.posts.at(1).body)["type"], "comparison.corrected");
}

TEST_F(HookOutTest, OnlyWhatWasAskedForIsToldAndNothingOfThePast) {
  Publish();
  EXPECT_THAT(Run(), IsEmpty());
  Add({"comparison.withdrawn"});
  EXPECT_THAT(Run(), IsEmpty());
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  Publish();
  EXPECT_THAT(Run(), IsEmpty());
  Withdraw();
  EXPECT_THAT(Run(), ElementsAre("comparison.withdrawn"));
}

TEST_F(HookOutTest, ARestartNeitherLosesNorRepeats) {
  Add();
  Publish();
  ASSERT_TRUE(out_->TakeChanges().ok());
  Restart();
  EXPECT_EQ(Waiting(), 1u);
  EXPECT_THAT(Run(), ElementsAre("comparison.published"));
  Restart();
  EXPECT_THAT(Run(), IsEmpty());
  EXPECT_EQ(Waiting(), 0u);
}

TEST_F(HookOutTest, WhatWasSentJustBeforeACrashComesAgainUnderTheSameId) {
  Add();
  Publish();
  ASSERT_TRUE(out_->TakeChanges().ok());
  ASSERT_TRUE(book_->Claim().has_value());  // Sent, and never settled.
  Restart();
  Run();
  const std::string first = Id(0);
  Restart();
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  Publish();
  Run();
  EXPECT_NE(Id(1), first);
  EXPECT_THAT(first, testing::StartsWith("msg_"));
}

TEST_F(HookOutTest, FailuresAreTriedAgainLaterUnderTheSameId) {
  Add();
  Publish();
  poster_.answer.status = 500;
  EXPECT_EQ(Run().size(), 1u);
  EXPECT_THAT(Run(), IsEmpty());
  for (const int seconds : {5, 30, 120, 600}) {
    clock_.Advance(absl::Seconds(seconds - 1));
    EXPECT_THAT(Run(), IsEmpty()) << seconds;
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(Run().size(), 1u) << seconds;
  }
  EXPECT_EQ(Hook().failures, 5);
  poster_.answer.status = 204;
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Run().size(), 1u);
  EXPECT_EQ(Id(0), Id(5));
  EXPECT_EQ(Hook().failures, 0);
}

TEST_F(HookOutTest, RetryAfterIsKeptUpToADay) {
  Add();
  Publish();
  poster_.answer = {.status = 429, .retry_after = absl::Hours(100)};
  Run();
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_THAT(Run(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Run().size(), 1u);
}

TEST_F(HookOutTest, AfterThreeDaysAnEventIsDeadAndTheWebhookDisabled) {
  Add();
  Publish();
  poster_.failure = absl::UnavailableError("connect_failed: refused");
  for (int hour = 0; hour < 100; ++hour, clock_.Advance(absl::Hours(1))) Run();
  EXPECT_TRUE(Hook().disabled);
  EXPECT_EQ(Hook().dead, 1u);
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_EQ(Hook().last_error, "connect_failed: refused");
  EXPECT_LT(poster_.posts.size(), 30u);
}

TEST_F(HookOutTest, GoneDisablesAndEnablingGoesOnWithWhatWaited) {
  const OutHook hook = Add();
  Publish();
  poster_.answer.status = 410;
  Run();
  EXPECT_TRUE(Hook().disabled);
  clock_.Advance(absl::Hours(9));
  EXPECT_THAT(Run(), IsEmpty());
  poster_.answer.status = 200;
  ASSERT_TRUE(book_->Enable(hook.id).ok());
  EXPECT_THAT(Run(), ElementsAre("comparison.published"));
}

TEST_F(HookOutTest, AnEventNobodyTakesHoldsUpNoOther) {
  const OutHook hook = Add();
  Publish();
  poster_.answer.status = 500;
  Run();
  clock_.Advance(absl::Hours(9));
  poster_.answer.status = 200;
  ASSERT_TRUE(book_->Ping(hook.id).ok());
  EXPECT_THAT(Run(), ElementsAre("ping", "comparison.published"));
}

TEST_F(HookOutTest, ARemovedWebhookLeavesNothing) {
  const OutHook hook = Add();
  Publish();
  ASSERT_TRUE(out_->TakeChanges().ok());
  ASSERT_TRUE(book_->Remove(hook.id).ok());
  EXPECT_THAT(Run(), IsEmpty());
  int rows = 0;
  ASSERT_TRUE(store_
                  ->Scan(Family::kHooksOut, "", "",
                         [&](std::string_view, std::string_view value) {
                           rows += value.find(hook.secret) != std::string_view::npos ? 1 : 0;
                           return true;
                         })
                  .ok());
  EXPECT_EQ(rows, 0);
  EXPECT_TRUE(absl::IsNotFound(book_->Remove(hook.id)));
}

TEST_F(HookOutTest, UrlsEventsAndCountsAreChecked) {
  for (const char* bad : {"", "ftp://a.example", "https://u:p@a.example/", "javascript:alert(1)", "/path"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(book_->Add(bad, {}, "").status())) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(book_->Add("https://a.example", {"all"}, "").status()));
  for (size_t i = 0; i < HookBook::kMaxHooks; ++i) Add();
  EXPECT_TRUE(absl::IsResourceExhausted(book_->Add("https://a.example", {}, "").status()));
}

TEST_F(HookOutTest, AnAggregatorThatIsBehindIsAskedAgain) {
  Add();
  last_change_ = 1'000'000;  // Another aggregator told of it.
  out_->Start();
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (book_->cursor() == 0 && absl::Now() < end) std::this_thread::yield();
  Publish();
  poster_.first.WaitForNotification();
  out_->Stop();
  EXPECT_EQ(poster_.posts.size(), 1u);
}

TEST_F(HookOutTest, ThreadsSendByThemselvesAndStopAtOnce) {
  Add();
  Publish();
  out_->Start();
  poster_.first.WaitForNotification();
  out_->Stop();
  EXPECT_EQ(poster_.posts.size(), 1u);
}

}  // namespace
}  // namespace seaworthy
