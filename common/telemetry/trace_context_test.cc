#include "common/telemetry/trace_context.h"

#include <gtest/gtest.h>

#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

NewEvent EventOf(const std::string& dedup_id, const std::string& traceparent = "") {
  v1::Event event;
  event.mutable_create_time()->set_seconds(7);
  event.mutable_review_failed()->set_tool_id("tern");
  event.set_traceparent(traceparent);
  return {dedup_id, "review.failed", event.SerializeAsString()};
}

Record RecordOf(const NewEvent& event) {
  return {1, absl::Time(), event.dedup_id, event.subject, event.payload, ""};
}

TEST(Traceparent, IsReadWhereItIsWellFormed) {
  const auto read = ParseTraceparent(kTraceparent);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(read->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(ParseTraceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later").has_value());
}

TEST(Traceparent, IsRefusedWhereAnythingIsWrong) {
  for (const char* text : {
           "",
           "00",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736\n00f067aa0ba902b7-01",
           "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
       }) {
    EXPECT_FALSE(ParseTraceparent(text).has_value()) << text;
  }
}

TEST(Traceparent, NoFlippedByteIsTakenForAnythingElse) {
  const std::string good = kTraceparent;
  for (size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      const auto read = ParseTraceparent(text);
      if (!read.has_value()) continue;
      EXPECT_EQ(text.substr(3, 32), read->trace_id);
      EXPECT_NE(std::string("0123456789abcdef-").find(static_cast<char>(byte)), std::string::npos) << at;
    }
    EXPECT_FALSE(ParseTraceparent(good.substr(0, at)).has_value());
  }
}

TEST(TraceOf, AnEventWithoutOneBeginsATraceOfItsOwn) {
  const EventTrace trace = TraceOf(RecordOf(EventOf("receive:ann-1")));
  EXPECT_EQ(trace.trace_id.size(), 32U);
  EXPECT_EQ(trace.span_id, SpanIdOf("receive:ann-1"));
  EXPECT_EQ(trace.parent_span_id, "");
  EXPECT_NE(trace.trace_id, TraceOf(RecordOf(EventOf("receive:ann-2"))).trace_id);
}

TEST(TraceOf, AnEventWithAMalformedOneBeginsATraceOfItsOwn) {
  EXPECT_EQ(TraceOf(RecordOf(EventOf("a", "00-junk"))).trace_id, TraceOf(RecordOf(EventOf("a"))).trace_id);
}

TEST(TraceOf, APayloadThatIsNoEventBeginsATraceOfItsOwn) {
  const std::string junk = "\xff\xff\xff\x07 not an event";
  EXPECT_EQ(TraceOf("a", junk).trace_id, TraceOf("a", "").trace_id);
}

TEST(SetCause, AnEffectBelongsToItsCausesTrace) {
  const Record cause = RecordOf(EventOf("receive:ann-1", kTraceparent));
  std::vector<NewEvent> effects = {EventOf("read:ann-1"), EventOf("other")};
  SetCause(cause, effects);
  for (const NewEvent& effect : effects) {
    const EventTrace trace = TraceOf(RecordOf(effect));
    EXPECT_EQ(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(trace.parent_span_id, SpanIdOf("receive:ann-1"));
    EXPECT_EQ(trace.span_id, SpanIdOf(effect.dedup_id));
  }
}

TEST(SetCause, TheBytesAreThoseOfAnEventThatHasIt) {
  NewEvent effect = EventOf("read:ann-1");
  SetTraceparent(kTraceparent, &effect);
  EXPECT_EQ(effect.payload, EventOf("read:ann-1", kTraceparent).payload);
}

TEST(SetCause, AnEventAsLargeAsTheLogTakesStaysAsItIs) {
  NewEvent effect = {"large", "review.failed", std::string(kMaxPayloadBytes - 10, 'x')};
  SetCause(RecordOf(EventOf("cause")), &effect);
  EXPECT_EQ(effect.payload.size(), kMaxPayloadBytes - 10);
}

}  // namespace
}  // namespace seaworthy
