#include "common/telemetry/log_trace.h"

#include <gtest/gtest.h>

#include <thread>

namespace seaworthy {
namespace {

constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";

Record RecordOf(const std::string& traceparent) {
  NewEvent event{"verdict:x", "verdict.given", ""};
  if (!traceparent.empty()) SetTraceparent(traceparent, &event);
  Record record;
  record.dedup_id = event.dedup_id;
  record.payload = event.payload;
  return record;
}

TEST(LogTrace, ARecordsTraceIsThatOfItsCause) {
  const Record record = RecordOf(kTraceparent);
  const LogTrace trace(record);
  EXPECT_EQ(LogTrace::Current(), kTrace);
}

TEST(LogTrace, ARecordWithoutACauseBeginsATrace) {
  const Record record = RecordOf("");
  const LogTrace trace(record);
  EXPECT_EQ(LogTrace::Current(), TraceOf(record).trace_id);
}

TEST(LogTrace, WhatWasCopiedOutlivesItsRecord) {
  const LogTrace trace(TraceOf(RecordOf(kTraceparent)));
  EXPECT_EQ(LogTrace::Current(), kTrace);
}

TEST(LogTrace, ScopesNestAndEnd) {
  const Record record = RecordOf("");
  const LogTrace outer(record);
  {
    const LogTrace inner(kTraceparent);
    EXPECT_EQ(LogTrace::Current(), kTrace);
  }
  EXPECT_EQ(LogTrace::Current(), TraceOf(record).trace_id);
}

TEST(LogTrace, AMalformedTraceparentChangesNothing) {
  const LogTrace none("00-zz");
  EXPECT_EQ(LogTrace::Current(), "");
  const LogTrace outer(kTraceparent);
  const LogTrace inner("");
  EXPECT_EQ(LogTrace::Current(), kTrace);
}

TEST(LogTrace, EachThreadHasItsOwn) {
  const LogTrace trace(kTraceparent);
  std::string other = "not asked";
  std::thread([&other] { other = LogTrace::Current(); }).join();
  EXPECT_EQ(other, "");
}

}  // namespace
}  // namespace seaworthy
