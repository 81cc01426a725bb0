#include "services/publisher/accounts/account_pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kAuditRows = 100;
// A page of the export; the next one begins where it ended.
constexpr int kExportRows = 20000;
// So soon after a sign-in without a password one may set another.
constexpr absl::Duration kFresh = absl::Minutes(15);

std::string Day(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone()); }

std::string HowText(const std::string& how) {
  if (how == "password") return "password";
  if (how == "mail") return "link by mail";
  if (how == "proxy") return "your organisation";
  return "one-time link";
}

json Roles(Role current) {
  json roles = json::array();
  for (const Role role : {Role::kOperator, Role::kEditor, Role::kAdmin}) {
    roles.push_back({{"role", std::string(RoleName(role))}, {"current", role == current}});
  }
  return roles;
}

json AuditRow(std::string_view line) {
  const json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
  json row;
  for (const char* name : {"time", "actor", "action", "target", "outcome", "detail", "address"}) {
    row[name] = record.is_object() ? record.value(name, "") : "";
  }
  row["sequence"] = absl::StrCat(record.is_object() ? record.value("sequence", uint64_t{0}) : 0);
  row["bad"] = row["outcome"] != "ok" && row["outcome"] != "asked";
  return row;
}

// What the export is fetched in.
json ExportParts(uint64_t records) {
  json parts = json::array();
  for (uint64_t from = 1; from <= records; from += kExportRows) {
    parts.push_back({{"from", absl::StrCat(from)},
                     {"to", absl::StrCat(std::min<uint64_t>(records, from + kExportRows - 1))}});
  }
  return parts;
}

}  // namespace

ChangedBy AccountPages::ByOf(const Call& call) const {
  return {call.session->editor, options_.gate->ClientOf(call.request).address};
}

HttpResponse AccountPages::Failed(const absl::Status& status, const std::string& what,
                                  const std::string& back) const {
  return frame_.Failed(status, what, back, "Back");
}

json AccountPages::View(const Call& call, const std::string& section, const std::string& title) const {
  json view = frame_.View(call, section, title);
  view["is_admin"] = call.session->role == Role::kAdmin;
  for (const char* name : {"account", "accounts", "audit"})
    view[absl::StrCat("tab_", name)] = section == name;
  return view;
}

HttpResponse AccountPages::ShowOwn(const Call& call) const {
  const auto account = options_.people->accounts->Get(call.session->editor);
  if (!account.ok()) return Failed(account.status(), "Your account cannot be shown", "/desk");
  const auto sessions = options_.sessions->List(account->name);
  if (!sessions.ok()) return Failed(sessions.status(), "Your account cannot be shown", "/desk");
  json view = View(call, "account", "Your account");
  view["name"] = account->name;
  view["mail"] = account->mail;
  view["role"] = std::string(RoleName(account->role));
  view["has_password"] = !account->password_hash.empty();
  view["asks_current"] = !account->password_hash.empty() && !Fresh(call);
  view["has_others"] = sessions->size() > 1;
  view["sessions"] = json::array();
  for (const SessionRow& row : *sessions) {
    view["sessions"].push_back({{"hash", row.hash},
                                {"own", row.hash == call.session->hash},
                                {"how", HowText(row.how)},
                                {"address", row.address},
                                {"agent", row.agent},
                                {"created", Day(row.created)},
                                {"seen", Day(row.seen)}});
  }
  return frame_.Page("desk_account", view);
}

bool AccountPages::Fresh(const Call& call) const {
  return call.session->how != "password" && options_.clock->Now() - call.session->created < kFresh;
}

absl::Status AccountPages::CheckCurrent(const Call& call, const Account& account) const {
  if (account.password_hash.empty() || Fresh(call)) return absl::OkStatus();
  const SignInThrottle::Try attempt = {account.name, options_.gate->ClientOf(call.request).address,
                                       call.session->hash};
  if (options_.people->throttle->Begin(attempt) > absl::ZeroDuration()) {
    return absl::FailedPreconditionError(
        "The present password was wrong too often. Sign in with a link, then set another.");
  }
  const auto right = options_.people->passwords->Verify(account.password_hash, call.Form("current"));
  if (!right.ok()) return right.status();
  if (!*right) return absl::InvalidArgumentError("The present password is another one. Nothing was changed.");
  options_.people->throttle->Succeeded(attempt);
  return absl::OkStatus();
}

HttpResponse AccountPages::SetPassword(const Call& call) const {
  constexpr char kWhat[] = "The password was not set";
  const std::string password = call.Form("password");
  const auto account = options_.people->accounts->Get(call.session->editor);
  if (!account.ok()) return Failed(account.status(), kWhat, "/desk/account");
  absl::Status status = CheckCurrent(call, *account);
  if (status.ok()) status = CheckPassword(password, account->name, account->mail);
  if (status.ok() && password != call.Form("again")) {
    status = absl::InvalidArgumentError("The two are not the same. Type the new password twice.");
  }
  if (!status.ok()) return Failed(status, kWhat, "/desk/account");
  const auto hash = options_.people->passwords->Hash(password);
  if (!hash.ok()) return Failed(hash.status(), kWhat, "/desk/account");
  status = options_.people->accounts->SetPasswordHash(account->name, *hash, ByOf(call));
  if (!status.ok()) return Failed(status, kWhat, "/desk/account");
  const auto made =
      options_.sessions->Begin({.account = account->name, .how = "password", .mail = "", .replaced = ""},
                               options_.gate->ClientOf(call.request), {});
  if (!made.ok()) return Failed(made.status(), "The password was set; sign in with it", "/desk/sign-in");
  HttpResponse response = Redirect(303, "/desk/account?done=password");
  options_.gate->SetCookies(*made, response);
  return response;
}

HttpResponse AccountPages::EndSessions(const Call& call) const {
  constexpr char kWhat[] = "The session was not ended";
  const std::string asked = call.Form("session");
  const std::string name = call.session->editor;
  const auto sessions = options_.sessions->List(name);
  if (!sessions.ok()) return Failed(sessions.status(), kWhat, "/desk/account");
  bool found = asked == "others";
  for (const SessionRow& row : *sessions) {
    const bool other = row.hash != call.session->hash;
    if (!(asked == "others" && other) && row.hash != asked) continue;
    found = true;
    const absl::Status ended = options_.sessions->End(name, row.hash, ByOf(call));
    if (!ended.ok()) return Failed(ended, kWhat, "/desk/account");
  }
  if (!found) return Failed(absl::NotFoundError("It has ended already."), kWhat, "/desk/account");
  return Redirect(303, "/desk/account?done=sessions");
}

json AccountPages::AccountRows(const Call& call) const {
  json rows = json::array();
  const auto accounts = options_.people->accounts->List();
  if (!accounts.ok()) return rows;
  for (const Account& account : *accounts) {
    const auto sessions = options_.sessions->List(account.name);
    rows.push_back({{"name", account.name},
                    {"mail", account.mail},
                    {"role", std::string(RoleName(account.role))},
                    {"roles", Roles(account.role)},
                    {"disabled", account.disabled},
                    {"password", !account.password_hash.empty()},
                    {"sessions", absl::StrCat(sessions.ok() ? sessions->size() : 0)},
                    {"any_session", sessions.ok() && !sessions->empty()},
                    {"own", account.name == call.session->editor},
                    {"fixed", account.name == kOwner},
                    {"created", Day(account.created)}});
  }
  return rows;
}

HttpResponse AccountPages::ShowAll(const Call& call) const {
  json view = View(call, "accounts", "Accounts");
  view["rows"] = AccountRows(call);
  view["link"] = "";
  return frame_.Page("desk_accounts", view);
}

HttpResponse AccountPages::WithLink(const Call& call, const std::string& name) const {
  const auto token = options_.sessions->MakeLink(name, "link");
  if (!token.ok()) return Failed(token.status(), "No link was made", "/desk/accounts");
  json view = View(call, "accounts", "Accounts");
  view["rows"] = AccountRows(call);
  view["link"] = absl::StrCat(options_.base_url(), "/desk/sign-in?token=", *token);
  view["link_for"] = name;
  return frame_.Page("desk_accounts", view);
}

HttpResponse AccountPages::Add(const Call& call) const {
  Account account;
  account.name = CleanName(call.Form("name"));
  account.mail = call.Form("mail");
  const auto role = RoleNamed(call.Form("role"));
  absl::Status status = absl::InvalidArgumentError("a role is operator, editor or admin");
  if (role.has_value()) {
    account.role = *role;
    status = options_.people->accounts->Add(account, ByOf(call));
  }
  if (!status.ok()) return Failed(status, "The account was not added", "/desk/accounts");
  return WithLink(call, account.name);
}

absl::Status AccountPages::Apply(const Call& call, const std::string& name) const {
  Accounts& accounts = *options_.people->accounts;
  const std::string action = call.Form("action");
  if (action == "disable" || action == "enable") {
    return accounts.SetDisabled(name, action == "disable", ByOf(call));
  }
  if (action == "sign-out") return accounts.SignOutEverywhere(name, ByOf(call));
  if (action == "remove") return accounts.Remove(name, ByOf(call));
  const auto role = RoleNamed(call.Form("role"));
  if (action == "role" && role.has_value()) return accounts.SetRole(name, *role, ByOf(call));
  return absl::InvalidArgumentError("the form asks for nothing that can be done with an account");
}

HttpResponse AccountPages::Act(const Call& call) const {
  const std::string name = call.Path("id");
  if (call.Form("action") == "link") {
    const auto account = options_.people->accounts->Get(name);
    absl::Status status = account.status();
    if (status.ok()) {
      status = options_.people->audit->Append(
          {call.session->editor, "account link", name, "ok", "", ByOf(call).address});
    }
    if (!status.ok()) return Failed(status, "No link was made", "/desk/accounts");
    return WithLink(call, name);
  }
  const absl::Status status = Apply(call, name);
  if (!status.ok()) return Failed(status, "The account was not changed", "/desk/accounts");
  return Redirect(303, "/desk/accounts?done=account");
}

HttpResponse AccountPages::ShowAudit(const Call& call) const {
  uint64_t below = 0;
  if (!call.Query("cursor").empty() && !absl::SimpleAtoi(call.Query("cursor"), &below)) {
    return Failed(absl::InvalidArgumentError("That is no place in the log."), "No such page", "/desk/audit");
  }
  json view = View(call, "audit", "Audit log");
  view["rows"] = json::array();
  std::string next;
  const absl::Status read = options_.people->audit->Newest(below, [&](std::string_view line) {
    if (view["rows"].size() == kAuditRows) {
      next = view["rows"].back()["sequence"].get<std::string>();
      return false;
    }
    view["rows"].push_back(AuditRow(line));
    return true;
  });
  if (!read.ok()) return Failed(read, "The audit log cannot be shown", "/desk");
  view["empty"] = view["rows"].empty();
  const AuditHead head = options_.people->audit->head();
  view["head"] = head.Text();
  view["parts"] = ExportParts(head.sequence);
  AddPaging(call, "/desk/audit", next, view);
  return frame_.Page("desk_audit", view);
}

HttpResponse AccountPages::ExportAudit(const Call& call) const {
  uint64_t from = 0;
  if (!call.Query("from").empty() && !absl::SimpleAtoi(call.Query("from"), &from)) {
    return Failed(absl::InvalidArgumentError("`from` is a record's number."), "Nothing to export",
                  "/desk/audit");
  }
  HttpResponse response;
  int rows = 0;
  const absl::Status read = options_.people->audit->Export(from, [&](std::string_view line) {
    response.body.append(line).append("\n");
    return ++rows < kExportRows;
  });
  if (!read.ok()) return Failed(read, "The audit log cannot be exported", "/desk/audit");
  response.SetHeader("Content-Type", "application/jsonl; charset=utf-8");
  response.SetHeader("Content-Disposition", "attachment; filename=\"audit.jsonl\"");
  return response;
}

std::vector<Route> AccountPages::Routes() const {
  const auto route = [this](const char* method, const char* path, Access access,
                            HttpResponse (AccountPages::*handler)(const Call&) const) {
    return Route{
        .method = method, .pattern = path, .access = access, .handler = [this, handler](const Call& call) {
          return (this->*handler)(call);
        }};
  };
  return {route("GET", "/desk/account", Access::kDesk, &AccountPages::ShowOwn),
          route("POST", "/desk/account/password", Access::kDesk, &AccountPages::SetPassword),
          route("POST", "/desk/account/sessions", Access::kDesk, &AccountPages::EndSessions),
          route("GET", "/desk/accounts", Access::kDeskAdmin, &AccountPages::ShowAll),
          route("POST", "/desk/accounts", Access::kDeskAdmin, &AccountPages::Add),
          route("POST", "/desk/accounts/{id}", Access::kDeskAdmin, &AccountPages::Act),
          route("GET", "/desk/audit", Access::kDeskAdmin, &AccountPages::ShowAudit),
          route("GET", "/desk/audit/export", Access::kDeskAdmin, &AccountPages::ExportAudit)};
}

}  // namespace seaworthy
