// The bodies that the API reads: every write of it, and what signed webhooks
// bring. Whatever is sent, the answer is one the API describes.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/clock.h"
#include "services/publisher/api/hooks_body.h"
#include "services/publisher/hooks_out/hook_book.h"
#include "services/publisher/hooks_out/hook_poster.h"
#include "services/publisher/people/people.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"
#include "services/publisher/web_app.h"

namespace {

using seaworthy::HttpRequest;
using seaworthy::HttpResponse;

constexpr char kToken[] = "fuzz-token-0123456789";
// The fakes keep what they are sent.
constexpr int kRequestsEach = 500;

void Must(bool holds) {
  if (!holds) std::abort();
}

// Nothing is sent out.
class DeafPoster : public seaworthy::HookPoster {
 public:
  absl::StatusOr<seaworthy::HookAnswer> Post(const seaworthy::HookPost& /*post*/) override {
    return absl::UnavailableError("nobody is there");
  }
};

// The publisher without its server, on fakes.
class App {
 public:
  App() {
    seaworthy::FillSampleDesk(aggregator_);
    seaworthy::PublisherService::Options options;
    options.aggregator = &aggregator_;
    options.ingest = &ingest_;
    options.reviewer = &reviewer_;
    options.clock = &clock_;
    options.api_token = kToken;
    options.people = people_.get();
    options.hook_poster = &poster_;
    options.hook_book = hook_book_.get();
    seaworthy::WebApp::Files files;
    files.templates = *seaworthy::TemplateSet::Make({});
    files.openapi = "{}";
    app_ = std::make_unique<seaworthy::WebApp>(options, std::move(files),
                                               *seaworthy::People::Open(people_.get(), &clock_),
                                               [] { return "http://127.0.0.1"; });
    for (const seaworthy::Route& route : app_->routes()) {
      const bool write = route.method == "POST" && route.access == seaworthy::Access::kApiToken;
      if (write) targets_.push_back(Target(route.pattern));
    }
    Must(!targets_.empty());
  }

  HttpResponse Post(uint8_t target, uint8_t type, std::string body) {
    constexpr const char* kTypes[] = {"application/json", "text/markdown", "text/html; charset=utf-8",
                                      "application/x-www-form-urlencoded", ""};
    HttpRequest request{"POST", targets_[target % targets_.size()], {}, std::move(body)};
    request.headers = {{"Authorization", std::string("Bearer ") + kToken},
                       {"Content-Type", kTypes[type % 5]},
                       {"Idempotency-Key", std::string(1, static_cast<char>('a' + type % 26))}};
    return app_->Handle(request);
  }

 private:
  // The pattern with a name for each of its parts.
  static std::string Target(const std::string& pattern) {
    std::string target;
    for (size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] != '{') {
        target.push_back(pattern[at]);
        continue;
      }
      target += "lantern-9b";
      at = pattern.find('}', at);
    }
    return target;
  }

  seaworthy::FakeAggregator aggregator_;
  seaworthy::FakeIngest ingest_;
  seaworthy::FakeReviewer reviewer_;
  seaworthy::FakeClock clock_;
  std::unique_ptr<seaworthy::PeopleStore> people_ = *seaworthy::PeopleStore::OpenInMemory();
  DeafPoster poster_;
  std::unique_ptr<seaworthy::HookBook> hook_book_ = *seaworthy::HookBook::Open({people_.get(), &clock_});
  std::unique_ptr<seaworthy::WebApp> app_;
  std::vector<std::string> targets_;
};

void CheckHooks(uint8_t type, const std::string& body) {
  HttpRequest request{"POST", "/api/v1/hooks/harbour", {}, body};
  request.headers = {
      {"Content-Type", type % 2 == 0 ? "application/json" : "application/x-www-form-urlencoded"},
      {"X-GitHub-Event", "release"},
      {"webhook-id", "w-1"}};
  for (const auto& content : {seaworthy::ReadGitHubHook(request), seaworthy::ReadGenericHook(request)}) {
    if (content.ok() && content->announcement.has_value()) {
      Must(content->announcement->SerializeAsString().size() <= body.size() * 8 + 8192);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Never destroyed: at the end of the process the storage engine below it is
  // gone first.
  static auto& app = *new std::unique_ptr<App>();
  static int requests = 0;
  if (size < 2) return 0;
  if (requests++ % kRequestsEach == 0) app = std::make_unique<App>();
  const std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const HttpResponse response = app->Post(data[0], data[1], body);
  // The token is right: what is refused is refused for what it says.
  Must(response.status >= 200 && response.status < 500 && response.status != 401);
  const auto type = response.Header("Content-Type");
  if (type.has_value() && absl::StartsWith(*type, "application/json")) {
    Must(!nlohmann::json::parse(response.body, nullptr, false).is_discarded());
  }
  CheckHooks(data[1], body);
  return 0;
}
