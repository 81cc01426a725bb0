#include "common/telemetry/otlp_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

using nlohmann::json;

OutSpan SpanNamed(const std::string& subject, int64_t made_s = 10, int64_t appended_s = 12) {
  OutSpan out;
  out.span.set_trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
  out.span.set_span_id("00f067aa0ba902b7");
  out.span.set_subject(subject);
  out.span.set_sequence(7);
  out.span.mutable_create_time()->set_seconds(made_s);
  out.span.mutable_append_time()->set_seconds(appended_s);
  return out;
}

json Only(const OutSpan& span) {
  return json::parse(OtlpRequest({span}))["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
}

TEST(OtlpRequest, ASpanIsAsTheProtocolWantsIt) {
  const json span = Only(SpanNamed("tool.announced"));
  EXPECT_EQ(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(span["spanId"], "00f067aa0ba902b7");
  EXPECT_EQ(span["name"], "tool.announced");
  EXPECT_EQ(span["kind"], 1);
  EXPECT_EQ(span["startTimeUnixNano"], "10000000000");
  EXPECT_EQ(span["endTimeUnixNano"], "12000000000");
  EXPECT_FALSE(span.contains("parentSpanId"));
  EXPECT_FALSE(span.contains("links"));
}

TEST(OtlpRequest, AVerdictsSpanIsAsLongAsItsEndpointTook) {
  OutSpan out = SpanNamed("verdict.given");
  (*out.span.mutable_attributes())["elapsed_ms"] = "2500";
  EXPECT_EQ(Only(out)["startTimeUnixNano"], "7500000000");
}

TEST(OtlpRequest, ASpanNeverEndsBeforeItBegins) {
  EXPECT_EQ(Only(SpanNamed("tool.announced", 20, 12))["startTimeUnixNano"], "12000000000");
}

TEST(OtlpRequest, ParentAndLinkAreNamed) {
  OutSpan out = SpanNamed("comparison.approved");
  out.span.set_parent_span_id("b7ad6b7169203331");
  out.link_trace_id = "0af7651916cd43dd8448eb211c80319c";
  out.link_span_id = "b9c7c989f97918e1";
  const json span = Only(out);
  EXPECT_EQ(span["parentSpanId"], "b7ad6b7169203331");
  EXPECT_EQ(span["links"][0]["traceId"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(span["links"][0]["spanId"], "b9c7c989f97918e1");
}

TEST(OtlpRequest, EachServiceIsAResource) {
  const json request = json::parse(OtlpRequest(
      {SpanNamed("verdict.given"), SpanNamed("review.requested"), SpanNamed("announcement.received")}));
  ASSERT_EQ(request["resourceSpans"].size(), 3U);
  EXPECT_EQ(request["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"],
            "seaworthy-aggregator");
  EXPECT_EQ(request["resourceSpans"][2]["resource"]["attributes"][0]["value"]["stringValue"],
            "seaworthy-reviewer");
}

TEST(OtlpRequest, StrangersTextStaysText) {
  OutSpan out = SpanNamed("review.failed");
  (*out.span.mutable_attributes())["reason"] = "\"}],\n\xff";
  const json span = Only(out);
  EXPECT_EQ(span["attributes"][1]["value"]["stringValue"], "\"}],\n\xEF\xBF\xBD");
  EXPECT_EQ(span["status"]["code"], 2);
}

}  // namespace
}  // namespace seaworthy
