// Parts of `bench/site.py`, each a process of its own so that its time and
// memory are its own:
//   bench_site render TEMPLATES DATA OUT   one page a line of DATA, to files
//   bench_site serve PORT                  a publisher with sample data
//   bench_site many COUNT                  a publisher with COUNT comparisons
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "cli/site_files.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/publisher_service.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/http_client.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

// As `seaworthy export` writes: two threads, each page whole or not at all.
int Render(const std::string& templates_dir, const std::string& data, const std::string& out) {
  auto templates = TemplateSet::Load(templates_dir);
  if (!templates.ok()) return Fail(templates.status());
  auto site = cli::SiteFiles::Open(out);
  if (!site.ok()) return Fail(site.status());
  std::ifstream file(data, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const auto write = [&] {
    for (size_t at = next++; at < lines.size(); at = next++) {
      const nlohmann::json view = nlohmann::json::parse(lines[at]);
      const std::string path = absl::StrCat("/compare/", view["id"].get_ref<const std::string&>());
      if (!(*site)->Write(path, (*templates)->Render("page", view)).ok()) failed = true;
    }
  };
  std::thread other(write);
  write();
  other.join();
  const auto removed = (*site)->Finish();
  if (failed || !removed.ok()) return Fail(absl::InternalError("a page could not be written"));
  return 0;
}

PublisherService::Options OptionsFor(AggregatorClient* aggregator, int port) {
  PublisherService::Options options;
  options.aggregator = aggregator;
  options.clock = Clock::Real();
  options.personas = SamplePersonas();
  options.web_dir = "web";
  options.api_token = "bench-token";
  options.endpoint = "offline";
  options.http_port = port;
  return options;
}

int Serve(int port) {
  FakeAggregator aggregator;
  FillSampleDesk(aggregator);
  auto service = PublisherService::Create(OptionsFor(&aggregator, port));
  if (!service.ok()) return Fail(service.status());
  if (const absl::Status started = (*service)->Start(); !started.ok()) return Fail(started);
  std::printf("%d\n", (*service)->port());
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}

// So many comparisons of as many tools, made when they are asked for; nothing
// of them is kept, so that the process's memory is the publisher's.
class ManyAggregator : public FakeAggregator {
 public:
  explicit ManyAggregator(uint64_t count) : count_(count) {}

  void PublishOneMore() {
    absl::MutexLock lock(&mutex_);
    ++count_;
  }

  absl::StatusOr<v1::ListPublishedChangesResponse> ListPublishedChanges(
      const v1::ListPublishedChangesRequest& request, absl::Duration /*deadline*/) override {
    constexpr uint64_t kPage = 500;
    const uint64_t count = Count();
    v1::ListPublishedChangesResponse response;
    uint64_t at = request.after_sequence();
    while (at < count && response.changes_size() < static_cast<int>(kPage)) {
      v1::PublishedChange& change = *response.add_changes();
      *change.mutable_summary() = SummaryOf(Published(++at));
      change.set_comparison_id(change.summary().comparison_id());
      change.set_sequence(at);
    }
    response.set_next_sequence(at);
    response.set_more(at < count);
    return response;
  }

  absl::StatusOr<v1::PublishedComparison> GetPublishedComparison(
      const v1::GetPublishedComparisonRequest& request, absl::Duration /*deadline*/) override {
    const std::vector<std::string> parts = absl::StrSplit(request.comparison_id(), '-');
    if (parts.size() != 5) return absl::NotFoundError("nothing is public of it");
    const uint64_t a = std::strtoull(parts[1].c_str(), nullptr, 10);
    const uint64_t b = std::strtoull(parts[4].c_str(), nullptr, 10);
    const uint64_t number = ((b + kTools - a) % kTools - 1) * kTools + a;
    if (number == 0 || number > Count()) return absl::NotFoundError("nothing is public of it");
    return Published(number);
  }

  absl::StatusOr<v1::WaitForChangeResponse> WaitForChange(const v1::WaitForChangeRequest& request,
                                                          absl::Duration deadline) override {
    absl::MutexLock lock(&mutex_);
    const auto moved = [this, &request]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return count_ > request.after_sequence(); };
    mutex_.AwaitWithTimeout(absl::Condition(&moved), std::min(deadline, absl::Seconds(1)));
    v1::WaitForChangeResponse response;
    response.set_applied_sequence(count_);
    return response;
  }

  static std::string IdOf(uint64_t number) { return absl::StrCat(IdOfA(number), "-vs-", IdOfB(number)); }

 private:
  uint64_t Count() {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

  // A tool stands in five comparisons, as a well connected one does.
  static constexpr uint64_t kTools = 40'000;
  static std::string IdOfA(uint64_t number) { return absl::StrFormat("t-%05d", number % kTools); }
  static std::string IdOfB(uint64_t number) {
    return absl::StrFormat("t-%05d", (number % kTools + 1 + number / kTools) % kTools);
  }

  static v1::PublishedComparison Published(uint64_t number) {
    v1::PublishedComparison published;
    v1::ComparisonContent& content = *published.mutable_content();
    content.set_comparison_id(IdOf(number));
    *content.mutable_a() = SampleTool(IdOfA(number), "Tool " + IdOfA(number), 3);
    *content.mutable_b() = SampleTool(IdOfB(number), "Tool " + IdOfB(number), 3);
    published.set_content_hash(absl::StrFormat("%064d", number));
    published.mutable_decision()->mutable_decide_time()->set_seconds(1'763'000'000 +
                                                                     static_cast<int64_t>(number));
    *published.mutable_publish_time() = published.decision().decide_time();
    *published.mutable_first_publish_time() = published.decision().decide_time();
    return published;
  }

  absl::Mutex mutex_;
  uint64_t count_ ABSL_GUARDED_BY(mutex_);
};

// Megabytes resident now.
double ResidentMegabytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

int Many(uint64_t count) {
  ManyAggregator aggregator(count);
  const double before = ResidentMegabytes();
  auto service = PublisherService::Create(OptionsFor(&aggregator, 0));
  if (!service.ok()) return Fail(service.status());
  absl::Time begin = absl::Now();
  if (const absl::Status read = (*service)->CatchUp(); !read.ok()) return Fail(read);
  std::printf("read at start %.2f s\n", absl::ToDoubleSeconds(absl::Now() - begin));
  if (const absl::Status started = (*service)->Start(); !started.ok()) return Fail(started);
  const int port = (*service)->port();
  for (const char* path : {"/", "/sitemap.xml", "/llms.txt", "/comparisons/900", "/personas/dx"}) {
    begin = absl::Now();
    const HttpResponse page = SendHttp(port, {"GET", path, {}, ""});
    std::printf("%-18s %d, %.1f ms\n", path, page.status, absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  std::vector<double> waits;
  for (int i = 0; i < 30; ++i) {
    const std::string path = "/compare/" + ManyAggregator::IdOf(++count);
    begin = absl::Now();
    aggregator.PublishOneMore();
    // Until the page and the home page show it.
    while (SendHttp(port, {"GET", "/", {}, ""}).body.find(path) == std::string::npos) {
    }
    if (SendHttp(port, {"GET", path, {}, ""}).status != 200) {
      return Fail(absl::InternalError(path + " is at home and has no page"));
    }
    waits.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }
  std::sort(waits.begin(), waits.end());
  std::printf("one more public, with its page and home rendered: median %.1f ms, slowest of 30 %.1f ms\n",
              waits[waits.size() / 2], waits.back());
  std::printf("memory %.0f MB, %.0f MB of it before anything was read\n", ResidentMegabytes(), before);
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 4 && args[0] == "render") return seaworthy::Render(args[1], args[2], args[3]);
  if (args.size() == 2 && args[0] == "serve") return seaworthy::Serve(std::atoi(args[1].c_str()));
  if (args.size() == 2 && args[0] == "many") {
    return seaworthy::Many(std::strtoull(args[1].c_str(), nullptr, 10));
  }
  std::fprintf(stderr, "usage: bench_site render TEMPLATES DATA OUT | serve PORT | many COUNT\n");
  return 2;
}
