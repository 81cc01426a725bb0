#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fetch/testing/self_signed.h"
#include "services/ingest/fetch/testing/web_server.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Page;
using testing::PathOf;
using testing::RedirectTo;
using ::testing::StartsWith;
using testing::WebReply;
using testing::WebServer;

constexpr size_t kMiB = 1 << 20;

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class SafeFetcherTest : public ::testing::Test {
 protected:
  // Every path but robots.txt is answered by `play`.
  void Serve(WebServer::Play play) {
    server_ = std::make_unique<WebServer>([play = std::move(play)](const std::string& request) {
      return PathOf(request) == "/robots.txt" ? Page(404, "") : play(request);
    });
    fetcher_ = NewFetcher(server_->host_port());
  }
  void Serve(const WebReply& reply) {
    Serve([reply](const std::string&) { return reply; });
  }
  std::unique_ptr<Fetcher> NewFetcher(const std::string& allowed, const std::string& ca_file = "") {
    return NewSafeFetcher({.allowed_private_hosts = {allowed}, .ca_file = ca_file, .clock = &clock_});
  }

  absl::StatusOr<FetchResult> Fetch(FetchRequest request = {}) {
    if (request.url.empty()) request.url = server_->url();
    return fetcher_->Fetch(request);
  }
  FetchResult MustFetch(FetchRequest request = {}) {
    auto result = Fetch(std::move(request));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(FetchResult{});
  }
  std::string CodeOf(FetchRequest request = {}) {
    return std::string(FetchErrorCode(Fetch(std::move(request)).status()));
  }
  std::string LastRequest() const { return server_->requests().back(); }

  FakeClock clock_;
  std::unique_ptr<WebServer> server_;
  std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(SafeFetcherTest, HandsBackBodyAndHeaders) {
  Serve(Page(200, "hello",
             "Content-Type: application/rss+xml; charset=utf-8\r\nETag: \"v1\"\r\n"
             "Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT\r\nLink: <https://hub.example/>; rel=\"hub\"\r\n"
             "Link: <https://self.example/>; rel=\"self\"\r\nCache-Control: public, max-age=600\r\n"));
  const FetchResult result = MustFetch();
  EXPECT_EQ(result.http_status, 200);
  EXPECT_EQ(result.body, "hello");
  EXPECT_EQ(result.final_url, server_->url());
  EXPECT_EQ(result.media_type, "application/rss+xml; charset=utf-8");
  EXPECT_EQ(result.etag, "\"v1\"");
  EXPECT_EQ(result.last_modified, "Wed, 21 Oct 2026 07:28:00 GMT");
  EXPECT_EQ(result.link_header, "<https://hub.example/>; rel=\"hub\", <https://self.example/>; rel=\"self\"");
  EXPECT_EQ(result.max_age, absl::Minutes(10));
  EXPECT_EQ(result.retry_after, std::nullopt);
}

TEST_F(SafeFetcherTest, SaysWhoItIsAndNothingElse) {
  Serve(Page(200, ""));
  MustFetch({.accept = "application/atom+xml"});
  EXPECT_THAT(
      LastRequest(),
      AllOf(HasSubstr("User-Agent: Seaworthy/0.1.0\r\n"), HasSubstr("Accept: application/atom+xml\r\n"),
            HasSubstr("Accept-Encoding: deflate, gzip, br, zstd\r\n"), Not(HasSubstr("Cookie")),
            Not(HasSubstr("Authorization")), Not(HasSubstr("Referer"))));
}

TEST(UserAgentTest, NamesAContactWhereThereIsOne) {
  EXPECT_EQ(UserAgent(""), "Seaworthy/0.1.0");
  EXPECT_EQ(UserAgent("https://news.example/about"), "Seaworthy/0.1.0 (+https://news.example/about)");
  EXPECT_EQ(UserAgent("a\r\nb"), "Seaworthy/0.1.0");
}

TEST_F(SafeFetcherTest, AsksWithValidatorsAndTakesA304) {
  Serve(Page(304, "", "ETag: \"v1\"\r\n"));
  const FetchResult result =
      MustFetch({.if_none_match = "\"v1\"", .if_modified_since = "Wed, 21 Oct 2026 07:28:00 GMT"});
  EXPECT_EQ(result.http_status, 304);
  EXPECT_EQ(result.etag, "\"v1\"");
  EXPECT_THAT(LastRequest(), AllOf(HasSubstr("If-None-Match: \"v1\"\r\n"),
                                   HasSubstr("If-Modified-Since: Wed, 21 Oct 2026 07:28:00 GMT\r\n")));
}

TEST_F(SafeFetcherTest, HeaderValuesCannotAddHeaders) {
  Serve(Page(200, ""));
  EXPECT_EQ(CodeOf({.if_none_match = "\"v1\"\r\nX-Evil: 1"}), "request_invalid");
  EXPECT_EQ(CodeOf({.if_modified_since = std::string("a\0b", 3)}), "request_invalid");
  EXPECT_EQ(CodeOf({.accept = std::string(5'000, 'a')}), "request_invalid");
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(SafeFetcherTest, ErrorStatusesAreResults) {
  for (const int status : {400, 401, 403, 404, 410, 429, 500, 503}) {
    Serve(Page(status, "sorry"));
    const FetchResult result = MustFetch();
    EXPECT_EQ(result.http_status, status);
    EXPECT_EQ(result.body, "sorry");
  }
}

TEST_F(SafeFetcherTest, TheBodyOfAnErrorIsCut) {
  Serve({.bytes = "HTTP/1.1 500 No\r\n\r\n", .forever = std::string(10'000, 'x')});
  EXPECT_EQ(MustFetch().body.size(), 64 * 1024u);
}

TEST_F(SafeFetcherTest, RetryAfterIsReadInAllItsForms) {
  const absl::Time in_an_hour = clock_.Now() + absl::Hours(1);
  const auto date = [&](const char* format) {
    return absl::FormatTime(format, in_an_hour, absl::UTCTimeZone());
  };
  for (const std::string& value : {std::string("3600"), date("%a, %d %b %Y %H:%M:%S GMT"),
                                   date("%A, %d-%b-%y %H:%M:%S GMT"), date("%a %b %e %H:%M:%S %Y")}) {
    Serve(Page(429, "", Cat("Retry-After: ", value, "\r\n")));
    EXPECT_EQ(MustFetch().retry_after, absl::Hours(1)) << value;
  }
}

// Bounds.

TEST_F(SafeFetcherTest, CompressedBodiesAreHandedBackPlain) {
  Serve(Page(200, Gzip("a feed"), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(MustFetch().body, "a feed");
}

TEST_F(SafeFetcherTest, ABodyOfExactlyTheCapIsTaken) {
  Serve(Page(200, std::string(1'000, 'x')));
  EXPECT_EQ(MustFetch({.max_bytes = 1'000}).body.size(), 1'000u);
  EXPECT_EQ(CodeOf({.max_bytes = 999}), "too_large");
}

TEST_F(SafeFetcherTest, AGzipBombIsStoppedAtTheCap) {
  const std::string bomb = Gzip(std::string(64 * kMiB, '\0'));
  ASSERT_LT(bomb.size() * 1'000, 64 * kMiB);
  Serve(Page(200, bomb, "Content-Encoding: gzip\r\n"));
  const auto result = Fetch();
  EXPECT_EQ(FetchErrorCode(result.status()), "too_large");
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("4194304 bytes after decompression"));
}

TEST_F(SafeFetcherTest, ABombInABombIsStoppedAtTheCap) {
  const std::string bomb = Gzip(Gzip(std::string(64 * kMiB, '\0')));
  Serve(Page(200, bomb, "Content-Encoding: gzip, gzip\r\n"));
  EXPECT_EQ(CodeOf(), "too_large");
}

TEST_F(SafeFetcherTest, EndlessChunksAreStoppedAtTheCap) {
  Serve({.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         .forever = Cat("4000\r\n", std::string(0x4000, 'x'), "\r\n")});
  EXPECT_EQ(CodeOf(), "too_large");
}

TEST_F(SafeFetcherTest, AFloodOfHeadersIsStopped) {
  Serve({.bytes = "HTTP/1.1 200 OK\r\n", .forever = "X-Flood: 0123456789\r\n"});
  EXPECT_EQ(CodeOf(), "too_large");
}

TEST_F(SafeFetcherTest, AHeaderWithoutEndIsStopped) {
  Serve({.bytes = "HTTP/1.1 200 OK\r\nX-Flood: ", .forever = std::string(10'000, 'x')});
  EXPECT_THAT(CodeOf(), ::testing::AnyOf("too_large", "transfer_failed"));
}

TEST_F(SafeFetcherTest, EndlessInterimAnswersAreStopped) {
  Serve({.bytes = "", .forever = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"});
  EXPECT_EQ(CodeOf(), "too_large");
}

TEST_F(SafeFetcherTest, ADrippingBodyEndsAtTheDeadline) {
  Serve({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
         .forever = "x",
         .every = absl::Seconds(1)});
  const absl::Time start = absl::Now();
  EXPECT_EQ(CodeOf({.deadline = absl::Milliseconds(300)}), "deadline_exceeded");
  EXPECT_LT(absl::Now() - start, absl::Minutes(1));
}

TEST_F(SafeFetcherTest, DrippingHeadersEndAtTheDeadline) {
  Serve({.bytes = "HTTP/1.1 200 OK\r\nX: ", .forever = "x", .every = absl::Seconds(1)});
  EXPECT_EQ(CodeOf({.deadline = absl::Milliseconds(300)}), "deadline_exceeded");
}

TEST_F(SafeFetcherTest, ASilentServerEndsAtTheDeadline) {
  Serve({.bytes = "", .stall = true});
  const auto result = Fetch({.deadline = absl::Milliseconds(300), .ignore_robots = true});
  EXPECT_TRUE(absl::IsDeadlineExceeded(result.status())) << result.status();
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("300ms"));
}

TEST_F(SafeFetcherTest, TheDeadlineIsForAllHopsTogether) {
  Serve([](const std::string& request) {
    if (PathOf(request) == "/3") return WebReply{.bytes = "", .stall = true};
    return RedirectTo(Cat("/", PathOf(request) == "/" ? 1 : PathOf(request)[1] - '0' + 1));
  });
  EXPECT_EQ(CodeOf({.deadline = absl::Seconds(2)}), "deadline_exceeded");
  EXPECT_EQ(server_->RequestsFor("/3"), 1);
}

TEST_F(SafeFetcherTest, AFetchThatIsCancelledEndsLongBeforeItsDeadline) {
  std::atomic<bool> cancelled = false;
  Serve([&](const std::string&) {
    cancelled = true;
    return WebReply{.bytes = "", .stall = true};
  });
  const absl::Time start = absl::Now();
  EXPECT_EQ(CodeOf({.deadline = absl::Minutes(5), .cancelled = &cancelled}), "cancelled");
  EXPECT_LT(absl::Now() - start, absl::Minutes(1));
}

TEST_F(SafeFetcherTest, NoTimeMeansNoRequest) {
  Serve(Page(200, ""));
  EXPECT_EQ(CodeOf({.deadline = absl::ZeroDuration()}), "deadline_exceeded");
  EXPECT_TRUE(server_->requests().empty());
}

// Broken servers.

TEST_F(SafeFetcherTest, BrokenAnswersAreTransferFailures) {
  for (const char* bytes : {"", "no http at all", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip"}) {
    Serve(WebReply{.bytes = bytes});
    const auto result = Fetch();
    EXPECT_TRUE(absl::IsUnavailable(result.status())) << bytes << ": " << result.status();
    EXPECT_EQ(FetchErrorCode(result.status()), "transfer_failed") << bytes;
  }
}

TEST_F(SafeFetcherTest, AClosedPortIsAConnectFailureThatNamesIt) {
  Serve(Page(200, ""));
  const std::string url = server_->url("/feed");
  server_.reset();
  const auto result = Fetch({.url = url});
  EXPECT_THAT(std::string(result.status().message()),
              AllOf(StartsWith("connect_failed: http://127.0.0.1:"), HasSubstr("Connection refused")));
}

// Redirects.

TEST_F(SafeFetcherTest, ThreeRedirectsAreFollowedAndNotAFourth) {
  Serve([](const std::string& request) {
    const std::string path = PathOf(request);
    return path == "/0" ? Page(200, "there") : RedirectTo(Cat("/", path[1] - '1'));
  });
  const FetchResult result = MustFetch({.url = server_->url("/3")});
  EXPECT_EQ(result.body, "there");
  EXPECT_EQ(result.redirects, 3);
  EXPECT_EQ(result.final_url, server_->url("/0"));
  EXPECT_EQ(CodeOf({.url = server_->url("/4")}), "too_many_redirects");
  EXPECT_EQ(server_->RequestsFor("/0"), 1);
}

TEST_F(SafeFetcherTest, ALoopOfRedirectsEnds) {
  Serve(RedirectTo("/"));
  const auto result = Fetch();
  EXPECT_TRUE(absl::IsInvalidArgument(result.status()));
  EXPECT_EQ(FetchErrorCode(result.status()), "too_many_redirects");
  EXPECT_EQ(server_->RequestsFor("/"), 4);
}

TEST_F(SafeFetcherTest, MovedPermanentlyOnlyWhereEveryHopSaysSo) {
  const auto moved = [this](int first, int second) {
    Serve([=](const std::string& request) {
      if (PathOf(request) == "/") return RedirectTo("/1", first);
      return PathOf(request) == "/1" ? RedirectTo("/2", second) : Page(200, "");
    });
    return MustFetch().permanently_moved;
  };
  EXPECT_TRUE(moved(301, 308));
  EXPECT_FALSE(moved(301, 302));
  EXPECT_FALSE(moved(307, 301));
  Serve(Page(200, ""));
  EXPECT_FALSE(MustFetch().permanently_moved);
}

TEST_F(SafeFetcherTest, ARedirectWithoutATargetIsAResult) {
  Serve(Page(302, "where to"));
  EXPECT_EQ(MustFetch().http_status, 302);
  Serve(Page(300, "choose", "Location: /a\r\n"));
  EXPECT_EQ(MustFetch().location, "/a");
}

TEST_F(SafeFetcherTest, CookiesAreNotKept) {
  Serve([](const std::string& request) {
    if (PathOf(request) == "/1") return Page(200, "");
    return Page(302, "", "Location: /1\r\nSet-Cookie: a=b; Path=/\r\n");
  });
  MustFetch();
  EXPECT_THAT(LastRequest(), Not(HasSubstr("Cookie")));
}

TEST_F(SafeFetcherTest, CredentialsOfTheMachineAreNotSent) {
  const std::string home = ::testing::TempDir() + "/fetch-netrc";
  (void)std::system(("mkdir -p " + home).c_str());
  std::ofstream(home + "/.netrc") << "default login someone password secret\n";
  const char* before = std::getenv("HOME");
  const std::string old = before == nullptr ? "" : before;
  setenv("HOME", home.c_str(), 1);
  Serve(Page(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n"));
  EXPECT_EQ(MustFetch().http_status, 401);
  setenv("HOME", old.c_str(), 1);
  for (const std::string& request : server_->requests())
    EXPECT_THAT(request, Not(HasSubstr("Authorization")));
}

// POST.

TEST_F(SafeFetcherTest, APostIsSentAndItsRedirectIsNotFollowed) {
  Serve(RedirectTo("/elsewhere"));
  const FetchResult result = MustFetch({.post_body = "hub.mode=subscribe",
                                        .post_content_type = "application/x-www-form-urlencoded",
                                        .ignore_robots = true});
  EXPECT_EQ(result.http_status, 302);
  EXPECT_EQ(result.location, "/elsewhere");
  ASSERT_EQ(server_->requests().size(), 1u);
  EXPECT_THAT(LastRequest(), AllOf(StartsWith("POST / "), HasSubstr("\r\n\r\nhub.mode=subscribe"),
                                   HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n")));
}

TEST_F(SafeFetcherTest, ABodyWithoutATypeIsRefused) {
  Serve(Page(200, ""));
  EXPECT_EQ(CodeOf({.post_body = "a=b"}), "request_invalid");
}

// TLS.

class TlsFetchTest : public SafeFetcherTest {
 protected:
  void ServeTls(WebServer::Play play) {
    server_ = std::make_unique<WebServer>(std::move(play), certificate_);
    fetcher_ = NewFetcher(server_->host_port(), CaFile());
  }
  std::string CaFile() const {
    const std::string path = Cat(::testing::TempDir(), "/fetch-ca-", getpid(), ".pem");
    std::ofstream(path) << certificate_.certificate_pem;
    return path;
  }
  static WebReply NoRobotsOr(const std::string& request, const WebReply& reply) {
    return PathOf(request) == "/robots.txt" ? Page(404, "") : reply;
  }

  const testing::SelfSigned certificate_ = testing::MakeSelfSigned();
};

TEST_F(TlsFetchTest, AnUnknownAuthorityIsRefused) {
  ServeTls([](const std::string&) { return Page(200, "x"); });
  fetcher_ = NewFetcher(server_->host_port());
  EXPECT_EQ(CodeOf(), "tls_failed");
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(TlsFetchTest, AKnownAuthorityIsTrusted) {
  ServeTls([](const std::string& request) { return NoRobotsOr(request, Page(200, "secret")); });
  EXPECT_EQ(MustFetch().body, "secret");
}

TEST_F(TlsFetchTest, ARedirectToHttpIsRefused) {
  ServeTls([](const std::string& request) { return NoRobotsOr(request, RedirectTo("http://127.0.0.1:9/")); });
  EXPECT_EQ(CodeOf(), "redirect_downgraded");
}

TEST_F(TlsFetchTest, ARedirectToHttpsIsFollowed) {
  ServeTls([](const std::string& request) { return NoRobotsOr(request, Page(200, "secure")); });
  const std::string target = server_->url();
  WebServer plain([&](const std::string& request) { return NoRobotsOr(request, RedirectTo(target, 301)); });
  fetcher_ = NewSafeFetcher(
      {.allowed_private_hosts = {server_->host_port(), plain.host_port()}, .ca_file = CaFile()});
  EXPECT_EQ(MustFetch({.url = plain.url()}).final_url, target);
}

TEST_F(TlsFetchTest, ATokenGoesToTheFirstHopOnly) {
  ServeTls([](const std::string& request) {
    return NoRobotsOr(request, PathOf(request) == "/" ? RedirectTo("/next") : Page(200, ""));
  });
  MustFetch({.authorization = "Bearer t0ken"});
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_THAT(requests[0], Not(HasSubstr("t0ken")));
  EXPECT_THAT(requests[1], HasSubstr("Authorization: Bearer t0ken\r\n"));
  EXPECT_THAT(requests[2], Not(HasSubstr("t0ken")));
}

TEST_F(SafeFetcherTest, ATokenIsNotSentWithoutTls) {
  Serve(Page(200, ""));
  const auto result = Fetch({.authorization = "Bearer t0ken"});
  EXPECT_EQ(FetchErrorCode(result.status()), "request_invalid");
  EXPECT_THAT(std::string(result.status().message()), Not(HasSubstr("t0ken")));
  EXPECT_TRUE(server_->requests().empty());
}

// Threads.

TEST_F(SafeFetcherTest, ManyThreadsShareOne) {
  Serve(Page(200, "shared"));
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j)
        good += MustFetch({.url = server_->url(Cat("/", j))}).body == "shared" ? 1 : 0;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

TEST(FetchErrorCodeTest, IsTheWordBeforeTheReason) {
  EXPECT_EQ(FetchErrorCode(absl::UnavailableError("dns_failed: x: y")), "dns_failed");
  EXPECT_EQ(FetchErrorCode(absl::UnavailableError("Something else: y")), "");
  EXPECT_EQ(FetchErrorCode(absl::UnavailableError("plain")), "");
  EXPECT_EQ(FetchErrorCode(absl::OkStatus()), "");
}

}  // namespace
}  // namespace seaworthy
