#include "common/telemetry/event_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/event_log_test_folder.h"
#include "common/telemetry/trace_context.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

TEST(Recent, KeepsTheNewestKeys) {
  Recent<int> recent(2);
  recent.Put("a", 1);
  recent.Put("b", 2);
  recent.Put("a", 3);
  recent.Put("c", 4);
  EXPECT_EQ(recent.Find("a"), nullptr);
  ASSERT_NE(recent.Find("b"), nullptr);
  EXPECT_EQ(*recent.Find("c"), 4);
}

// A log with a clock of the test's own, watched.
class EventWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto log = OpenRocksDbEventLog({.path = folder_.Sub("log"), .clock = &clock_, .env = nullptr});
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void TearDown() override { log_->Close(); }

  void Append(const std::string& id, const v1::Event& event, const std::string& cause = "") {
    NewEvent made = {id, "any.subject", event.SerializeAsString()};
    if (!cause.empty()) SetCause(*log_->FindByDedupId(cause), &made);
    ASSERT_TRUE(log_->Append(made).ok());
  }
  void Receive() {
    v1::Event event;
    event.mutable_announcement_received();
    Append("received", event);
  }
  void Draft() {
    v1::Event event;
    event.mutable_comparison_drafted()->set_comparison_id("a-vs-b");
    Append("drafted", event, "received");
  }
  void Decide(v1::DecisionKind kind) {
    v1::Event event;
    event.mutable_comparison_decided()->mutable_decision()->set_comparison_id("a-vs-b");
    event.mutable_comparison_decided()->mutable_decision()->set_kind(kind);
    Append("decided", event);
  }

  // Until the log's end is seen.
  std::string TextOnceSeen(EventWatch& watch) const {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (watch.seen() < log_->LastSequence() && absl::Now() < deadline) std::this_thread::yield();
    EXPECT_EQ(watch.seen(), log_->LastSequence());
    return metrics_.Text();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  TestFolder folder_;
  std::unique_ptr<EventLog> log_;
  Metrics metrics_;
};

TEST_F(EventWatchTest, MeasuresFromAnnouncementToDraftToApproval) {
  EventWatch watch({.log = log_.get(), .metrics = &metrics_});
  watch.Start();
  Receive();
  clock_.Advance(absl::Seconds(3));
  Draft();
  clock_.Advance(absl::Minutes(2));
  Decide(v1::APPROVE);
  const std::string text = TextOnceSeen(watch);
  EXPECT_THAT(text, HasSubstr("\nseaworthy_announcement_to_draft_seconds_sum 3\n"));
  EXPECT_THAT(text, HasSubstr("\nseaworthy_draft_to_approval_seconds_sum 120\n"));
}

TEST_F(EventWatchTest, ARejectionIsNoApproval) {
  EventWatch watch({.log = log_.get(), .metrics = &metrics_});
  watch.Start();
  Receive();
  Draft();
  Decide(v1::REJECT);
  EXPECT_THAT(TextOnceSeen(watch), Not(HasSubstr("seaworthy_draft_to_approval_seconds_count")));
}

TEST_F(EventWatchTest, WhatCameBeforeTheStartIsKnownButNotCounted) {
  Receive();
  Draft();
  EventWatch watch({.log = log_.get(), .metrics = &metrics_});
  watch.Start();
  Decide(v1::APPROVE);
  const std::string text = TextOnceSeen(watch);
  EXPECT_THAT(text, Not(HasSubstr("seaworthy_announcement_to_draft_seconds_count")));
  EXPECT_THAT(text, HasSubstr("\nseaworthy_draft_to_approval_seconds_count 1\n"));
}

TEST_F(EventWatchTest, ACollectorThatIsAwayHoldsNothingUpAndIsCounted) {
  SpanExporter exporter({.url = "http://127.0.0.1:1",
                         .metrics = &metrics_,
                         .max_queue = 2,
                         .gather = absl::ZeroDuration(),
                         .deadline = absl::Milliseconds(200)});
  EventWatch watch({.log = log_.get(), .metrics = &metrics_, .exporter = &exporter});
  watch.Start();
  Receive();
  Draft();
  Decide(v1::APPROVE);
  TextOnceSeen(watch);
  watch.Stop();
  exporter.Stop();
  EXPECT_THAT(metrics_.Text(), HasSubstr("seaworthy_spans_total{outcome=\"failed\"}"));
}

TEST_F(EventWatchTest, OnlyTheOneThatExportsMakesSpans) {
  SpanExporter exporter({.url = "http://127.0.0.1:1", .metrics = &metrics_, .gather = absl::ZeroDuration()});
  EventWatch watch(
      {.log = log_.get(), .metrics = &metrics_, .exporter = &exporter, .exports = [] { return false; }});
  watch.Start();
  Receive();
  TextOnceSeen(watch);
  watch.Stop();
  exporter.Stop();
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("seaworthy_spans_total{")));
}

}  // namespace
}  // namespace seaworthy
