// How people come into the desk and leave it.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"
#include "services/publisher/http/worker_pool.h"
#include "services/publisher/people/mailer.h"
#include "services/publisher/people/people.h"

namespace seaworthy {

// By link, by password, by a link that is mailed; a proxy's word is the
// gate's. Thread-safe; mails go out on a thread of its own, at most 32 wait.
class SignInPages {
 public:
  struct Options {
    People* people = nullptr;  // None is owned.
    DeskSessions* sessions = nullptr;
    const AccessGate* gate = nullptr;
    const TemplateSet* templates = nullptr;
    Mailer* mailer = nullptr;  // Null: no links by mail.
    std::function<std::string()> base_url;
  };
  explicit SignInPages(Options options)
      : options_(std::move(options)), frame_(options_.templates), mails_(1, 32) {}

  std::vector<Route> Routes() const;

 private:
  // Of the sign-in page, nothing said yet.
  nlohmann::json View(const Call& call) const;
  HttpResponse Show(const Call& call) const;
  HttpResponse SignIn(const Call& call) const;
  HttpResponse WithLink(const Call& call) const;
  HttpResponse WithPassword(const Call& call) const;
  HttpResponse TooSoon(absl::Duration wait) const;
  HttpResponse WrongPassword(const Call& call, const absl::StatusOr<Account>& account,
                             const SignInClient& client) const;
  HttpResponse Entered(const absl::StatusOr<DeskSessions::SignedIn>& made) const;
  HttpResponse AskForMail(const Call& call) const;
  absl::Status MailLink(const std::string& mail, const std::string& address) const;
  HttpResponse SignOut(const Call& call) const;

  const Options options_;
  const DeskFrame frame_;
  mutable WorkerPool mails_;
};

}  // namespace seaworthy
