#include "services/publisher/publisher_service.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/access.h"
#include "services/publisher/api.h"
#include "services/publisher/assets.h"
#include "services/publisher/desk.h"
#include "services/publisher/http_server.h"
#include "services/publisher/published.h"
#include "services/publisher/router.h"
#include "services/publisher/site.h"
#include "services/publisher/template_set.h"

namespace seaworthy {
namespace {

constexpr int kDefaultPages = 1000;
constexpr int kMaxPages = 10000;
// Every template a page is made of.
constexpr const char* kTemplates[] = {
    "home",       "comparison",         "tool",        "method",          "error",        "desk_sign_in",
    "desk_queue", "desk_announcements", "desk_status", "desk_comparison", "desk_message", "desk_published",
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path, "; check web_dir"));
  return text.str();
}

absl::Status CheckOptions(const PublisherService::Options& options) {
  if (options.aggregator == nullptr || options.clock == nullptr) {
    return absl::InvalidArgumentError("the publisher needs an aggregator and a clock");
  }
  if (options.api_token.empty()) {
    return absl::InvalidArgumentError("api_token is empty; without one nobody could use the API");
  }
  return absl::OkStatus();
}

absl::Status CheckTemplates(const TemplateSet& templates, const std::string& dir) {
  for (const char* name : kTemplates) {
    if (!templates.Has(name)) {
      return absl::NotFoundError(absl::StrCat("the template ", dir, "/", name, ".html is missing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

class PublisherService::Impl {
 public:
  Impl(const Options& options, std::unique_ptr<TemplateSet> templates, Assets assets, std::string openapi);

  absl::Status Start();
  void Stop();
  int port() const;
  std::string MakeDeskLink();
  absl::StatusOr<v1::ListPagesResponse> ListPages(const v1::ListPagesRequest& request);
  absl::StatusOr<v1::Page> GetPage(const v1::GetPageRequest& request);

 private:
  std::vector<Route> Routes() const;
  HttpResponse ErrorPage(const HttpRequest& request, int status, absl::string_view code,
                         absl::string_view message) const;

  const Options options_;
  const std::unique_ptr<TemplateSet> templates_;
  Published published_;
  DeskSessions sessions_;
  const Site site_;
  const AccessGate gate_;
  const Desk desk_;
  const Api api_;
  const Router router_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<HttpServer> server_ ABSL_GUARDED_BY(mutex_);
};

PublisherService::Impl::Impl(const Options& options, std::unique_ptr<TemplateSet> templates, Assets assets,
                             std::string openapi)
    : options_(options),
      templates_(std::move(templates)),
      published_(options.aggregator),
      sessions_(options.clock),
      site_({.published = &published_,
             .templates = templates_.get(),
             .assets = std::move(assets),
             .personas = options.personas,
             .public_url = options.public_url}),
      gate_({.sessions = &sessions_,
             .api_token = options.api_token,
             .public_url = options.public_url,
             .desk_page =
                 [this](int status, const std::string& title, const std::string& message) {
                   return Desk::Message(*templates_, status, title, message);
                 }}),
      desk_({.aggregator = options.aggregator,
             .ingest = options.ingest,
             .published = &published_,
             .site = &site_,
             .templates = templates_.get(),
             .sessions = &sessions_,
             .gate = &gate_,
             .personas = options.personas,
             .endpoint = options.endpoint,
             .version = SEAWORTHY_VERSION}),
      api_({.aggregator = options.aggregator,
            .ingest = options.ingest,
            .published = &published_,
            .endpoint = options.endpoint,
            .version = SEAWORTHY_VERSION,
            .openapi = std::move(openapi),
            .make_desk_link = [this] { return MakeDeskLink(); }}),
      router_(
          Routes(), [this](const Route& route, Call& call) { return gate_(route, call); },
          [this](const HttpRequest& request, int status, absl::string_view code, absl::string_view message) {
            return ErrorPage(request, status, code, message);
          }) {}

std::vector<Route> PublisherService::Impl::Routes() const {
  std::vector<Route> routes = site_.Routes();
  for (auto& part : {desk_.Routes(), api_.Routes()}) routes.insert(routes.end(), part.begin(), part.end());
  return routes;
}

HttpResponse PublisherService::Impl::ErrorPage(const HttpRequest& request, int status, absl::string_view code,
                                               absl::string_view message) const {
  if (absl::StartsWith(request.target, "/api/")) return JsonError(status, code, message);
  return HtmlResponse(status, site_.ErrorBody(status));
}

absl::Status PublisherService::Impl::Start() {
  absl::MutexLock lock(&mutex_);
  if (server_ != nullptr) return absl::FailedPreconditionError("the publisher serves already");
  auto server = HttpServer::Start({.address = options_.http_address, .port = options_.http_port},
                                  [this](const HttpRequest& request) { return router_.Handle(request); });
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

void PublisherService::Impl::Stop() {
  std::unique_ptr<HttpServer> server;
  {
    absl::MutexLock lock(&mutex_);
    server = std::move(server_);
  }
  if (server != nullptr) server->Stop();
}

int PublisherService::Impl::port() const {
  absl::MutexLock lock(&mutex_);
  return server_ == nullptr ? 0 : server_->port();
}

std::string PublisherService::Impl::MakeDeskLink() {
  const std::string base =
      options_.public_url.empty() ? absl::StrCat("http://localhost:", port()) : options_.public_url;
  return absl::StrCat(base, "/desk/sign-in?token=", sessions_.MakeLinkToken());
}

absl::StatusOr<v1::ListPagesResponse> PublisherService::Impl::ListPages(const v1::ListPagesRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kMaxPages) {
    return absl::InvalidArgumentError(absl::StrCat("page_size must be 0 to ", kMaxPages));
  }
  const size_t size = request.page_size() == 0 ? kDefaultPages : request.page_size();
  const auto paths = site_.Paths();
  if (!paths.ok()) return paths.status();
  v1::ListPagesResponse response;
  for (auto it = std::upper_bound(paths->begin(), paths->end(), request.page_token()); it != paths->end();
       ++it) {
    if (static_cast<size_t>(response.paths_size()) == size) {
      response.set_next_page_token(*(it - 1));
      break;
    }
    response.add_paths(*it);
  }
  return response;
}

absl::StatusOr<v1::Page> PublisherService::Impl::GetPage(const v1::GetPageRequest& request) {
  const auto page = site_.Render(request.path());
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

absl::StatusOr<std::unique_ptr<PublisherService>> PublisherService::Create(const Options& options) {
  const absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  const std::string template_dir = options.web_dir + "/templates";
  auto templates = TemplateSet::Load(template_dir);
  if (!templates.ok()) return templates.status();
  const absl::Status complete = CheckTemplates(**templates, template_dir);
  if (!complete.ok()) return complete;
  auto assets = LoadAssets(options.web_dir + "/assets");
  if (!assets.ok()) return assets.status();
  auto openapi = ReadText(options.web_dir + "/api/openapi.json");
  if (!openapi.ok()) return openapi.status();
  return std::unique_ptr<PublisherService>(new PublisherService(
      std::make_unique<Impl>(options, *std::move(templates), *std::move(assets), *std::move(openapi))));
}

PublisherService::PublisherService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PublisherService::~PublisherService() { Stop(); }
absl::Status PublisherService::Start() { return impl_->Start(); }
void PublisherService::Stop() { impl_->Stop(); }
int PublisherService::port() const { return impl_->port(); }
std::string PublisherService::MakeDeskLink() { return impl_->MakeDeskLink(); }
absl::StatusOr<v1::ListPagesResponse> PublisherService::ListPages(const v1::ListPagesRequest& request) {
  return impl_->ListPages(request);
}
absl::StatusOr<v1::Page> PublisherService::GetPage(const v1::GetPageRequest& request) {
  return impl_->GetPage(request);
}

}  // namespace seaworthy
