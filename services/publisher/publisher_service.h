// Publisher: the desk, the public site and the HTTP API. Owns only what it has
// rendered and who is signed in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clients.h"
#include "common/clock.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/publisher_service.pb.h"
#include "services/publisher/api/hook.h"

namespace grpc {
class Service;
}

namespace seaworthy {

class AccountCommands;
class ApiTokens;
class HookBook;
class HookPoster;
class Mailer;
class PeopleStore;

// Thread-safe.
class PublisherService {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; null serves no writes.
    ReviewerClient* reviewer = nullptr;      // Not owned; null: its state is not known.
    Clock* clock = nullptr;                  // Not owned.
    PeopleStore* people = nullptr;           // Not owned; null keeps it in memory, for tests.
    std::vector<v1::Persona> personas;       // In their order.
    std::string web_dir;                     // Templates and assets.
    std::string public_url;                  // Without a trailing slash.
    std::string api_token;                   // The operator's, for /api/v1; not empty.
    ApiTokens* tokens = nullptr;             // All others; null: those of `people`.
    // Calls of the API a minute, by address and by token; 0: no limit.
    int api_anonymous_per_minute = 0;
    int api_token_per_minute = 0;
    HookPoster* hook_poster = nullptr;  // Not owned; null sends no webhooks.
    HookBook* hook_book = nullptr;      // Not owned; null: that of `people`.
    std::vector<Hook> hooks;            // Who may send announcements, each under a name of its own.
    // A proxy that signs people in for the desk: docs/accounts.md.
    std::string proxy_header;
    std::vector<std::string> proxy_addresses;
    std::string proxy_role;
    Mailer* mailer = nullptr;               // Not owned; null: nothing is mailed.
    std::string mail_domain = "localhost";  // Behind the `@` of Message-IDs.
    double mails_per_second = 5;
    std::string endpoint;           // Named in /status: `offline`…
    double budget_usd_per_day = 0;  // For the desk to show what is left; 0: none.
    std::string http_address = "127.0.0.1";
    int http_port = 8080;  // 0 for any free one.
    // Told of every answer, on several threads at once; must not wait. Null:
    // nobody.
    std::function<void(absl::string_view target, int status, absl::Duration took)> answered;
    // Only what needs nothing about persons is answered: pages, feeds, assets,
    // the API without a token, MCP. All else lives elsewhere, and says so.
    bool site_only = false;
    bool mail_elsewhere = false;  // Pages offer the edition by mail nonetheless.
  };

  // Reads the templates. Errors: NOT_FOUND, INVALID_ARGUMENT naming the file.
  static absl::StatusOr<std::unique_ptr<PublisherService>> Create(const Options& options);
  ~PublisherService();  // Stops.

  // Serves HTTP. Errors: UNAVAILABLE naming the port and what to do.
  absl::Status Start();
  // Answers what is under way. Idempotent.
  void Stop();
  // The port served, once started.
  int port() const;
  // Takes up what is public by now; it comes by itself within 50 ms. Errors:
  // the aggregator's.
  absl::Status CatchUp();
  // Tokens of the API beside the operator's.
  ApiTokens& tokens();
  // A sign-in link for the desk that works once and for 24 hours.
  std::string MakeDeskLink();
  // What the command line does with accounts and the audit log.
  const AccountCommands& accounts() const;

  // The calls of v1.PublisherService; errors as described there.
  absl::StatusOr<v1::ListPagesResponse> ListPages(const v1::ListPagesRequest& request);
  absl::StatusOr<v1::Page> GetPage(const v1::GetPageRequest& request);

 private:
  class Impl;
  explicit PublisherService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The class above as a gRPC service; `service` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(PublisherService* service);

}  // namespace seaworthy
