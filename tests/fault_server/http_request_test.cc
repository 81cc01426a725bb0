#include "tests/fault_server/http_request.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

using State = HttpRequestReader::State;

class HttpRequestReaderTest : public testing::Test {
 protected:
  // The state after all of `bytes` came one by one.
  State FeedSlowly(const std::string& bytes) {
    State state = State::kMore;
    for (const char byte : bytes) state = reader_.Feed(absl::string_view(&byte, 1));
    return state;
  }

  HttpRequestReader reader_{100};
};

TEST_F(HttpRequestReaderTest, ReadsARequestThatComesInPieces) {
  EXPECT_EQ(FeedSlowly("POST /a?b=c HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), State::kDone);
  EXPECT_EQ(reader_.request().method, "POST");
  EXPECT_EQ(reader_.request().target, "/a");
  EXPECT_EQ(reader_.request().body, "abc");
}

TEST_F(HttpRequestReaderTest, ReadsChunks) {
  EXPECT_EQ(
      FeedSlowly("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n"),
      State::kDone);
  EXPECT_EQ(reader_.request().body, "abc");
}

TEST_F(HttpRequestReaderTest, ReadsRequestsOneAfterAnother) {
  EXPECT_EQ(reader_.Feed("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"), State::kDone);
  EXPECT_EQ(reader_.Next(), State::kDone);
  EXPECT_EQ(reader_.request().target, "/b");
  EXPECT_EQ(reader_.Next(), State::kMore);
}

TEST_F(HttpRequestReaderTest, TellsThatTheClientWaitsBeforeItsBody) {
  EXPECT_EQ(FeedSlowly("POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"), State::kMore);
  EXPECT_TRUE(reader_.TakeExpectContinue());
  EXPECT_FALSE(reader_.TakeExpectContinue());
}

TEST_F(HttpRequestReaderTest, RefusesWhatIsNoHttp) {
  for (const char* const text :
       {"hello\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n"}) {
    EXPECT_EQ(HttpRequestReader(100).Feed(text), State::kMalformed) << text;
  }
}

TEST_F(HttpRequestReaderTest, RefusesWhatIsTooLarge) {
  EXPECT_EQ(FeedSlowly("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n"), State::kTooLarge);
  EXPECT_EQ(HttpRequestReader(100).Feed(std::string(70'000, 'x')), State::kTooLarge);
  EXPECT_EQ(HttpRequestReader(100).Feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n"),
            State::kTooLarge);
}

}  // namespace
}  // namespace seaworthy
