// `seaworthy account`: who may use the desk.
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/accounts_connection.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "common/status_macros.h"
#include "common/timestamps.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kMaxPasswordLine = 4096;

struct AccountFlags {
  std::string name;
  std::string role = "editor";
  std::string mail;
  bool json = false;
};

using AccountsPtr = std::unique_ptr<AccountsConnection>;

absl::StatusOr<AccountsPtr> Connect(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  return AccountsConnection::Open(config);
}

// What the operator named wrongly ends as a refused input.
absl::Status Refused(const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status) || absl::IsAlreadyExists(status) ||
      (absl::IsFailedPrecondition(status) && ExitCodeOf(status) == kFailed)) {
    return WithExitCode(status, kRejected);
  }
  return status;
}

absl::Status PrintLink(const absl::StatusOr<v1::AccountLink>& link, const std::string& name) {
  if (!link.ok()) return Refused(link.status());
  std::printf("%s\n", link->url().c_str());
  std::fprintf(stderr, "It signs %s in once, within 24 hours.\n", name.c_str());
  return absl::OkStatus();
}

absl::Status Add(const Context& context, const AccountFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const AccountsPtr accounts, Connect(context));
  v1::AddAccountRequest request;
  request.set_name(flags.name);
  request.set_role(flags.role);
  request.set_mail(flags.mail);
  return PrintLink(accounts->AddAccount(request), flags.name);
}

absl::Status Link(const Context& context, const AccountFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const AccountsPtr accounts, Connect(context));
  v1::MakeAccountLinkRequest request;
  request.set_name(flags.name);
  return PrintLink(accounts->MakeAccountLink(request), flags.name);
}

std::string Day(const google::protobuf::Timestamp& stamp) {
  return absl::FormatTime("%Y-%m-%d", TimeOf(stamp), absl::UTCTimeZone());
}

std::string Json(const v1::ListAccountsResponse& list) {
  nlohmann::json rows = nlohmann::json::array();
  for (const v1::DeskAccount& account : list.accounts()) {
    rows.push_back({{"name", account.name()},
                    {"mail", account.mail()},
                    {"role", account.role()},
                    {"disabled", account.disabled()},
                    {"has_password", account.has_password()},
                    {"sessions", account.sessions()},
                    {"created", Day(account.create_time())}});
  }
  return rows.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string Rows(const v1::ListAccountsResponse& list) {
  std::vector<std::vector<std::string>> rows = {
      {"name", "role", "mail", "password", "sessions", "added", "state"}};
  for (const v1::DeskAccount& account : list.accounts()) {
    rows.push_back({account.name(), account.role(), account.mail().empty() ? "-" : account.mail(),
                    account.has_password() ? "yes" : "no", absl::StrCat(account.sessions()),
                    Day(account.create_time()), account.disabled() ? "disabled" : ""});
  }
  return Table(rows);
}

absl::Status List(const Context& context, const AccountFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const AccountsPtr accounts, Connect(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto list, accounts->ListAccounts());
  std::fputs((flags.json ? Json(list) : Rows(list)).c_str(), stdout);
  return absl::OkStatus();
}

// A line of standard input; typed ones are not shown.
absl::StatusOr<std::string> ReadPassword() {
  const bool typed = isatty(STDIN_FILENO) != 0;
  termios before{};
  if (typed && tcgetattr(STDIN_FILENO, &before) == 0) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs("New password: ", stderr);
  }
  std::string line;
  std::getline(std::cin, line);
  if (typed) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (!line.empty() && line.size() <= kMaxPasswordLine) return line;
  return WithExitCode(
      absl::InvalidArgumentError("the first line of standard input is to be the password, and there is none"),
      kRejected);
}

absl::Status Change(const Context& context, const v1::ChangeAccountRequest& request,
                    const std::string& done) {
  SEAWORTHY_ASSIGN_OR_RETURN(const AccountsPtr accounts, Connect(context));
  SEAWORTHY_RETURN_IF_ERROR(Refused(accounts->ChangeAccount(request)));
  std::printf("%s %s\n", request.name().c_str(), done.c_str());
  return absl::OkStatus();
}

// A subcommand on one account.
using FlagsPtr = std::shared_ptr<AccountFlags>;
CLI::App* AddNamed(CLI::App& command, Context& context, const FlagsPtr& flags, const std::string& name,
                   const std::string& about, absl::Status (*action)(const Context&, const AccountFlags&)) {
  CLI::App* added = command.add_subcommand(name, about);
  added->add_option("name", flags->name, "Its name")->required()->type_name("NAME");
  AddDataFlag(*added, context);
  added->callback([&context, flags, action] {
    context.action = [&context, flags, action] { return action(context, *flags); };
  });
  return added;
}

absl::Status SetRole(const Context& context, const AccountFlags& flags) {
  v1::ChangeAccountRequest request;
  request.set_name(flags.name);
  request.set_role(flags.role);
  return Change(context, request, "is " + flags.role + " now; its sessions have ended");
}

absl::Status SetDisabled(const Context& context, const AccountFlags& flags, bool disabled) {
  v1::ChangeAccountRequest request;
  request.set_name(flags.name);
  request.set_disabled(disabled);
  return Change(context, request, disabled ? "is disabled; its sessions have ended" : "may sign in again");
}

absl::Status Disable(const Context& context, const AccountFlags& flags) {
  return SetDisabled(context, flags, true);
}
absl::Status Enable(const Context& context, const AccountFlags& flags) {
  return SetDisabled(context, flags, false);
}

absl::Status Remove(const Context& context, const AccountFlags& flags) {
  v1::ChangeAccountRequest request;
  request.set_name(flags.name);
  request.set_remove(true);
  return Change(context, request, "is removed");
}

absl::Status SetPassword(const Context& context, const AccountFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string password, ReadPassword());
  v1::ChangeAccountRequest request;
  request.set_name(flags.name);
  request.set_password(password);
  return Change(context, request, "has another password; its sessions have ended");
}

}  // namespace

void AddAccount(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("account", "Who may use the desk");
  command->require_subcommand(1);
  const auto flags = std::make_shared<AccountFlags>();
  CLI::App* add =
      AddNamed(*command, context, flags, "add", "Add an account; prints a link that signs it in", Add);
  add->add_option("--role", flags->role, "operator, editor (default) or admin")->type_name("ROLE");
  add->add_option("--mail", flags->mail, "Its mail address")->type_name("ADDRESS");
  CLI::App* list = command->add_subcommand("list", "All accounts");
  list->add_flag("--json", flags->json, "Print JSON");
  AddDataFlag(*list, context);
  list->callback([&context, flags] { context.action = [&context, flags] { return List(context, *flags); }; });
  AddNamed(*command, context, flags, "role", "Give it another role", SetRole)
      ->add_option("role", flags->role, "operator, editor or admin")
      ->required()
      ->type_name("ROLE");
  AddNamed(*command, context, flags, "disable", "Let it sign in no more, and end its sessions", Disable);
  AddNamed(*command, context, flags, "enable", "Let it sign in again", Enable);
  AddNamed(*command, context, flags, "remove", "Erase its name, address and password", Remove);
  AddNamed(*command, context, flags, "link", "Make another link that signs it in once", Link);
  AddNamed(*command, context, flags, "password", "Set its password: the first line of standard input",
           SetPassword);
  command->footer(
      "With the server running or not; whoever may read the data folder may do all of it "
      "(docs/accounts.md).\n"
      "Examples:\n"
      "  seaworthy account add ann --role editor --mail ann@example.org\n"
      "  seaworthy account password ann < file");
}

}  // namespace seaworthy::cli
