#include "common/telemetry/trace_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "common/event_log_test_folder.h"
#include "common/telemetry/event_span.h"
#include "common/telemetry/trace_context.h"
#include "common/timestamps.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

constexpr char kIncoming[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// A log in which announcements come to tools, verdicts and comparisons.
class TraceReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto log = OpenRocksDbEventLog({.path = folder_.Sub("log"), .clock = Clock::Real(), .env = nullptr});
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  void Append(const std::string& id, const std::string& subject, const v1::Event& event,
              const std::string& cause = "") {
    NewEvent made = {id, subject, event.SerializeAsString()};
    if (!cause.empty()) SetCause(*log_->FindByDedupId(cause), &made);
    ASSERT_TRUE(log_->Append(made).ok());
  }

  void Receive(const std::string& id, const std::string& traceparent = "") {
    v1::Event event;
    event.mutable_announcement_received()->mutable_announcement()->set_announcement_id(id);
    event.set_traceparent(traceparent);
    Append("receive:" + id, "announcement.received", event);
  }

  // From an announcement to the review of the tool it tells of.
  void Announce(const std::string& id, const std::string& tool) {
    v1::Event read;
    read.mutable_tool_announced()->set_announcement_id(id);
    read.mutable_tool_announced()->add_tools()->set_name(tool);
    Append("read:" + id, "tool.announced", read, "receive:" + id);
    v1::Event asked;
    v1::Revision& revision = *asked.mutable_review_requested()->mutable_revision();
    revision.set_tool_id(tool);
    revision.set_number(1);
    revision.add_announcement_ids(id);
    Append("review:" + tool + "@1", "review.requested", asked, "read:" + id);
  }

  void Vote(const std::string& tool, const std::string& persona) {
    v1::Event event;
    v1::Verdict& verdict = *event.mutable_verdict_given()->mutable_verdict();
    verdict.set_verdict_id(tool + "@1/" + persona);
    verdict.set_persona_id(persona);
    verdict.set_vote(v1::SHIP);
    verdict.mutable_provenance()->set_endpoint("offline");
    Append("verdict:" + tool + "@1/" + persona, "verdict.given", event, "review:" + tool + "@1");
  }

  void Draft(const std::string& a, const std::string& b, const std::string& cause) {
    v1::Event event;
    event.mutable_comparison_drafted()->set_comparison_id(a + "-vs-" + b);
    event.mutable_comparison_drafted()->set_tool_a(a);
    event.mutable_comparison_drafted()->set_tool_b(b);
    Append("drafted:" + a + b, "comparison.drafted", event, cause);
  }

  void Approve(const std::string& comparison) {
    v1::Event asked;
    asked.mutable_decision_submitted()->mutable_decision()->set_comparison_id(comparison);
    asked.mutable_decision_submitted()->mutable_decision()->set_kind(v1::APPROVE);
    Append("decision:" + comparison, "decision.submitted", asked);
    v1::Event decided;
    *decided.mutable_comparison_decided()->mutable_decision() = asked.decision_submitted().decision();
    Append("decided:" + comparison, "comparison.approved", decided, "decision:" + comparison);
  }

  // Two announcements to an approved comparison, with a third beside them.
  void MakeHistory() {
    Receive("ann-a", kIncoming);
    Receive("ann-c");
    Receive("ann-b");
    Announce("ann-a", "alder");
    Announce("ann-c", "cedar");
    Vote("alder", "dx");
    Announce("ann-b", "birch");
    Vote("birch", "dx");
    Draft("alder", "birch", "verdict:birch@1/dx");
    Approve("alder-vs-birch");
    Vote("cedar", "dx");
  }

  v1::Trace Read(const std::string& id) {
    auto trace = ReadTrace(log_.get(), id, absl::Seconds(10));
    EXPECT_TRUE(trace.ok()) << id << ": " << trace.status();
    return trace.value_or(v1::Trace());
  }
  static std::vector<std::string> Subjects(const v1::Trace& trace) {
    std::vector<std::string> subjects;
    for (const v1::TraceSpan& span : trace.spans()) subjects.push_back(span.subject());
    return subjects;
  }

  TestFolder folder_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(TraceReaderTest, AnAnnouncementsWayGoesFromItsArrivalToTheApproval) {
  MakeHistory();
  const v1::Trace trace = Read("ann-b");
  EXPECT_EQ(Subjects(trace),
            (std::vector<std::string>{"announcement.received", "tool.announced", "review.requested",
                                      "verdict.given", "comparison.drafted", "decision.submitted",
                                      "comparison.approved"}));
  EXPECT_FALSE(trace.cut());
  EXPECT_EQ(trace.read_to(), log_->LastSequence());
}

TEST_F(TraceReaderTest, EachSpanHangsBelowWhatCausedIt) {
  MakeHistory();
  const v1::Trace trace = Read("ann-b");
  std::map<std::string, v1::TraceSpan> spans;
  for (const v1::TraceSpan& span : trace.spans()) spans[span.subject()] = span;
  EXPECT_EQ(spans["announcement.received"].parent_span_id(), "");
  EXPECT_EQ(spans["tool.announced"].parent_span_id(), spans["announcement.received"].span_id());
  EXPECT_EQ(spans["review.requested"].parent_span_id(), spans["tool.announced"].span_id());
  EXPECT_EQ(spans["verdict.given"].parent_span_id(), spans["review.requested"].span_id());
  EXPECT_EQ(spans["comparison.drafted"].parent_span_id(), spans["verdict.given"].span_id());
  EXPECT_EQ(spans["decision.submitted"].joined_to(), spans["comparison.drafted"].span_id());
  EXPECT_EQ(spans["comparison.approved"].joined_to(), spans["comparison.drafted"].span_id());
  EXPECT_EQ(spans["comparison.approved"].parent_span_id(), spans["decision.submitted"].span_id());
}

TEST_F(TraceReaderTest, WhatTheToolCameToInAnotherTraceIsJoined) {
  MakeHistory();
  const v1::Trace trace = Read("ann-a");
  EXPECT_EQ(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace.spans(0).parent_span_id(), "00f067aa0ba902b7");
  ASSERT_EQ(trace.spans_size(), 7);
  EXPECT_EQ(trace.spans(4).subject(), "comparison.drafted");
  EXPECT_EQ(trace.spans(4).joined_to(), trace.spans(2).span_id());
  EXPECT_NE(trace.spans(4).trace_id(), trace.trace_id());
}

TEST_F(TraceReaderTest, AToolAndATraceIdNameTheSameTrace) {
  MakeHistory();
  const v1::Trace by_tool = Read("birch");
  EXPECT_EQ(by_tool.trace_id(), Read("ann-b").trace_id());
  EXPECT_EQ(Subjects(by_tool), Subjects(Read("ann-b")));
  EXPECT_EQ(Subjects(Read(by_tool.trace_id())), Subjects(by_tool));
}

TEST_F(TraceReaderTest, AVerdictSaysWhoGaveItHow) {
  MakeHistory();
  const v1::Trace trace = Read("ann-b");
  const v1::TraceSpan& span = trace.spans(3);
  EXPECT_EQ(span.about(), "birch@1/dx");
  EXPECT_EQ(span.attributes().at("vote"), "ship");
  EXPECT_EQ(span.attributes().at("endpoint"), "offline");
}

TEST_F(TraceReaderTest, AnIdThatIsNoneIsRefused) {
  MakeHistory();
  for (const char* id : {"ann-x", "no-such-tool", "00000000000000000000000000000001"}) {
    EXPECT_TRUE(absl::IsNotFound(ReadTrace(log_.get(), id, absl::Seconds(10)).status())) << id;
  }
  for (const char* id : {"", "birch@1", "a b", "read:ann-b", "a\nb"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadTrace(log_.get(), id, absl::Seconds(10)).status())) << id;
  }
}

TEST_F(TraceReaderTest, WithoutTimeTheAnswerSaysThatItIsCutShort) {
  MakeHistory();
  const auto trace = ReadTrace(log_.get(), "ann-a", -absl::Seconds(1));
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_TRUE(trace->cut());
  EXPECT_LT(trace->read_to(), trace->log_end());
}

TEST(ServiceOf, NamesWhoMakesAnEvent) {
  EXPECT_EQ(ServiceOf("verdict.given"), "reviewer");
  EXPECT_EQ(ServiceOf("announcement.received"), "ingest");
  EXPECT_EQ(ServiceOf("comparison.approved"), "aggregator");
}

}  // namespace
}  // namespace seaworthy
