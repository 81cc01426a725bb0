#include "services/publisher/accounts/sign_in_pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxTyped = 254;
constexpr size_t kMaxTypedPassword = 1024;

Mail LinkMail(const std::string& to, const std::string& link) {
  Mail mail;
  mail.to = to;
  mail.subject = "Sign in to the Seaworthy desk";
  mail.text = absl::StrCat("Open this link to sign in. It works once, within 15 minutes:\n\n", link,
                           "\n\nIf you did not ask for it, ignore this mail: nothing happens.\n");
  return mail;
}

}  // namespace

json SignInPages::View(const Call& call) const {
  json view = frame_.View(call, "", "Sign in");
  view["base_url"] = options_.base_url();
  view["by_mail"] = options_.mailer != nullptr;
  for (const char* name : {"token", "stale", "mailed", "wrong", "account"}) view[name] = "";
  return view;
}

HttpResponse SignInPages::Show(const Call& call) const {
  json view = View(call);
  const std::string token = call.Query("token");
  const bool valid = !token.empty() && options_.sessions->IsLinkToken(token);
  view["token"] = valid ? token : "";
  view["stale"] = !token.empty() && !valid;
  view["mailed"] = options_.mailer != nullptr && call.Query("mailed") == "1";
  return frame_.Page("desk_sign_in", view);
}

HttpResponse SignInPages::SignIn(const Call& call) const {
  return call.form.contains("token") ? WithLink(call) : WithPassword(call);
}

HttpResponse SignInPages::Entered(const absl::StatusOr<DeskSessions::SignedIn>& made) const {
  if (!made.ok()) {
    LogFailure("a sign-in", made.status());
    return frame_.Message(503, "Nobody can sign in just now", "The server's log says why. Try again.",
                          "/desk/sign-in", "Back to the sign-in");
  }
  HttpResponse response = Redirect(303, "/desk");
  options_.gate->SetCookies(*made, response);
  return response;
}

HttpResponse SignInPages::WithLink(const Call& call) const {
  const SignInClient client = options_.gate->ClientOf(call.request);
  const auto made = options_.sessions->SignIn(call.Form("token"), client);
  if (made.ok()) {
    const auto session = options_.sessions->Find(made->session);
    if (session.has_value()) options_.people->throttle->Forget(session->editor);
    // The session this browser had.
    const std::string before = call.request.Cookie(options_.gate->CookieName()).value_or("");
    const absl::Status ended = options_.sessions->SignOut(before, client.address);
    if (!ended.ok()) LogFailure("the end of a session", ended);
  }
  if (!absl::IsUnauthenticated(made.status())) return Entered(made);
  options_.people->audit->Append({"", "sign-in", "", "refused", "link", client.address}).IgnoreError();
  return frame_.Message(
      403, "That link does not sign in any more",
      "A sign-in link works once and for a time: 24 hours, a mailed one 15 minutes. Ask for "
      "a new one.",
      "/desk/sign-in", "How to get a link");
}

HttpResponse SignInPages::TooSoon(absl::Duration wait) const {
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))));
  HttpResponse response =
      frame_.Message(429, "Too many tries",
                     absl::StrCat("Wait ", seconds, seconds == 1 ? " second" : " seconds",
                                  " and try again, or sign in with a link: those are never held up."),
                     "/desk/sign-in", "Back to the sign-in");
  response.SetHeader("Retry-After", absl::StrCat(seconds));
  return response;
}

HttpResponse SignInPages::WrongPassword(const Call& call, const absl::StatusOr<Account>& account,
                                        const SignInClient& client) const {
  PeopleBatch batch;
  if (account.ok()) options_.people->throttle->Keep(account->name, batch);
  // What was typed may be a password in the wrong field: only names that are
  // known are recorded.
  const absl::Status recorded = options_.people->audit->Append(
      {"", "sign-in", account.ok() ? account->name : "unknown", "refused", "password", client.address},
      std::move(batch));
  if (!recorded.ok()) return Entered(recorded);
  json view = View(call);
  view["wrong"] = true;
  view["account"] = call.Form("account").substr(0, kMaxTyped);
  return frame_.Page("desk_sign_in", view, 403);
}

HttpResponse SignInPages::WithPassword(const Call& call) const {
  const SignInClient client = options_.gate->ClientOf(call.request);
  const std::string typed = CleanName(call.Form("account")).substr(0, kMaxTyped);
  const auto account = options_.people->accounts->FindTyped(typed);
  const std::string name = account.ok() ? account->name : typed;
  const SignInThrottle::Try attempt = {
      name, client.address, account.ok() ? options_.sessions->KnownDevice(name, client.device) : ""};
  const absl::Duration wait = options_.people->throttle->Begin(attempt);
  if (wait > absl::ZeroDuration()) return TooSoon(wait);
  const bool usable = account.ok() && !account->disabled;
  const auto right = options_.people->passwords->Verify(usable ? account->password_hash : "",
                                                        call.Form("password").substr(0, kMaxTypedPassword));
  if (!right.ok()) {
    options_.people->throttle->GiveBack(attempt);
    HttpResponse response = frame_.Message(503, "Many are signing in just now", "Try again in a moment.",
                                           "/desk/sign-in", "Back to the sign-in");
    response.SetHeader("Retry-After", "2");
    return response;
  }
  if (!*right) return WrongPassword(call, account, client);
  options_.people->throttle->Succeeded(attempt);
  PeopleBatch batch;
  options_.people->throttle->Keep(name, batch);
  return Entered(
      options_.sessions->Begin({.account = name,
                                .how = "password",
                                .mail = "",
                                .replaced = call.request.Cookie(options_.gate->CookieName()).value_or("")},
                               client, std::move(batch)));
}

absl::Status SignInPages::MailLink(const std::string& mail, const std::string& address) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const Account account, options_.people->accounts->FindByMail(mail));
  if (account.disabled) return absl::NotFoundError("that account is disabled");
  SEAWORTHY_ASSIGN_OR_RETURN(const bool may, options_.sessions->MayMail(account.name));
  if (!may) return absl::NotFoundError("enough links were mailed for now");
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string token, options_.sessions->MakeLink(account.name, "mail"));
  SEAWORTHY_RETURN_IF_ERROR(
      options_.people->audit->Append({"", "sign-in link", account.name, "asked", "mail", address}));
  return options_.mailer->Send(
      LinkMail(account.mail, absl::StrCat(options_.base_url(), "/desk/sign-in?token=", token)));
}

HttpResponse SignInPages::AskForMail(const Call& call) const {
  // Whether the address is known is found out after the answer, so that
  // neither its words nor its time tell.
  if (options_.mailer != nullptr) {
    const std::string mail = call.Form("mail").substr(0, kMaxTyped);
    const std::string address = options_.gate->ClientOf(call.request).address;
    const bool posted = mails_.Post([this, mail, address] {
      const absl::Status sent = MailLink(mail, address);
      if (!sent.ok() && !absl::IsNotFound(sent)) LogFailure("a sign-in link by mail", sent);
    });
    if (!posted) LogFailure("a sign-in link by mail", absl::ResourceExhaustedError("too many wait"));
  }
  return Redirect(303, "/desk/sign-in?mailed=1");
}

HttpResponse SignInPages::SignOut(const Call& call) const {
  const absl::Status ended =
      options_.sessions->SignOut(call.request.Cookie(options_.gate->CookieName()).value_or(""),
                                 options_.gate->ClientOf(call.request).address);
  if (!ended.ok()) return frame_.Failed(ended, "You are still signed in");
  HttpResponse response = Redirect(303, "/desk/sign-in");
  response.SetHeader("Set-Cookie", options_.gate->SetCookie(""));
  return response;
}

std::vector<Route> SignInPages::Routes() const {
  const auto route = [this](const char* method, const char* path, Access access,
                            HttpResponse (SignInPages::*handler)(const Call&) const) {
    return Route{
        .method = method, .pattern = path, .access = access, .handler = [this, handler](const Call& call) {
          return (this->*handler)(call);
        }};
  };
  std::vector<Route> routes = {route("GET", "/desk/sign-in", Access::kAnyone, &SignInPages::Show),
                               route("POST", "/desk/sign-in", Access::kDeskSignIn, &SignInPages::SignIn),
                               route("POST", "/desk/sign-out", Access::kDesk, &SignInPages::SignOut)};
  if (options_.mailer != nullptr) {
    routes.push_back(route("POST", "/desk/sign-in/mail", Access::kDeskSignIn, &SignInPages::AskForMail));
  }
  return routes;
}

}  // namespace seaworthy
