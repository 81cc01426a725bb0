#include "services/publisher/web_app.h"

#include <spdlog/spdlog.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/accounts/write_record.h"
#include "services/publisher/edition/bounce_route.h"
#include "services/publisher/edition/subscriber_routes.h"

namespace seaworthy {
namespace {

// Every template a page is made of.
constexpr const char* kTemplates[] = {
    "home",
    "comparison",
    "tool",
    "method",
    "error",
    "desk_account",
    "desk_accounts",
    "desk_audit",
    "desk_sign_in",
    "desk_tokens",
    "desk_queue",
    "desk_status",
    "desk_facts",
    "desk_message",
    "desk_announcements",
    "desk_comparison",
    "desk_published",
    "desk_announcement",
    "desk_quarantine",
    "desk_source",
    "desk_sources",
    "desk_tools",
    "desk_history",
    "desk_identity",
    "desk_confirm",
    "desk_tool",
    "desk_predictions",
    "desk_panel",
    "desk_several",
    "desk_corrections",
    "desk_correct",
    "desk_publication",
    "desk_dead_letters",
    "predictions",
    "list",
    "categories",
    "search",
    "corrections",
    "persona",
    "voted",
    "subscribe",
    "edition",
    "editions",
    "mail_confirm",
    "mail_edition",
    "desk_edition",
    "desk_editions",
    "desk_subscriber",
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path, "; check web_dir"));
  return text.str();
}

// The key votes are hashed with. Where it cannot be kept, votes of this run
// count under one of their own.
std::string VoteKey(PeopleStore& people) {
  auto key = ReaderVotes::KeyOf(people);
  if (key.ok()) return *std::move(key);
  spdlog::error("the key of readers' votes cannot be read: {}", key.status().ToString());
  return RandomHex(32);
}

// Null where no webhooks are sent.
std::unique_ptr<HookOut> MakeHookOut(const PublisherService::Options& options,
                                     std::function<uint64_t()> last_change,
                                     std::function<std::string()> base_url) {
  if (options.hook_poster == nullptr || options.hook_book == nullptr) return nullptr;
  return std::make_unique<HookOut>(HookOut::Options{.aggregator = options.aggregator,
                                                    .book = options.hook_book,
                                                    .poster = options.hook_poster,
                                                    .clock = options.clock,
                                                    .last_change = std::move(last_change),
                                                    .base_url = std::move(base_url)});
}

bool IsApi(const HttpRequest& request) {
  return absl::StartsWith(request.target, "/api/") || request.RawPath() == "/mcp";
}

// RFC 9110, 15.5.20: this server does not answer for what was asked.
HttpResponse Elsewhere(const HttpRequest& request) {
  return JsonError(421, "elsewhere",
                   absl::StrCat(request.method, " ", std::string(request.RawPath()),
                                " is answered by the publisher only, and this is a replica that only reads; "
                                "route it there (docs/services.md)"));
}

}  // namespace

absl::StatusOr<WebApp::Files> WebApp::ReadFiles(const std::string& web_dir) {
  auto assets = LoadAssets(web_dir + "/assets");
  if (!assets.ok()) return assets.status();
  auto templates = TemplateSet::Load(web_dir + "/templates", AddHashedNames(*assets));
  if (!templates.ok()) return templates.status();
  for (const char* name : kTemplates) {
    if (!(*templates)->Has(name)) {
      return absl::NotFoundError(
          absl::StrCat("the template ", web_dir, "/templates/", name, ".html is missing"));
    }
  }
  auto openapi = ReadText(web_dir + "/api/openapi.json");
  if (!openapi.ok()) return openapi.status();
  auto mail_texts = MailTexts::Load(web_dir);
  if (!mail_texts.ok()) return mail_texts.status();
  return Files{*std::move(templates), *std::move(assets), *std::move(openapi), *std::move(mail_texts)};
}

WebApp::WebApp(const PublisherService::Options& options, Files files, std::unique_ptr<People> people,
               std::function<std::string()> base_url)
    : site_only_(options.site_only),
      base_url_(std::move(base_url)),
      templates_(std::move(files.templates)),
      published_(options.aggregator),
      cache_({.clock = options.clock,
              .generation = [this] { return published_.generation(); },
              .https = absl::StartsWith(options.public_url, "https://")}),
      people_(std::move(people)),
      sessions_({.store = people_->store,
                 .accounts = people_->accounts.get(),
                 .audit = people_->audit.get(),
                 .clock = options.clock}),
      social_(std::make_unique<SocialCards>(options.web_dir + "/fonts/vollkorn-600.ttf")),
      site_({.published = &published_,
             .aggregator = options.aggregator,
             .templates = templates_.get(),
             .assets = std::move(files.assets),
             .personas = options.personas,
             .public_url = options.public_url,
             .base_url = base_url_,
             .cache = &cache_,
             .social = social_.get(),
             .consent = options.mailer == nullptr && !options.mail_elsewhere ? "" : kConsent}),
      gate_({.sessions = &sessions_,
             .people = people_.get(),
             .proxy = TrustedProxy::Make({options.proxy_header, options.proxy_addresses, options.proxy_role})
                          .value_or(TrustedProxy()),
             .api_token = options.api_token,
             .tokens = options.tokens,
             .public_url = options.public_url,
             .desk_page =
                 [this](int status, const std::string& title, const std::string& message) {
                   return DeskFrame(templates_.get()).Message(status, title, message);
                 }}),
      votes_({.aggregator = options.aggregator,
              .clock = options.clock,
              .key = VoteKey(*people_->store),
              .https = absl::StartsWith(options.public_url, "https://"),
              .from_our_pages = [this](const HttpRequest& request) { return gate_.FromOurPages(request); },
              .address_of = [this](const HttpRequest& request) { return gate_.ClientOf(request).address; },
              .page = [this](const nlohmann::json& view) { return site_.VotedBody(view); }}),
      desk_({.aggregator = options.aggregator,
             .ingest = options.ingest,
             .reviewer = options.reviewer,
             .published = &published_,
             .site = &site_,
             .templates = templates_.get(),
             .sessions = &sessions_,
             .gate = &gate_,
             .clock = options.clock,
             .personas = options.personas,
             .endpoint = options.endpoint,
             .budget_usd_per_day = options.budget_usd_per_day,
             .version = SEAWORTHY_VERSION,
             .base_url = base_url_}),
      api_({.aggregator = options.aggregator,
            .ingest = options.ingest,
            .reviewer = options.reviewer,
            .published = &published_,
            .endpoint = options.endpoint,
            .version = SEAWORTHY_VERSION,
            .openapi = std::move(files.openapi),
            .make_desk_link = [this] { return MakeDeskLink(); }}),
      api_sources_({.aggregator = options.aggregator, .ingest = options.ingest}),
      api_public_(options.aggregator),
      api_limits_({.gate = &gate_,
                   .clock = options.clock,
                   .anonymous_per_minute = options.api_anonymous_per_minute,
                   .token_per_minute = options.api_token_per_minute}),
      hook_out_(MakeHookOut(
          options, [this] { return published_.last_change(); }, base_url_)),
      api_webhooks_({.book = hook_out_ == nullptr ? nullptr : options.hook_book, .out = hook_out_.get()}),
      hooks_({.ingest = options.ingest, .clock = options.clock, .hooks = options.hooks}),
      mcp_({.tools = {.aggregator = options.aggregator, .published = &published_, .base_url = base_url_},
            .version = SEAWORTHY_VERSION,
            .is_our_origin = [this](const HttpRequest& request) { return gate_.FromOurPages(request); }}),
      sign_in_pages_({.people = people_.get(),
                      .sessions = &sessions_,
                      .gate = &gate_,
                      .templates = templates_.get(),
                      .mailer = options.mailer,
                      .base_url = base_url_}),
      account_pages_({.people = people_.get(),
                      .sessions = &sessions_,
                      .gate = &gate_,
                      .templates = templates_.get(),
                      .clock = options.clock,
                      .base_url = base_url_}),
      token_pages_(
          {.tokens = options.tokens, .gate = &gate_, .templates = templates_.get(), .clock = options.clock}),
      account_commands_({.people = people_.get(), .sessions = &sessions_, .base_url = base_url_}),
      mail_room_({.store = people_->store,
                  .aggregator = options.aggregator,
                  .mailer = options.mailer,
                  .templates = templates_.get(),
                  .clock = options.clock,
                  .texts = std::move(files.mail_texts),
                  .base_url = base_url_,
                  .id_domain = options.mail_domain,
                  .per_second = options.mails_per_second}),
      subscribe_pages_(
          {.room = &mail_room_,
           .clock = options.clock,
           .page = [this](const nlohmann::json& view) { return site_.Body("subscribe", "", view); },
           .from_our_pages = [this](const HttpRequest& request) { return gate_.FromOurPages(request); },
           .address_of = [this](const HttpRequest& request) { return gate_.ClientOf(request).address; }}),
      desk_edition_({.aggregator = options.aggregator,
                     .room = &mail_room_,
                     .templates = templates_.get(),
                     .approved =
                         [this] {
                           mail_room_.Approved();
                           if (hook_out_ != nullptr) hook_out_->EditionApproved();
                         }}),
      router_(
          options.site_only ? ReadingRoutes() : Routes(),
          [this](const Route& route, Call& call) { return gate_(route, call); },
          [this](const HttpRequest& request, int status, absl::string_view code, absl::string_view message) {
            return ErrorPage(request, status, code, message);
          }) {}

HttpResponse WebApp::Handle(const HttpRequest& request) {
  // No token is known here.
  if (site_only_ && IsApi(request) && request.Header("Authorization").has_value()) return Elsewhere(request);
  HttpResponse response = api_limits_.Run(request, [&] { return router_.Handle(request); });
  // Who changed something sees it at once.
  const bool changes = request.method != "GET" && request.method != "HEAD" && response.status < 400;
  if (changes) published_.CatchUp().IgnoreError();
  return response;
}

std::vector<Route> WebApp::Routes() {
  std::vector<Route> routes = site_.Routes();
  for (auto& part : {desk_.Routes(), desk_edition_.Routes(), api_.Routes(), api_sources_.Routes(),
                     api_public_.Routes(), api_webhooks_.Routes(), hooks_.Routes(), mcp_.Routes()})
    routes.insert(routes.end(), part.begin(), part.end());
  routes.push_back(BounceRoute(&mail_room_.subscribers()));
  for (Route& route : SubscriberRoutes(&mail_room_.subscribers())) routes.push_back(std::move(route));
  for (Route& route : routes) route = Recorded(std::move(route), people_->audit.get(), &gate_);
  // These write their own records: one batch with what they change.
  for (auto& part : {sign_in_pages_.Routes(), account_pages_.Routes(), token_pages_.Routes()})
    routes.insert(routes.end(), part.begin(), part.end());
  for (Route& route : votes_.Routes()) routes.push_back(std::move(route));
  for (Route& route : subscribe_pages_.Routes()) routes.push_back(std::move(route));
  return routes;
}

std::vector<Route> WebApp::ReadingRoutes() {
  std::vector<Route> routes = site_.Routes();
  std::set<std::string> here;
  const auto name = [](const Route& route) { return absl::StrCat(route.method, " ", route.pattern); };
  for (auto& part : {api_.Routes(), api_public_.Routes(), mcp_.Routes()}) {
    for (const Route& route : part) {
      const bool reads = route.method == "GET" && route.access == Access::kApiReader;
      if (reads || route.access == Access::kAnyone) routes.push_back(route);
    }
  }
  for (const Route& route : routes) here.insert(name(route));
  for (Route& route : Routes()) {
    if (here.count(name(route)) > 0) continue;
    route.access = Access::kAnyone;
    route.handler = [](const Call& call) { return Elsewhere(call.request); };
    routes.push_back(std::move(route));
  }
  return routes;
}

HttpResponse WebApp::ErrorPage(const HttpRequest& request, int status, absl::string_view code,
                               absl::string_view message) const {
  if (IsApi(request)) {
    return JsonError(status, code, message);
  }
  if (status == 404) {
    const std::string moved = site_.Moved(std::string(request.RawPath()));
    if (!moved.empty()) return Redirect(301, moved);
  }
  return HtmlResponse(status, site_.ErrorBody(status));
}

std::string WebApp::MakeDeskLink() {
  return absl::StrCat(base_url_(), "/desk/sign-in?token=", sessions_.MakeLinkToken());
}

}  // namespace seaworthy
