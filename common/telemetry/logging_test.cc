#include "common/telemetry/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/telemetry/log_text.h"
#include "common/telemetry/log_trace.h"

namespace seaworthy {
namespace {

using nlohmann::json;

json JsonLineOf(const std::string& message) {
  const std::string line =
      FormatLogLine({"json", "info", "seaworthy-ingest", "desk-0"}, 1'700'000'000'123'456, "warn", message);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  return json::parse(line);
}

std::string HumanLineOf(const std::string& message) {
  return FormatLogLine({"human", "info", "seaworthy", ""}, 0, "info", message);
}

TEST(LogText, NothingInAMessageBeginsALine) {
  EXPECT_EQ(EscapeForLog("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(EscapeForLog("\x1b[2Jx\x7f"), "\\x1B[2Jx\\x7F");
  EXPECT_EQ(EscapeForLog("a\xE2\x80\xA8z"), "a\\u{2028}z");  // Line separator.
  EXPECT_EQ(EscapeForLog("a\xE2\x80\xAEz"), "a\\u{202E}z");  // Right-to-left override.
  EXPECT_EQ(EscapeForLog("a\xC2\x85z"), "a\\u{0085}z");      // Next line.
  EXPECT_EQ(EscapeForLog(std::string("\0x", 2)), "\\x00x");
}

TEST(LogText, WhatIsNoUtf8IsShownAsBytes) {
  EXPECT_EQ(EscapeForLog("\xff"
                         "a\xC0\x8A"),
            "\\xFFa\\xC0\\x8A");
  EXPECT_EQ(EscapeForLog("\xE2\x80"), "\\xE2\\x80");
  EXPECT_EQ(EscapeForLog("\xED\xA0\x80"), "\\xED\\xA0\\x80");
  EXPECT_EQ(EscapeForLog("\xF5\x80\x80\x80"), "\\xF5\\x80\\x80\\x80");
}

TEST(LogText, LettersOfAnyAlphabetStayAsTheyAre) {
  const std::string text = "Größe 模型 \xF0\x9F\x9A\xA2 C:\\dir \"x\"";
  EXPECT_EQ(EscapeForLog(text), text);
}

TEST(LogText, EveryByteMakesAJsonString) {
  for (int first = 0; first < 256; ++first) {
    for (const char* rest : {"", "\"", "\x80", "\xA8z"}) {
      const std::string text = std::string(1, static_cast<char>(first)) + rest;
      EXPECT_TRUE(json::accept(JsonString(text))) << first;
    }
  }
}

TEST(JsonLine, HoldsTimeLevelServiceInstanceAndMessage) {
  const json line = JsonLineOf("queue is full");
  EXPECT_EQ(line["time"], "2023-11-14T22:13:20.123456Z");
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["service"], "seaworthy-ingest");
  EXPECT_EQ(line["instance"], "desk-0");
  EXPECT_EQ(line["message"], "queue is full");
  EXPECT_FALSE(line.contains("trace_id"));
}

TEST(JsonLine, AMessageCannotAddAField) {
  const json line = JsonLineOf("x\",\"level\":\"debug\"}\n{\"message\":\"forged");
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["message"], "x\",\"level\":\"debug\"}\n{\"message\":\"forged");
}

TEST(JsonLine, CarriesTheTraceTheThreadWorksOn) {
  {
    const LogTrace trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    EXPECT_EQ(JsonLineOf("x")["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_THAT(HumanLineOf("x"), testing::EndsWith(" x trace=4bf92f3577b34da6a3ce929d0e0e4736"));
  }
  EXPECT_FALSE(JsonLineOf("x").contains("trace_id"));
}

TEST(HumanLine, IsOneLine) {
  const std::string line = HumanLineOf("a\n2026-01-01 00:00:00.000 error forged");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find(" info a\\n2026"), std::string::npos);
}

TEST(StartLogging, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(StartLogging({"xml", "info", "s", ""}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StartLogging({"json", "loud", "s", ""}).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace seaworthy
