#include "services/ingest/watch/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "common/timestamps.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFeedUrl[] = "https://acme.example/feed";

// An entry of a feed: key, title, content.
struct Item {
  std::string key;
  std::string title = "Lantern";
  std::string content = "A model is out.";
  std::string extra = "";
};

std::string Rss(const std::vector<Item>& items, const std::string& channel = "") {
  std::string rss =
      "<rss version=\"2.0\"><channel><title>Acme</title><link>https://acme.example/</link>" + channel;
  for (const Item& item : items) {
    rss += Cat("<item><guid isPermaLink=\"false\">", item.key, "</guid><title>", item.title,
               "</title><link>https://acme.example/", item.key, "</link><content:encoded xmlns:content=\"",
               "http://purl.org/rss/1.0/modules/content/\"><![CDATA[<p>", item.content,
               "</p>]]></content:encoded>", item.extra, "</item>");
  }
  return rss + "</channel></rss>";
}

FetchResult Answer(int status, const std::string& body = "",
                   const std::string& type = "application/rss+xml") {
  FetchResult result;
  result.http_status = status;
  result.body = body;
  result.media_type = type;
  result.final_url = kFeedUrl;
  return result;
}

// Hosts that answer an address the same until they are told otherwise.
class Hosts : public Fetcher {
 public:
  void Answer(const std::string& url, absl::StatusOr<FetchResult> answer) {
    absl::MutexLock lock(&mutex_);
    answers_.insert_or_assign(url, std::move(answer));
  }
  absl::StatusOr<FetchResult> Fetch(const FetchRequest& request) override {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    const auto found = answers_.find(request.url);
    if (found == answers_.end())
      return absl::UnavailableError("connect_failed: nothing is at " + request.url);
    return found->second;
  }
  std::vector<FetchRequest> requests() {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, absl::StatusOr<FetchResult>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<FetchRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

// A watcher over a real log, driven by hand.
class WatcherTest : public ::testing::Test {
 protected:
  WatcherTest() : dir_(std::filesystem::temp_directory_path() / ("watch_" + RandomHex(8))) {
    std::filesystem::create_directories(dir_);
    RocksDbEventLogOptions options;
    options.path = (dir_ / "log").string();
    options.clock = &clock_;
    log_ = *OpenRocksDbEventLog(options);
    Open();
  }
  ~WatcherTest() override {
    watcher_.reset();
    log_->Close();
    log_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open() {
    Watcher::Options options;
    options.log = log_.get();
    options.clock = &clock_;
    options.fetcher = &fetcher_;
    options.submit = [this](const v1::SubmitAnnouncementRequest& request) { return Submit(request); };
    options.extract = [](const v1::ExtractAnnouncementRequest& request) { return Extract(request); };
    options.dir = (dir_ / "watch").string();
    options.public_url = public_url_;
    options.limits.first = 3;
    options.workers = 2;
    options.manual = true;
    watcher_ = *Watcher::Open(options);
    EXPECT_TRUE(watcher_->Start().ok());
  }
  void Restart() {
    watcher_.reset();
    Open();
  }

  absl::StatusOr<v1::SubmitAnnouncementResponse> Submit(const v1::SubmitAnnouncementRequest& request) {
    absl::MutexLock lock(&mutex_);
    if (!log_takes_) return absl::UnavailableError("the log is blocked");
    v1::SubmitAnnouncementResponse response;
    const std::string id = request.entry_key() + request.document();
    response.set_repeated(std::count(known_.begin(), known_.end(), id) > 0);
    if (!response.repeated()) {
      known_.push_back(id);
      submitted_.push_back(request);
    }
    return response;
  }
  // A page says `name=price`.
  static absl::StatusOr<v1::ExtractAnnouncementResponse> Extract(
      const v1::ExtractAnnouncementRequest& request) {
    const size_t at = request.document().find("price=");
    if (at == std::string::npos) return absl::InvalidArgumentError("not_a_release: it tells of nothing");
    v1::ExtractAnnouncementResponse response;
    v1::Revision* tool = response.add_tools();
    tool->set_name("Lantern");
    v1::Fact* fact = tool->add_facts();
    fact->set_field("entry_price");
    fact->set_value(request.document().substr(at + 6, 2));
    return response;
  }

  v1::Source SourceOf(v1::Source::Kind kind, const std::string& url, const std::string& id = "acme") {
    v1::Source source;
    source.set_source_id(id);
    source.set_kind(kind);
    source.set_url(url);
    return source;
  }
  absl::StatusOr<v1::SourceView> Change(v1::SourceChange::Kind kind, const v1::Source& source,
                                        const std::string& request_id = "") {
    v1::ChangeSourceRequest request;
    request.mutable_change()->set_kind(kind);
    *request.mutable_change()->mutable_source() = source;
    request.mutable_change()->set_request_id(request_id);
    return watcher_->ChangeSource(request);
  }
  // Adds the source `acme` and answers its first reading with `items`.
  void AddFeed(const std::vector<Item>& items, const std::string& channel = "") {
    fetcher_.Answer(kFeedUrl, Answer(200, Rss(items, channel)));
    ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
    watcher_->RunDue();
  }
  // A feed with one entry that is only a summary of https://acme.example/t.
  void AddSummary() {
    fetcher_.Answer(
        kFeedUrl, Answer(200,
                         "<rss version=\"2.0\"><channel><title>Acme</title><link>https://acme.example/</link>"
                         "<item><guid>k</guid><title>T</title><link>https://acme.example/t</link>"
                         "<description>Short.</description></item></channel></rss>"));
    ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  }
  int64_t CountRequests(const std::string& url) {
    const std::vector<FetchRequest> requests = fetcher_.requests();
    return std::count_if(requests.begin(), requests.end(),
                         [&](const FetchRequest& request) { return request.url == url; });
  }
  static v1::SubmitAnnouncementRequest Sent(const std::string& key) {
    v1::SubmitAnnouncementRequest request;
    request.set_source_id("acme");
    request.set_entry_key(key);
    request.set_document("A model is out.");
    return request;
  }
  // Moves the clock to when something is due, and does it.
  void RunNext() {
    const absl::Time next = watcher_->NextTime();
    if (next > clock_.Now() && next != absl::InfiniteFuture()) clock_.Advance(next - clock_.Now());
    watcher_->RunDue();
  }
  void ReadAgain(absl::StatusOr<FetchResult> answer) {
    fetcher_.Answer(kFeedUrl, std::move(answer));
    RunNext();
  }
  void ReadAgain(const std::vector<Item>& items) { ReadAgain(Answer(200, Rss(items))); }

  v1::SourceState State(const std::string& id = "acme") {
    const auto sources = watcher_->ListSources({});
    for (const v1::SourceView& view : sources->sources()) {
      if (view.source().source_id() == id) return view.state();
    }
    return {};
  }
  absl::Duration Wait() { return TimeOf(State().next_read_time()) - clock_.Now(); }
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    for (const auto& request : submitted_) keys.push_back(request.entry_key());
    return keys;
  }

  const std::filesystem::path dir_;
  FakeClock clock_;
  Hosts fetcher_;
  std::unique_ptr<EventLog> log_;
  std::string public_url_;
  absl::Mutex mutex_;
  bool log_takes_ = true;
  std::vector<std::string> known_;
  std::vector<v1::SubmitAnnouncementRequest> submitted_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatcherTest, NewEntriesAreSubmittedOnceOldestFirst) {
  AddFeed({{"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("a", "b"));
  ReadAgain({{"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(State().outcome(), "new_entries");
  EXPECT_EQ(State().announcements(), 3);
  EXPECT_EQ(submitted_[0].source_url(), "https://acme.example/a");
  EXPECT_EQ(submitted_[0].source_id(), "acme");
}

TEST_F(WatcherTest, OfAFirstReadingOnlyTheNewestAreTaken) {
  AddFeed({{"e"}, {"d"}, {"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("c", "d", "e"));
  ReadAgain({{"f"}, {"e"}, {"d"}, {"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("c", "d", "e", "f"));
}

TEST_F(WatcherTest, AnEditedTitleIsNoNewsAnEditedTextIs) {
  AddFeed({{"a", "Lantern is out", "Text."}});
  ReadAgain({{"a", "Lantern is out!", "Text."}});
  EXPECT_THAT(Keys(), SizeIs(1));
  EXPECT_EQ(State().outcome(), "nothing_new");
  ReadAgain({{"a", "Lantern is out!", "Other text."}});
  EXPECT_THAT(Keys(), ElementsAre("a", "a"));
}

TEST_F(WatcherTest, ValidatorsAreSentOnlyAfterAGoodReading) {
  FetchResult bad = Answer(200, "<rss><channel>");
  bad.etag = "\"bad\"";
  fetcher_.Answer(kFeedUrl, bad);
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_EQ(State().outcome(), "failed");
  FetchResult good = Answer(200, Rss({{"a"}}));
  good.etag = "\"good\"";
  ReadAgain(good);
  ReadAgain(Answer(304));
  EXPECT_EQ(fetcher_.requests()[1].if_none_match, "");
  EXPECT_EQ(fetcher_.requests()[2].if_none_match, "\"good\"");
  EXPECT_EQ(State().outcome(), "not_modified");
}

TEST_F(WatcherTest, AFeedsTtlIsKeptAlsoWhereItHasNotChanged) {
  AddFeed({{"a"}}, "<ttl>300</ttl>");
  EXPECT_THAT(Wait(), Ge(absl::Minutes(300)));
  ReadAgain(Answer(304));
  EXPECT_THAT(Wait(), Ge(absl::Minutes(300)));
  EXPECT_EQ(State().next_reason(), "ttl");
}

TEST_F(WatcherTest, RetryAfterClosesTheHostForItsOtherSourcesToo) {
  FetchResult busy = Answer(429);
  busy.retry_after = absl::Hours(5);
  fetcher_.Answer(kFeedUrl, busy);
  fetcher_.Answer("https://acme.example/other", Answer(200, Rss({{"o"}})));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  ASSERT_TRUE(
      Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://acme.example/other", "other")).ok());
  watcher_->RunDue();
  EXPECT_THAT(fetcher_.requests(), SizeIs(1));
  Restart();
  EXPECT_THAT(TimeOf(State("other").next_read_time()) - clock_.Now(), Ge(absl::Hours(5)));
  EXPECT_EQ(State("other").next_reason(), "retry_after");
}

TEST_F(WatcherTest, AGonePageIsPausedWithAReason) {
  AddFeed({{"a"}});
  ReadAgain(Answer(410));
  // The pause goes through the log, and so does this change after it.
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://b.example/", "b")).ok());
  EXPECT_TRUE(watcher_->ListSources({})->sources(0).source().paused());
  EXPECT_THAT(State().error(), HasSubstr("410"));
  EXPECT_FALSE(State().has_next_read_time());
}

TEST_F(WatcherTest, FailuresBackOffAndAGoodReadingEndsThem) {
  AddFeed({{"a"}});
  ReadAgain(Answer(500));
  ReadAgain(absl::UnavailableError("connect_failed: no"));
  EXPECT_EQ(State().failures(), 2);
  EXPECT_THAT(Wait(), Ge(absl::Hours(2)));
  ReadAgain({{"b"}, {"a"}});
  EXPECT_EQ(State().failures(), 0);
  EXPECT_THAT(State().error(), IsEmpty());
}

TEST_F(WatcherTest, ARefusalWaitsADay) {
  AddFeed({{"a"}});
  ReadAgain(absl::PermissionDeniedError("robots_disallowed: not for us"));
  EXPECT_EQ(State().outcome(), "refused");
  EXPECT_THAT(Wait(), Ge(absl::Hours(24)));
}

TEST_F(WatcherTest, WhereTheLogIsBlockedNothingIsMarkedAndNothingLost) {
  log_takes_ = false;
  AddFeed({{"a"}});
  EXPECT_EQ(State().outcome(), "failed");
  log_takes_ = true;
  RunNext();
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(WatcherTest, ASummarysPageIsItsDocument) {
  const std::string rss =
      "<rss "
      "version=\"2.0\"><channel><title>Acme</title><link>https://acme.example/</link><item><guid>k</guid>"
      "<title>T</title><link>https://acme.example/t</link><description>Short.</description></item>"
      "</channel></rss>";
  fetcher_.Answer("https://acme.example/t", Answer(200, "<h1>All of it</h1>", "text/html"));
  fetcher_.Answer(kFeedUrl, Answer(200, rss));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_THAT(submitted_, IsEmpty());
  Restart();  // It waits for its host on disk.
  RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_EQ(submitted_[0].document(), "<h1>All of it</h1>");
}

TEST_F(WatcherTest, WhereThePageIsNotThereTheSummaryIsUsedAndTheStateSaysSo) {
  AddSummary();
  fetcher_.Answer("https://acme.example/t", Answer(404));
  watcher_->RunDue();
  RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_THAT(submitted_[0].document(), HasSubstr("Short."));
  EXPECT_THAT(State().error(), HasSubstr("404"));
}

TEST_F(WatcherTest, APageThatFailsForNowIsTriedAgain) {
  AddSummary();
  fetcher_.Answer("https://acme.example/t", Answer(503));
  watcher_->RunDue();
  RunNext();
  EXPECT_THAT(submitted_, IsEmpty());
  EXPECT_THAT(State().error(), HasSubstr("tried again in 5m"));
  fetcher_.Answer("https://acme.example/t", Answer(200, "<h1>All of it</h1>", "text/html"));
  clock_.Advance(absl::Minutes(5));
  watcher_->RunDue();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_EQ(submitted_[0].document(), "<h1>All of it</h1>");
}

TEST_F(WatcherTest, AfterFourTriesTheSummaryIsUsed) {
  AddSummary();
  watcher_->RunDue();
  for (int i = 0; i < 50 && submitted_.empty(); ++i) RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_THAT(submitted_[0].document(), HasSubstr("Short."));
  EXPECT_EQ(CountRequests("https://acme.example/t"), 4);
}

TEST_F(WatcherTest, WhatAWebhookSendsShowsWithItsSource) {
  v1::Source hook = SourceOf(v1::Source::WEBHOOK, "");
  hook.set_signature("generic");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, hook).ok());
  ASSERT_TRUE(watcher_->SubmitSent(Sent("k")).ok());
  EXPECT_EQ(State().announcements(), 1);
  EXPECT_EQ(State().outcome(), "new_entries");
  Restart();
  EXPECT_EQ(State().announcements(), 1);
}

TEST_F(WatcherTest, APausedWebhookIsRefusedWithTheWayOut) {
  v1::Source hook = SourceOf(v1::Source::WEBHOOK, "");
  hook.set_signature("generic");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, hook).ok());
  ASSERT_TRUE(Change(v1::SourceChange::PAUSE, hook).ok());
  const auto answer = watcher_->SubmitSent(Sent("k"));
  EXPECT_TRUE(absl::IsFailedPrecondition(answer.status()));
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("resume"));
  EXPECT_THAT(submitted_, IsEmpty());
}

TEST_F(WatcherTest, APageIsSubmittedOnlyWhenItsFactsChanged) {
  fetcher_.Answer(kFeedUrl, Answer(200, "<p>Monday price=10</p>", "text/html"));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::PAGE, kFeedUrl)).ok());
  watcher_->RunDue();
  ReadAgain(Answer(200, "<p>Tuesday price=10</p>", "text/html"));
  EXPECT_THAT(Keys(), ElementsAre("page"));
  ReadAgain(Answer(200, "<p>Wednesday price=12</p>", "text/html"));
  EXPECT_THAT(Keys(), ElementsAre("page", "page"));
  ReadAgain(Answer(200, "<p>We are on holiday</p>", "text/html"));
  EXPECT_EQ(State().outcome(), "refused");
  EXPECT_THAT(State().error(), HasSubstr("not_a_release"));
}

TEST_F(WatcherTest, AKindNotSetIsFoundOut) {
  fetcher_.Answer(kFeedUrl, Answer(200, Rss({{"a"}})));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::KIND_UNSPECIFIED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_EQ(watcher_->ListSources({})->sources(0).source().kind(), v1::Source::FEED);
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(WatcherTest, ChangesAreIdempotentAndOutliveTheStore) {
  AddFeed({{"a"}});
  v1::Source edited = SourceOf(v1::Source::FEED, kFeedUrl);
  edited.set_title("Acme");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, edited, "r1").ok());
  EXPECT_EQ(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl), "r1")->source().title(),
            "Acme");
  watcher_.reset();
  std::filesystem::remove_all(dir_ / "watch");
  Open();
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://b.example/", "b")).ok());
  EXPECT_EQ(watcher_->ListSources({})->sources(0).source().title(), "Acme");
  watcher_->RunDue();
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(WatcherTest, APausedSourceIsNotReadUntilItIsResumed) {
  AddFeed({{"a"}});
  ASSERT_TRUE(Change(v1::SourceChange::PAUSE, SourceOf(v1::Source::FEED, "")).ok());
  EXPECT_EQ(watcher_->NextTime(), absl::InfiniteFuture());
  v1::ReadSourceRequest read;
  read.set_source_id("acme");
  EXPECT_TRUE(absl::IsFailedPrecondition(watcher_->ReadSource(read).status()));
  ASSERT_TRUE(Change(v1::SourceChange::RESUME, SourceOf(v1::Source::FEED, "")).ok());
  RunNext();
  EXPECT_THAT(fetcher_.requests(), SizeIs(2));
}

TEST_F(WatcherTest, ARemovedSourceIsGone) {
  AddFeed({{"a"}});
  ASSERT_TRUE(Change(v1::SourceChange::REMOVE, SourceOf(v1::Source::FEED, "")).ok());
  EXPECT_EQ(watcher_->ListSources({})->sources_size(), 0);
  EXPECT_TRUE(absl::IsNotFound(Change(v1::SourceChange::REMOVE, SourceOf(v1::Source::FEED, "")).status()));
  EXPECT_EQ(watcher_->Waiting(), 0);
}

TEST_F(WatcherTest, ReadingNowStillWaitsForTheHost) {
  AddFeed({{"a"}});
  v1::ReadSourceRequest read;
  read.set_source_id("acme");
  const auto view = watcher_->ReadSource(read);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(TimeOf(view->state().next_read_time()), clock_.Now() + absl::Seconds(2));
  watcher_->RunDue();
  EXPECT_THAT(fetcher_.requests(), SizeIs(1));
  RunNext();
  EXPECT_THAT(fetcher_.requests(), SizeIs(2));
}

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
