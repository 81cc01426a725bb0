// What the watcher's tests are written in: feeds, hosts that answer as they
// are told, and a watcher driven by hand.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "common/timestamps.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher.h"

namespace seaworthy {

inline constexpr char kFeedUrl[] = "https://acme.example/feed";

// An entry of a feed: key, title, content.
struct Item {
  std::string key;
  std::string title = "Lantern";
  std::string content = "A model is out.";
  std::string extra = "";
};

inline std::string Rss(const std::vector<Item>& items, const std::string& channel = "") {
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

inline FetchResult Answer(int status, const std::string& body = "",
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

}  // namespace seaworthy
