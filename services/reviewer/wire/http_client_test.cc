#include "services/reviewer/wire/http_client.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/base/config.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "services/reviewer/wire/testing/loopback_server.h"

namespace seaworthy {
namespace {

using testing::Answer;
using testing::LoopbackServer;
using testing::Script;

class HttpClientTest : public ::testing::Test {
 protected:
  static WireRequest RequestTo(const std::string& url, absl::Duration deadline = absl::Seconds(20)) {
    auto target = std::make_shared<WireTarget>();
    target->url = url;
    target->headers = *WireHeaders::Make({"Content-Type: application/json"});
    WireRequest request;
    request.target = std::move(target);
    request.body = R"({"ask":1})";
    request.deadline = deadline;
    return request;
  }
  WireResponse Post(const Script& script, absl::Duration deadline = absl::Seconds(20)) {
    const LoopbackServer server(script);
    return client_.PostAndWait(RequestTo(server.url(), deadline));
  }

  HttpClient client_;
};

std::string Gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

long MaxRssKib() {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  return 0;  // Most of it is the sanitizer's own.
#else
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
#endif
}

TEST_F(HttpClientTest, PostsTheBodyAndReadsTheAnswer) {
  const LoopbackServer server(Answer(201, "hello", "X-Thing:  a b \r\n"));
  const WireResponse response = client_.PostAndWait(RequestTo(server.url() + "/x?y=1"));
  EXPECT_EQ(response.end, WireEnd::kDone) << response.error;
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.sent, R"({"ask":1})");
  EXPECT_EQ(response.Header("x-thing"), "a b");
  EXPECT_EQ(response.Header("x-thin"), "");
  EXPECT_TRUE(server.requests()[0].starts_with("POST /x?y=1 HTTP/1.1\r\n"));
  EXPECT_TRUE(server.requests()[0].ends_with("\r\n\r\n{\"ask\":1}"));
}

TEST_F(HttpClientTest, SendsLargeBodiesWithoutAskingFirst) {
  const LoopbackServer server(Answer(200, ""));
  WireRequest request = RequestTo(server.url());
  request.body.assign(3 << 20, 'x');
  EXPECT_EQ(client_.PostAndWait(std::move(request)).status, 200);
  EXPECT_EQ(server.requests()[0].find("100-continue"), std::string::npos);
}

TEST_F(HttpClientTest, GetsAfterAPost) {
  const LoopbackServer server(Answer(200, "x"));
  client_.PostAndWait(RequestTo(server.url()));
  EXPECT_EQ(client_.GetAndWait(RequestTo(server.url())).status, 200);
  EXPECT_TRUE(server.requests()[1].starts_with("GET / HTTP/1.1"));
}

TEST_F(HttpClientTest, ReusesConnections) {
  const LoopbackServer server(Answer(200, "x"));
  for (int i = 0; i < 50; ++i) client_.PostAndWait(RequestTo(server.url()));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, ReadsGzip) {
  EXPECT_EQ(Post(Answer(200, Gzip("plain text"), "Content-Encoding: gzip\r\n")).body, "plain text");
}

TEST_F(HttpClientTest, EndsAGzipBomb) {
  const std::string bomb = Gzip(std::string(256 << 20, '\0'));
  ASSERT_LT(bomb.size(), 1U << 20);
  const long before = MaxRssKib();
  const WireResponse response = Post(Answer(200, bomb, "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(response.end, WireEnd::kTooLarge);
  EXPECT_LE(response.body.size(), 1U << 20);
  EXPECT_LT(MaxRssKib() - before, 16 << 10);
}

TEST_F(HttpClientTest, EndsAHugeBodyWithAndWithoutItsLength) {
  Script endless;
  endless.bytes = "HTTP/1.1 200 OK\r\n\r\n";
  endless.forever = std::string(1 << 16, ' ');
  EXPECT_EQ(Post(endless).end, WireEnd::kTooLarge);
  endless.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n";
  EXPECT_EQ(Post(endless).end, WireEnd::kTooLarge);
}

TEST_F(HttpClientTest, EndsAFloodOfHeaders) {
  Script flood;
  flood.bytes = "HTTP/1.1 200 OK\r\n";
  flood.forever = "X-More: 0123456789012345678901234567890123456789\r\n";
  EXPECT_EQ(Post(flood).end, WireEnd::kTooLarge);
}

TEST_F(HttpClientTest, KeepsTheDeadlineWhereTheServerStalls) {
  Script stall;
  stall.then = Script::Then::kStall;
  for (const char* bytes :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le"}) {
    stall.bytes = bytes;
    const absl::Time begin = absl::Now();
    EXPECT_EQ(Post(stall, absl::Milliseconds(150)).end, WireEnd::kTimeout);
    EXPECT_LT(absl::Now() - begin, absl::Milliseconds(1500));
  }
}

TEST_F(HttpClientTest, KeepsTheDeadlineWhereBytesDrip) {
  Script drip;
  drip.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
  drip.forever = "x";
  drip.then = Script::Then::kDrip;
  const WireResponse response = Post(drip, absl::Milliseconds(200));
  EXPECT_EQ(response.end, WireEnd::kTimeout);
  EXPECT_FALSE(response.body.empty());
}

TEST_F(HttpClientTest, TellsResetCutAndNoHttpApart) {
  Script script;
  script.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf";
  script.then = Script::Then::kReset;
  EXPECT_EQ(Post(script).end, WireEnd::kTransport);
  script.then = Script::Then::kClose;
  EXPECT_EQ(Post(script).end, WireEnd::kCut);
  script.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
  EXPECT_EQ(Post(script).end, WireEnd::kCut);
  script.bytes = "220 mail.example ESMTP\r\n";
  EXPECT_EQ(Post(script).end, WireEnd::kTransport);
  script.bytes = "";
  EXPECT_EQ(Post(script).end, WireEnd::kTransport);
}

TEST_F(HttpClientTest, SaysWhereNobodyListens) {
  std::string url;
  { url = LoopbackServer(Answer(200, "")).url(); }
  const WireResponse response = client_.PostAndWait(RequestTo(url));
  EXPECT_EQ(response.end, WireEnd::kConnect);
  EXPECT_NE(response.error.find("Connection refused"), std::string::npos) << response.error;
}

TEST_F(HttpClientTest, TellsTlsFailures) {
  const LoopbackServer server(Answer(200, ""));
  EXPECT_EQ(client_.PostAndWait(RequestTo("https" + server.url().substr(4))).end, WireEnd::kTls);
}

TEST_F(HttpClientTest, SpeaksOnlyHttp) {
  EXPECT_EQ(client_.PostAndWait(RequestTo("file:///etc/passwd")).end, WireEnd::kBadUrl);
  EXPECT_EQ(client_.PostAndWait(RequestTo("ftp://127.0.0.1/x")).end, WireEnd::kBadUrl);
}

TEST_F(HttpClientTest, FollowsNoRedirect) {
  const LoopbackServer other(Answer(200, "other"));
  EXPECT_EQ(Post(Answer(302, "", "Location: " + other.url() + "\r\n")).status, 302);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(HttpClientTest, HeedsNoProxyVariables) {
  const LoopbackServer proxy(Answer(200, "proxy"));
  setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(Post(Answer(200, "straight")).body, "straight");
  unsetenv("http_proxy");
}

TEST_F(HttpClientTest, RefusesHeadersWithLineBreaksWithoutRepeatingThem) {
  const auto headers = WireHeaders::Make({"Authorization: Bearer secret\r\nX: y"});
  EXPECT_EQ(headers.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(headers.status().message()).find("secret"), std::string::npos);
}

TEST_F(HttpClientTest, AThousandCallsAreInFlightAtOnce) {
  constexpr int kCalls = 1000;
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer server(stall);
  const long before = MaxRssKib();
  std::atomic<int> ended = 0;
  const int owner = 0;
  for (int i = 0; i < kCalls; ++i) {
    WireRequest request = RequestTo(server.url());
    request.body.assign(8000, 'x');
    request.owner = &owner;
    client_.Post(std::move(request),
                 [&](const WireResponse& r) { ended += r.end == WireEnd::kEnded ? 1 : 0; });
  }
  server.WaitForRequests(kCalls);
  EXPECT_LT(MaxRssKib() - before, 200 << 10);
  client_.EndAll(&owner);
  EXPECT_EQ(ended, kCalls);
}

TEST_F(HttpClientTest, AStalledServerHoldsUpNoOther) {
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer dead(stall);
  const LoopbackServer healthy(Answer(200, "x"));
  for (int i = 0; i < 100; ++i) client_.Post(RequestTo(dead.url()), [](const WireResponse&) {});
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client_.PostAndWait(RequestTo(healthy.url())).status, 200);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_F(HttpClientTest, EndsOneOwnersCallsOnly) {
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer server(stall);
  const int mine = 0;
  absl::Notification other_ended;
  WireRequest request = RequestTo(server.url());
  request.owner = &mine;
  WireEnd end = WireEnd::kDone;
  client_.Post(std::move(request), [&](const WireResponse& r) { end = r.end; });
  client_.Post(RequestTo(server.url()), [&](const WireResponse&) { other_ended.Notify(); });
  server.WaitForRequests(2);
  client_.EndAll(&mine);
  EXPECT_EQ(end, WireEnd::kEnded);
  EXPECT_FALSE(other_ended.HasBeenNotified());
}

TEST_F(HttpClientTest, TheDestructorEndsCalls) {
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer server(stall);
  std::atomic<int> ended = 0;
  {
    HttpClient client;
    for (int i = 0; i < 20; ++i)
      client.Post(RequestTo(server.url()), [&](const WireResponse& r) { ended += r.end == WireEnd::kEnded; });
  }
  EXPECT_EQ(ended, 20);
}

TEST_F(HttpClientTest, CallsMayBeStartedFromDone) {
  const LoopbackServer server(Answer(200, "x"));
  constexpr int kCalls = 200;
  absl::BlockingCounter left(kCalls);
  std::function<void(int)> next = [&](int n) {
    client_.Post(RequestTo(server.url()), [&, n](const WireResponse&) {
      if (n > 1) next(n - 1);
      left.DecrementCount();
    });
  };
  next(kCalls);
  left.Wait();
  EXPECT_EQ(server.requests().size(), static_cast<size_t>(kCalls));
}

TEST_F(HttpClientTest, RefusesMoreCallsThanItsBound) {
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer server(stall);
  HttpClient client;
  std::string why;
  const WireRequest request = RequestTo(server.url());
  for (int i = 0; i < HttpClient::kMaxInFlight; ++i) client.Post(request, [](const WireResponse&) {});
  client.Post(request, [&](const WireResponse& r) { why = r.error; });
  EXPECT_NE(why.find("too many calls"), std::string::npos) << why;
}

}  // namespace
}  // namespace seaworthy
