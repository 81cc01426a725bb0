// robots.txt as the fetcher asks for it and keeps to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fetch/robots_cache.h"
#include "services/ingest/fetch/testing/web_server.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using testing::Page;
using testing::PathOf;
using testing::RedirectTo;
using testing::WebReply;
using testing::WebServer;

constexpr char kDisallowAll[] = "User-agent: *\nDisallow: /\n";

class RobotsFetchTest : public ::testing::Test {
 protected:
  void SetRobots(WebReply reply) {
    absl::MutexLock lock(&mutex_);
    robots_ = std::move(reply);
  }
  absl::StatusOr<FetchResult> Fetch(std::string_view path = "/feed", bool ignore_robots = false) {
    return fetcher_->Fetch({.url = server_.url(path), .deadline = deadline_, .ignore_robots = ignore_robots});
  }
  std::string CodeOf(std::string_view path = "/feed") {
    return std::string(FetchErrorCode(Fetch(path).status()));
  }
  WebReply Answer(const std::string& request) {
    absl::MutexLock lock(&mutex_);
    const std::string path = PathOf(request);
    if (path == "/robots.txt") return robots_;
    if (path == "/moved") return RedirectTo("/private");
    if (path == "/cut") return {};
    // /r/N leads to robots.txt elsewhere after N more redirects.
    if (path.starts_with("/r/"))
      return path == "/r/0" ? Page(200, kDisallowAll) : RedirectTo(Cat("/r/", path[3] - '1'));
    return Page(200, "page");
  }

  absl::Duration deadline_ = absl::Seconds(30);
  FakeClock clock_;
  absl::Mutex mutex_;
  WebReply robots_ ABSL_GUARDED_BY(mutex_) = Page(404, "");
  WebServer server_{[this](const std::string& request) { return Answer(request); }};
  std::unique_ptr<Fetcher> fetcher_ =
      NewSafeFetcher({.allowed_private_hosts = {server_.host_port()}, .clock = &clock_});
};

TEST_F(RobotsFetchTest, WhatItDisallowsIsNotAsked) {
  SetRobots(Page(200, kDisallowAll));
  const auto result = Fetch();
  EXPECT_TRUE(absl::IsPermissionDenied(result.status()));
  EXPECT_EQ(FetchErrorCode(result.status()), "robots_disallowed");
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("/robots.txt disallows it for Seaworthy"));
  EXPECT_EQ(server_.RequestsFor("/feed"), 0);
}

TEST_F(RobotsFetchTest, CallsThatAreNoCrawlingDoNotAsk) {
  SetRobots(Page(200, kDisallowAll));
  EXPECT_TRUE(Fetch("/feed", /*ignore_robots=*/true).ok());
  EXPECT_EQ(server_.RequestsFor("/robots.txt"), 0);
}

TEST_F(RobotsFetchTest, AMissingFileAllowsEverything) {
  for (const int status : {400, 401, 403, 404, 410, 451}) {
    SetRobots(Page(status, kDisallowAll));
    EXPECT_EQ(CodeOf(), "") << status;
    clock_.Advance(absl::Hours(24));
  }
}

TEST_F(RobotsFetchTest, IsReadOnceADay) {
  EXPECT_EQ(CodeOf(), "");
  SetRobots(Page(200, kDisallowAll));
  clock_.Advance(absl::Hours(23));
  EXPECT_EQ(CodeOf(), "");
  EXPECT_EQ(server_.RequestsFor("/robots.txt"), 1);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(CodeOf(), "robots_disallowed");
}

TEST_F(RobotsFetchTest, IsReadSoonerWhereItsAgeIsGiven) {
  SetRobots(Page(200, "", "Cache-Control: max-age=3600\r\n"));
  EXPECT_EQ(CodeOf(), "");
  SetRobots(Page(200, kDisallowAll));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(CodeOf(), "robots_disallowed");
}

TEST_F(RobotsFetchTest, AServerErrorDisallowsForNowAndSaysUntilWhen) {
  for (const int status : {429, 500, 503}) {
    SetRobots(Page(status, ""));
    const auto result = Fetch();
    EXPECT_TRUE(absl::IsUnavailable(result.status()));
    EXPECT_EQ(FetchErrorCode(result.status()), "robots_unavailable");
    EXPECT_EQ(RetryAfterOf(result.status()), absl::Minutes(10));
    clock_.Advance(absl::Minutes(10));
  }
  EXPECT_EQ(server_.RequestsFor("/feed"), 0);
}

TEST_F(RobotsFetchTest, AServerErrorIsNotAskedAgainBeforeItsTime) {
  SetRobots(Page(503, "", "Retry-After: 3600\r\n"));
  EXPECT_EQ(RetryAfterOf(Fetch().status()), absl::Hours(1));
  SetRobots(Page(404, ""));
  clock_.Advance(absl::Minutes(59));
  EXPECT_EQ(RetryAfterOf(Fetch().status()), absl::Minutes(1));
  EXPECT_EQ(server_.RequestsFor("/robots.txt"), 1);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(CodeOf(), "");
}

TEST_F(RobotsFetchTest, WhatCannotBeReadDisallowsAndIsAskedAgain) {
  SetRobots({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"});
  EXPECT_EQ(CodeOf(), "transfer_failed");
  SetRobots({.bytes = "", .stall = true});
  deadline_ = absl::Seconds(1);
  EXPECT_EQ(CodeOf(), "deadline_exceeded");
  deadline_ = absl::Seconds(30);
  SetRobots(Page(404, ""));
  EXPECT_EQ(CodeOf(), "");
}

TEST_F(RobotsFetchTest, FiveRedirectsAreFollowedAndMoreAreNoFile) {
  SetRobots(RedirectTo("/r/4"));
  EXPECT_EQ(CodeOf(), "robots_disallowed");
  clock_.Advance(absl::Hours(24));
  SetRobots(RedirectTo("/r/5"));
  EXPECT_EQ(CodeOf(), "");
}

TEST_F(RobotsFetchTest, OfALongFileTheBeginningCounts) {
  SetRobots({.bytes = Cat("HTTP/1.1 200 OK\r\n\r\n", kDisallowAll), .forever = std::string(1'000, '#')});
  EXPECT_EQ(CodeOf(), "robots_disallowed");
}

TEST_F(RobotsFetchTest, WhereARedirectLeadsIsAskedToo) {
  SetRobots(Page(200, "User-agent: *\nDisallow: /private\n"));
  EXPECT_EQ(CodeOf("/moved"), "robots_disallowed");
  EXPECT_EQ(server_.RequestsFor("/private"), 0);
}

TEST_F(RobotsFetchTest, CrawlDelayComesWithTheResult) {
  SetRobots(Page(200, "User-agent: *\nCrawl-delay: 7\n"));
  const auto result = Fetch();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->crawl_delay, absl::Seconds(7));
  const auto failed = Fetch("/cut");
  EXPECT_EQ(FetchErrorCode(failed.status()), "transfer_failed");
  EXPECT_EQ(CrawlDelayOf(failed.status()), absl::Seconds(7));
}

TEST(RobotsCacheTest, ForgetsWhatWasNotUsedForLongest) {
  RobotsCache cache(2);
  const absl::Time now = absl::UnixEpoch();
  const KnownRobots known{std::make_shared<const Robots>(Robots::AllowAll()), now + absl::Hours(1)};
  cache.Keep("a", known);
  cache.Keep("b", known);
  EXPECT_TRUE(cache.Find("a", now).has_value());
  cache.Keep("c", known);
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_FALSE(cache.Find("b", now).has_value());
  EXPECT_TRUE(cache.Find("a", now).has_value());
  EXPECT_FALSE(cache.Find("a", now + absl::Hours(1)).has_value());
}

}  // namespace
}  // namespace seaworthy
