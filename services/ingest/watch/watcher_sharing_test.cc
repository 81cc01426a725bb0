// Two watchers of one log: each source is read by one, and who takes over goes
// on where the other ended.
#include "common/lease_fakes.h"
#include "common/lease_keeper.h"
#include "services/ingest/watch/watch_share.h"
#include "services/ingest/watch/watcher_fixture.h"

namespace seaworthy {
namespace {

constexpr char kNamesAHub[] =
    "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"https://hub.example/\"/>";

// One process's part.
struct Process {
  Hosts fetcher;
  std::unique_ptr<Leases> leases;
  std::unique_ptr<Watcher> watcher;
};

class WatcherSharingTest : public ::testing::Test {
 protected:
  WatcherSharingTest() : dir_(std::filesystem::temp_directory_path() / ("share_" + RandomHex(8))) {
    std::filesystem::create_directories(dir_);
    RocksDbEventLogOptions options;
    options.path = (dir_ / "log").string();
    options.clock = &clock_;
    log_ = *OpenRocksDbEventLog(options);
    Open("one", one_);
    Open("two", two_);
  }
  ~WatcherSharingTest() override {
    one_.watcher.reset();
    two_.watcher.reset();
    log_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open(const std::string& name, Process& process) {
    process.leases = board_.For(name);
    Watcher::Options options;
    options.log = log_.get();
    options.clock = &clock_;
    options.fetcher = &process.fetcher;
    options.submit = [this](const v1::SubmitAnnouncementRequest& request) { return Submit(request); };
    options.extract =
        [](const v1::ExtractAnnouncementRequest&) -> absl::StatusOr<v1::ExtractAnnouncementResponse> {
      return absl::InvalidArgumentError("not_a_release: it tells of nothing");
    };
    options.dir = (dir_ / name).string();
    options.limits.first = 2;
    options.workers = 2;
    options.manual = true;
    options.public_url = "https://reviews.example";
    options.leases = process.leases.get();
    options.shared = &table_;
    options.lease_ttl = absl::Milliseconds(30);
    process.watcher = *Watcher::Open(options);
    EXPECT_TRUE(process.watcher->Start().ok());
  }
  absl::StatusOr<v1::SubmitAnnouncementResponse> Submit(const v1::SubmitAnnouncementRequest& request) {
    absl::MutexLock lock(&mutex_);
    submitted_.push_back(request.source_id() + " " + request.entry_key());
    return v1::SubmitAnnouncementResponse();
  }
  std::vector<std::string> TakeSubmitted() {
    absl::MutexLock lock(&mutex_);
    std::sort(submitted_.begin(), submitted_.end());
    return std::exchange(submitted_, {});
  }

  // What the hub was sent.
  std::vector<std::string> HubForms() {
    std::vector<std::string> forms;
    for (const FetchRequest& request : one_.fetcher.requests()) {
      if (request.url == "https://hub.example/") forms.push_back(request.post_body);
    }
    return forms;
  }
  // As the hub pushes it, signed with the secret it was given.
  v1::HandleWebSubRequest Push(const std::string& body) {
    const std::string form = HubForms().back();
    const size_t at = form.find("hub.secret=") + 11;
    const std::string secret = form.substr(at, form.find('&', at) - at);
    v1::HandleWebSubRequest push;
    push.set_source_id("acme");
    push.set_body(body);
    push.set_content_type("application/rss+xml");
    push.set_signature("sha256=" + ToHex(HmacSha256(secret, body)));
    return push;
  }

  // All buckets to one process; empty: to nobody.
  void Give(const std::string& holder) {
    for (int i = 0; i < WatchShare::kBuckets; ++i) board_.Give(Cat("watch.", i), holder);
  }
  std::vector<std::string> BucketsOf(const std::string& holder) {
    std::vector<std::string> buckets;
    for (int i = 0; i < WatchShare::kBuckets; ++i) {
      const std::string name = Cat("watch.", i);
      if (board_.State(name, "").holder == holder) buckets.push_back(name);
    }
    return buckets;
  }
  void Answer(const std::string& url, const absl::StatusOr<FetchResult>& answer) {
    one_.fetcher.Answer(url, answer);
    two_.fetcher.Answer(url, answer);
  }
  void Put(const std::string& id, const std::string& url) {
    v1::ChangeSourceRequest request;
    request.mutable_change()->set_kind(v1::SourceChange::PUT);
    request.mutable_change()->mutable_source()->set_source_id(id);
    request.mutable_change()->mutable_source()->set_kind(v1::Source::FEED);
    request.mutable_change()->mutable_source()->set_url(url);
    ASSERT_TRUE(one_.watcher->ChangeSource(request).ok());
  }
  static bool Soon(const std::function<bool()>& is) {
    SteadyWait wait;
    for (int i = 0; i < 4'000 && !is(); ++i) wait.WaitFor(absl::Milliseconds(5));
    return is();
  }
  // Until it has so many requests in line, then does what is due by and by.
  void RunOf(Process& process, size_t waiting) {
    ASSERT_TRUE(Soon([&] { return process.watcher->Waiting() == waiting; }));
    RunDue(process);
  }
  void RunDue(Process& process) {
    const absl::Time next = process.watcher->NextTime();
    if (next != absl::InfiniteFuture() && next > clock_.Now()) clock_.Advance(next - clock_.Now());
    process.watcher->RunDue();
  }

  const std::filesystem::path dir_;
  FakeClock clock_;
  std::unique_ptr<EventLog> log_;
  LeaseBoard board_;
  MemoryTable table_;
  absl::Mutex mutex_;
  std::vector<std::string> submitted_ ABSL_GUARDED_BY(mutex_);
  Process one_;
  Process two_;
};

TEST_F(WatcherSharingTest, EachSourceIsReadByOne) {
  for (int i = 0; i < WatchShare::kBuckets; ++i) board_.Give(Cat("watch.", i), i % 2 == 0 ? "one" : "two");
  for (int i = 0; i < 20; ++i) {
    const std::string url = Cat("https://host", i, ".example/feed");
    Answer(url, seaworthy::Answer(200, Rss({{"k"}})));
    Put(Cat("s", i), url);
  }
  ASSERT_TRUE(Soon([&] { return one_.watcher->Waiting() + two_.watcher->Waiting() == 20; }));
  one_.watcher->RunDue();
  two_.watcher->RunDue();
  while (one_.fetcher.requests().size() + two_.fetcher.requests().size() < 20) {
    RunDue(one_);
    RunDue(two_);
  }
  EXPECT_EQ(TakeSubmitted().size(), 20u);
  EXPECT_GT(one_.fetcher.requests().size(), 2u);
  EXPECT_GT(two_.fetcher.requests().size(), 2u);
}

TEST_F(WatcherSharingTest, WhoTakesOverGoesOnWhereTheOtherEnded) {
  Give("one");
  FetchResult first = seaworthy::Answer(200, Rss({{"a"}, {"b"}, {"c"}, {"d"}}));
  first.etag = "\"v1\"";
  Answer(kFeedUrl, first);
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  EXPECT_EQ(TakeSubmitted(), (std::vector<std::string>{"acme a", "acme b"}));
  Give("two");
  ASSERT_TRUE(Soon([&] { return one_.watcher->Waiting() == 0; }));
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"x"}, {"y"}, {"z"}, {"a"}, {"b"}, {"c"}, {"d"}})));
  RunOf(two_, 1);
  // What was new, and only that; also of what the first reading passed over.
  EXPECT_EQ(TakeSubmitted(), (std::vector<std::string>{"acme x", "acme y", "acme z"}));
  ASSERT_EQ(two_.fetcher.requests().size(), 1u);
  EXPECT_EQ(two_.fetcher.requests()[0].if_none_match, "\"v1\"");
}

TEST_F(WatcherSharingTest, WithoutALeaseNothingIsAsked) {
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"a"}})));
  Put("acme", kFeedUrl);
  one_.watcher->RunDue();
  two_.watcher->RunDue();
  EXPECT_EQ(one_.watcher->Waiting() + two_.watcher->Waiting(), 0u);
  Give("two");
  RunOf(two_, 1);
  EXPECT_EQ(TakeSubmitted().size(), 1u);
}

TEST_F(WatcherSharingTest, AHostThatIsClosedStaysClosedForTheNext) {
  Give("one");
  FetchResult closed = seaworthy::Answer(429);
  closed.retry_after = absl::Hours(2);
  Answer(kFeedUrl, closed);
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  Give("two");
  ASSERT_TRUE(Soon([&] { return two_.watcher->Waiting() == 1; }));
  EXPECT_GE(two_.watcher->NextTime() - clock_.Now(), absl::Hours(2));
}

TEST_F(WatcherSharingTest, WhoeverIsAskedShowsAndReadsASource) {
  Give("one");
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"a"}})));
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  ASSERT_TRUE(Soon([&] { return two_.watcher->ListSources({})->sources_size() == 1; }));
  EXPECT_EQ(two_.watcher->ListSources({})->sources(0).state().outcome(), "new_entries");
  clock_.Advance(absl::Minutes(1));
  v1::ReadSourceRequest request;
  request.set_source_id("acme");
  ASSERT_TRUE(two_.watcher->ReadSource(request).ok());
  EXPECT_TRUE(Soon([&] { return one_.watcher->NextTime() <= clock_.Now(); }));
  EXPECT_EQ(two_.watcher->Waiting(), 0u);
}

TEST_F(WatcherSharingTest, OneThatJoinsIsGivenItsShareABucketAtATime) {
  Give("one");
  board_.Give("watch.wish", "two");
  for (size_t i = 0; i < WatchShare::kBuckets / 2; ++i) {
    ASSERT_TRUE(Soon([&] { return !BucketsOf("").empty(); })) << i;
    ASSERT_EQ(BucketsOf("").size(), 1u);
    board_.Give(BucketsOf("")[0], "two");
  }
  // It has enough and says so.
  EXPECT_TRUE(Soon([&] { return board_.State("watch.wish", "").holder.empty(); }));
  EXPECT_EQ(BucketsOf("one").size(), 8u);
}

TEST_F(WatcherSharingTest, WhoAskedAndDiedIsAnsweredOnce) {
  two_.watcher.reset();
  Give("one");
  board_.Give("watch.wish", "two");
  board_.SetNote("watch.wish", "two", "two/1");
  ASSERT_TRUE(Soon([&] { return !BucketsOf("").empty(); }));
  Give("one");
  // A source set now is tended to later.
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"a"}})));
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  EXPECT_EQ(BucketsOf("one").size(), 16u);
}

TEST_F(WatcherSharingTest, PagesToBeReadGoOverToo) {
  Give("one");
  Answer(kFeedUrl, seaworthy::Answer(
                       200,
                       "<rss version=\"2.0\"><channel><title>Acme</title><link>https://acme.example/</link>"
                       "<item><guid>k</guid><title>T</title><link>https://acme.example/t</link>"
                       "<description>Short.</description></item></channel></rss>"));
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  ASSERT_EQ(one_.watcher->Waiting(), 2u);
  Give("two");
  Answer("https://acme.example/t", seaworthy::Answer(200, "<p>All of it.</p>", "text/html"));
  ASSERT_TRUE(Soon([&] { return two_.watcher->Waiting() == 2; }));
  RunDue(two_);
  EXPECT_EQ(TakeSubmitted(), (std::vector<std::string>{"acme k"}));
}

TEST_F(WatcherSharingTest, AHubMayCallAnyOfThem) {
  Give("one");
  Answer("https://hub.example/", seaworthy::Answer(202));
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"a"}}, kNamesAHub)));
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  RunDue(one_);  // The hub is asked.
  TakeSubmitted();
  v1::HandleWebSubRequest question;
  question.set_source_id("acme");
  question.set_mode("subscribe");
  question.set_topic(kFeedUrl);
  question.set_challenge("c");
  ASSERT_TRUE(Soon([&] { return two_.watcher->ListSources({})->sources_size() == 1; }));
  ASSERT_EQ(two_.watcher->HandleWebSub(question)->body(), "c");
  ASSERT_EQ(two_.watcher->HandleWebSub(Push(Rss({{"b"}})))->status(), 202u);
  EXPECT_EQ(TakeSubmitted(), (std::vector<std::string>{"acme b"}));
  // Its reader hears of the answer and does not ask again.
  for (int i = 0; i < 3; ++i) RunDue(one_);
  EXPECT_EQ(HubForms().size(), 1u);
  EXPECT_EQ(one_.watcher->ListSources({})->sources(0).state().hub(), "https://hub.example/");
}

TEST_F(WatcherSharingTest, ASourceRemovedAndSetAgainIsNew) {
  Give("one");
  Answer(kFeedUrl, seaworthy::Answer(200, Rss({{"a"}})));
  Put("acme", kFeedUrl);
  RunOf(one_, 1);
  v1::ChangeSourceRequest request;
  request.mutable_change()->set_kind(v1::SourceChange::REMOVE);
  request.mutable_change()->mutable_source()->set_source_id("acme");
  ASSERT_TRUE(one_.watcher->ChangeSource(request).ok());
  ASSERT_TRUE(Soon([&] { return table_.Read("s.acme")->bytes.empty(); }));
  Put("acme", kFeedUrl);
  Give("two");
  RunOf(two_, 1);
  EXPECT_EQ(TakeSubmitted(), (std::vector<std::string>{"acme a", "acme a"}));
}

TEST(WatchShareTest, WhatIsSharedReadsBackAndDamageIsFound) {
  SharedSource source;
  source.state.set_etag("e");
  source.entries["hash"].set_reading(7);
  source.pending["page"].set_link("https://acme.example/t");
  const std::string bytes = EncodeShared(source);
  EXPECT_EQ(DecodeShared(bytes)->state.etag(), "e");
  EXPECT_EQ(DecodeShared(bytes)->entries.at("hash").reading(), 7u);
  EXPECT_EQ(DecodeShared(bytes)->pending.at("page").link(), "https://acme.example/t");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = DecodeShared(std::string_view(bytes).substr(0, size));
    EXPECT_TRUE(!cut.ok() || cut->entries.size() + cut->pending.size() < 2) << size;
  }
}

}  // namespace
}  // namespace seaworthy
