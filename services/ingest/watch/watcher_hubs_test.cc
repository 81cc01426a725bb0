// WebSub: hubs push what is new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/watch/watcher_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A watcher that hubs can reach, and a feed that names one.
class WebSubWatcherTest : public WatcherTest {
 protected:
  static constexpr char kHub[] = "https://hub.example/";
  void Subscribe() {
    public_url_ = "https://reviews.example";
    Restart();
    fetcher_.Answer(kHub, Answer(202));
    AddFeed(
        {{"a"}},
        "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"https://hub.example/\"/>");
    watcher_->RunDue();
    v1::HandleWebSubRequest question;
    question.set_source_id("acme");
    question.set_mode("subscribe");
    question.set_topic(kFeedUrl);
    question.set_challenge("c");
    question.set_lease_seconds(864000);
    ASSERT_EQ(watcher_->HandleWebSub(question)->body(), "c");
  }
  // The secret of the last subscription, from the form the hub got.
  std::string Secret() {
    std::string form;
    for (const FetchRequest& request : fetcher_.requests()) {
      if (request.url == kHub) form = request.post_body;
    }
    const size_t at = form.find("hub.secret=") + 11;
    return form.substr(at, form.find('&', at) - at);
  }
  v1::HandleWebSubResponse Push(const std::string& body, const std::string& signature) {
    v1::HandleWebSubRequest push;
    push.set_source_id("acme");
    push.set_body(body);
    push.set_content_type("application/rss+xml");
    push.set_signature(signature);
    return *watcher_->HandleWebSub(push);
  }
};

TEST_F(WebSubWatcherTest, TheHubIsAskedAndShown) {
  Subscribe();
  EXPECT_EQ(State().hub(), kHub);
  EXPECT_THAT(Secret(), SizeIs(64));
  EXPECT_THAT(fetcher_.requests()[1].post_body, HasSubstr("api%2Fv1%2Fwebsub%2Facme"));
}

TEST_F(WebSubWatcherTest, OnlySignedContentIsTaken) {
  Subscribe();
  EXPECT_EQ(Push(Rss({{"b"}}), "sha256=00").status(), 202);
  EXPECT_THAT(Keys(), ElementsAre("a"));
  const std::string body = Rss({{"b"}});
  EXPECT_EQ(Push(body, "sha256=" + ToHex(HmacSha256(Secret(), body))).status(), 202);
  EXPECT_THAT(Keys(), ElementsAre("a", "b"));
}

TEST_F(WebSubWatcherTest, TheHubOfARemovedSourceIsToldSo) {
  Subscribe();
  ASSERT_TRUE(Change(v1::SourceChange::REMOVE, SourceOf(v1::Source::FEED, "")).ok());
  clock_.Advance(absl::Seconds(2));
  watcher_->RunDue();
  EXPECT_EQ(fetcher_.requests().back().url, kHub);
  EXPECT_THAT(fetcher_.requests().back().post_body, HasSubstr("hub.mode=unsubscribe"));
}

TEST_F(WebSubWatcherTest, TheLeaseIsRenewedBeforeItEnds) {
  Subscribe();
  const std::string first = Secret();
  clock_.Advance(absl::Hours(9 * 24 + 1));
  watcher_->RunDue();
  RunNext();
  EXPECT_NE(Secret(), first);
}

}  // namespace
}  // namespace seaworthy
