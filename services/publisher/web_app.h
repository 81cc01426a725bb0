// Site, desk and API behind one router: everything the publisher answers,
// without the server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/accounts/account_commands.h"
#include "services/publisher/accounts/account_pages.h"
#include "services/publisher/accounts/sign_in_pages.h"
#include "services/publisher/accounts/token_pages.h"
#include "services/publisher/api/api.h"
#include "services/publisher/api/api_limits.h"
#include "services/publisher/api/api_public.h"
#include "services/publisher/api/api_sources.h"
#include "services/publisher/api/api_webhooks.h"
#include "services/publisher/api/hooks.h"
#include "services/publisher/desk/desk.h"
#include "services/publisher/edition/desk_edition.h"
#include "services/publisher/edition/mail_room.h"
#include "services/publisher/edition/mail_texts.h"
#include "services/publisher/edition/subscribe_pages.h"
#include "services/publisher/http/page_cache.h"
#include "services/publisher/mcp/mcp.h"
#include "services/publisher/pages/published.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/people/people.h"
#include "services/publisher/publisher_service.h"
#include "services/publisher/site/reader_votes.h"
#include "services/publisher/site/site.h"
#include "services/publisher/site/social_card.h"

namespace seaworthy {

// Thread-safe. Parts point at each other: neither copied nor moved.
class WebApp {
 public:
  // What was read from web_dir.
  struct Files {
    std::unique_ptr<TemplateSet> templates;
    Assets assets;
    std::string openapi;
    MailTexts mail_texts;
  };
  // Errors: NOT_FOUND and INVALID_ARGUMENT naming the file.
  static absl::StatusOr<Files> ReadFiles(const std::string& web_dir);

  // `base_url` says how the server is reached, for desk links.
  WebApp(const PublisherService::Options& options, Files files, std::unique_ptr<People> people,
         std::function<std::string()> base_url);
  WebApp(const WebApp&) = delete;
  WebApp& operator=(const WebApp&) = delete;

  HttpResponse Handle(const HttpRequest& request);
  // A page that was rendered before and still holds; never waits.
  std::optional<PreparedAnswer> Prepared(const PreparedRequest& request) { return cache_.Find(request); }
  // What is published, followed while this serves.
  Published& published() { return published_; }
  // What sends webhooks while this serves; null where none are sent.
  HookOut* hook_out() { return hook_out_.get(); }
  // What goes out by mail, sent while this serves.
  MailRoom& mail_room() { return mail_room_; }
  std::string MakeDeskLink();
  const AccountCommands& accounts() const { return account_commands_; }
  const Site& site() const { return site_; }
  const std::vector<Route>& routes() const { return router_.routes(); }

 private:
  std::vector<Route> Routes();
  // Those of a replica that only reads: see Options::site_only.
  std::vector<Route> ReadingRoutes();
  HttpResponse ErrorPage(const HttpRequest& request, int status, absl::string_view code,
                         absl::string_view message) const;

  const bool site_only_;
  const std::function<std::string()> base_url_;
  const std::unique_ptr<TemplateSet> templates_;
  Published published_;
  PageCache cache_;
  const std::unique_ptr<People> people_;
  DeskSessions sessions_;
  const std::unique_ptr<SocialCards> social_;
  const Site site_;
  const AccessGate gate_;
  const ReaderVotes votes_;
  const Desk desk_;
  const Api api_;
  const ApiSources api_sources_;
  const ApiPublic api_public_;
  const ApiLimits api_limits_;
  const std::unique_ptr<HookOut> hook_out_;
  const ApiWebhooks api_webhooks_;
  const Hooks hooks_;
  const Mcp mcp_;
  const SignInPages sign_in_pages_;
  const AccountPages account_pages_;
  const TokenPages token_pages_;
  const AccountCommands account_commands_;
  MailRoom mail_room_;
  const SubscribePages subscribe_pages_;
  const DeskEdition desk_edition_;
  const Router router_;
};

}  // namespace seaworthy
