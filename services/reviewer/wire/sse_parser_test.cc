#include "services/reviewer/wire/sse_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace seaworthy {
namespace {

std::vector<std::string> Events(const std::vector<std::string>& pieces) {
  std::vector<std::string> events;
  SseParser parser;
  for (const std::string& piece : pieces) {
    parser.Feed(piece, [&](std::string_view data) {
      events.emplace_back(data);
      return true;
    });
  }
  return events;
}

using Strings = std::vector<std::string>;

TEST(SseParserTest, ReadsDataOfEvents) {
  EXPECT_EQ(Events({"event: x\nid: 1\ndata: a\n\n: note\n\ndata:b\ndata: c\n\n"}), (Strings{"a", "b\nc"}));
}

TEST(SseParserTest, ReadsTheSameWhereverThePiecesEnd) {
  const std::string stream = "data: a\r\n\r\ndata: bc\n\ndata: d\r\r";
  for (size_t cut = 0; cut <= stream.size(); ++cut)
    EXPECT_EQ(Events({stream.substr(0, cut), stream.substr(cut)}), (Strings{"a", "bc", "d"})) << cut;
}

TEST(SseParserTest, AnEventWithoutItsEmptyLineIsNone) {
  EXPECT_EQ(Events({"data: a\n\ndata: b\n"}), Strings{"a"});
}

TEST(SseParserTest, StopsAtAnEventThatIsTooLarge) {
  SseParser parser;
  const std::string piece(SseParser::kMaxEvent / 2, 'x');
  const auto event = [](std::string_view) { return true; };
  EXPECT_TRUE(parser.Feed("data:" + piece, event));
  EXPECT_FALSE(parser.Feed(piece, event));
}

TEST(SseParserTest, StopsWhenTold) {
  SseParser parser;
  int seen = 0;
  EXPECT_FALSE(parser.Feed("data: a\n\ndata: b\n\n", [&](std::string_view) { return ++seen > 1; }));
  EXPECT_EQ(seen, 1);
}

TEST(WhitespaceWatchTest, BearsAPrettyPrintedDocument) {
  WhitespaceWatch watch;
  EXPECT_TRUE(watch.Feed("\n\n{\"a\":\n" + std::string(200, ' ') + "[1]\n}\n\n"));
  EXPECT_TRUE(watch.complete());
}

TEST(WhitespaceWatchTest, EndsALoopInsideAfterAndInsteadOfADocument) {
  for (const char* begin : {"{\"a\":", "{}", ""}) {
    WhitespaceWatch watch;
    EXPECT_TRUE(watch.Feed(begin));
    bool fine = true;
    for (int i = 0; i < 1000 && fine; ++i) fine = watch.Feed("\n");
    EXPECT_FALSE(fine) << begin;
    EXPECT_EQ(watch.complete(), std::string(begin) == "{}");
  }
}

TEST(WhitespaceWatchTest, BracketsInStringsAreNoDocument) {
  WhitespaceWatch watch;
  EXPECT_TRUE(watch.Feed(R"({"a":"\"}")"));
  EXPECT_FALSE(watch.complete());
}

}  // namespace
}  // namespace seaworthy
