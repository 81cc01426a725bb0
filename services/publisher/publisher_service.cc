#include "services/publisher/publisher_service.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "services/publisher/access/proxy.h"
#include "services/publisher/hooks_out/hook_book.h"
#include "services/publisher/http/http_server.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/tokens/api_tokens.h"
#include "services/publisher/web_app.h"

namespace seaworthy {
namespace {

constexpr int kDefaultPages = 1000;
constexpr int kMaxPages = 10000;

absl::Status CheckOptions(const PublisherService::Options& options) {
  if (options.aggregator == nullptr || options.clock == nullptr) {
    return absl::InvalidArgumentError("the publisher needs an aggregator and a clock");
  }
  if (options.api_token.empty()) {
    return absl::InvalidArgumentError("api_token is empty; without one nobody could use the API");
  }
  return TrustedProxy::Make({options.proxy_header, options.proxy_addresses, options.proxy_role}).status();
}

}  // namespace

class PublisherService::Impl {
 public:
  // What was made here because it was not given; null where it was.
  struct Own {
    std::unique_ptr<PeopleStore> people;
    std::unique_ptr<ApiTokens> tokens;
    std::unique_ptr<HookBook> hook_book;
  };
  Impl(const Options& options, WebApp::Files files, std::unique_ptr<People> people, Own own)
      : own_(std::move(own)),
        options_(options),
        app_(options, std::move(files), std::move(people), [this] { return BaseUrl(); }) {}

  absl::Status Start();
  void Stop();
  int port() const { return port_; }
  WebApp& app() { return app_; }
  ApiTokens& tokens() { return *options_.tokens; }

 private:
  std::string BaseUrl() const {
    return options_.public_url.empty() ? absl::StrCat("http://localhost:", port()) : options_.public_url;
  }

  // Both tell `answered`. What the page cache has takes no time to speak of.
  std::optional<PreparedAnswer> Prepared(const PreparedRequest& request);
  HttpResponse Handle(const HttpRequest& request);

  const Own own_;
  const Options options_;
  std::atomic<int> port_{0};
  WebApp app_;
  absl::Mutex mutex_;
  std::unique_ptr<HttpServer> server_ ABSL_GUARDED_BY(mutex_);
};

absl::Status PublisherService::Impl::Start() {
  absl::MutexLock lock(&mutex_);
  if (server_ != nullptr) return absl::FailedPreconditionError("the publisher serves already");
  HttpServer::Options http;
  http.address = options_.http_address;
  http.port = options_.http_port;
  http.https = absl::StartsWith(options_.public_url, "https://");
  http.prepared = [this](const PreparedRequest& request) { return Prepared(request); };
  auto server = HttpServer::Start(http, [this](const HttpRequest& request) { return Handle(request); });
  if (!server.ok()) return server.status();
  app_.published().Start();
  if (app_.hook_out() != nullptr) app_.hook_out()->Start();
  const absl::Status mailing = app_.mail_room().Start();
  if (!mailing.ok()) return mailing;
  server_ = *std::move(server);
  port_ = server_->port();
  return absl::OkStatus();
}

std::optional<PreparedAnswer> PublisherService::Impl::Prepared(const PreparedRequest& request) {
  std::optional<PreparedAnswer> answer = app_.Prepared(request);
  if (answer.has_value() && options_.answered != nullptr) {
    options_.answered(request.target, answer->status, absl::ZeroDuration());
  }
  return answer;
}

HttpResponse PublisherService::Impl::Handle(const HttpRequest& request) {
  if (options_.answered == nullptr) return app_.Handle(request);
  const absl::Time begin = absl::Now();
  HttpResponse response = app_.Handle(request);
  options_.answered(request.target, response.status, absl::Now() - begin);
  return response;
}

void PublisherService::Impl::Stop() {
  absl::MutexLock lock(&mutex_);
  if (server_ != nullptr) server_->Stop();
  server_ = nullptr;
  if (app_.hook_out() != nullptr) app_.hook_out()->Stop();
  app_.published().Stop();
  app_.mail_room().Stop();
}

absl::StatusOr<std::unique_ptr<PublisherService>> PublisherService::Create(const Options& options) {
  const absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  auto files = WebApp::ReadFiles(options.web_dir);
  if (!files.ok()) return files.status();
  Impl::Own own;
  Options complete = options;
  if (options.people == nullptr) {
    SEAWORTHY_ASSIGN_OR_RETURN(own.people, PeopleStore::OpenInMemory());
    complete.people = own.people.get();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(auto people, People::Open(complete.people, complete.clock));
  if (options.tokens == nullptr) {
    SEAWORTHY_ASSIGN_OR_RETURN(own.tokens,
                               ApiTokens::Open({complete.people, people->audit.get(), complete.clock}));
    complete.tokens = own.tokens.get();
  }
  if (options.hook_poster != nullptr && options.hook_book == nullptr) {
    SEAWORTHY_ASSIGN_OR_RETURN(own.hook_book, HookBook::Open({complete.people, complete.clock}));
    complete.hook_book = own.hook_book.get();
  }
  return std::unique_ptr<PublisherService>(new PublisherService(
      std::make_unique<Impl>(complete, *std::move(files), std::move(people), std::move(own))));
}

PublisherService::PublisherService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PublisherService::~PublisherService() { Stop(); }
absl::Status PublisherService::Start() { return impl_->Start(); }
void PublisherService::Stop() { impl_->Stop(); }
int PublisherService::port() const { return impl_->port(); }
absl::Status PublisherService::CatchUp() { return impl_->app().published().CatchUp(); }
ApiTokens& PublisherService::tokens() { return impl_->tokens(); }
std::string PublisherService::MakeDeskLink() { return impl_->app().MakeDeskLink(); }
const AccountCommands& PublisherService::accounts() const { return impl_->app().accounts(); }

absl::StatusOr<v1::ListPagesResponse> PublisherService::ListPages(const v1::ListPagesRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kMaxPages) {
    return absl::InvalidArgumentError(absl::StrCat("page_size must be 0 to ", kMaxPages));
  }
  const size_t size = request.page_size() == 0 ? kDefaultPages : request.page_size();
  const auto paths = impl_->app().site().Paths();
  if (!paths.ok()) return paths.status();
  v1::ListPagesResponse response;
  auto it = std::upper_bound(paths->begin(), paths->end(), request.page_token());
  for (; it != paths->end(); ++it) {
    if (static_cast<size_t>(response.paths_size()) == size) {
      response.set_next_page_token(*(it - 1));
      break;
    }
    response.add_paths(*it);
  }
  return response;
}

absl::StatusOr<v1::Page> PublisherService::GetPage(const v1::GetPageRequest& request) {
  const auto page = impl_->app().site().Render(request.path());
  if (!page.ok()) return page.status();
  if (!page->moved_to.empty()) {
    return absl::NotFoundError(absl::StrCat(request.path(), " is published as ", page->moved_to));
  }
  v1::Page out;
  out.set_path(request.path());
  out.set_media_type(page->media_type);
  out.set_body(page->body);
  return out;
}

}  // namespace seaworthy
