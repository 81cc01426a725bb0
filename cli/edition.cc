// `seaworthy edition` and `seaworthy subscribers`: the weekly digest and who
// gets it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/clock.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/publisher/edition/mail_ledger.h"
#include "services/publisher/edition/subscribers.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kTitleWidth = 60;
constexpr size_t kLineWidth = 100;

struct EditionFlags {
  std::string id;
  std::string hash;
  std::string reason;
  std::string address;
};

std::string StateName(v1::Edition::State state) {
  return absl::AsciiStrToLower(v1::Edition::State_Name(state));
}

absl::Status List(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto response, server.aggregator->ListEditions({}));
  std::vector<std::vector<std::string>> rows;
  for (const v1::Edition& edition : response.editions()) {
    rows.push_back({edition.edition_id(), StateName(edition.state()), absl::StrCat(edition.items_size()),
                    PrintableLine(edition.title(), kTitleWidth)});
  }
  std::printf("%s", rows.empty() ? "no week has been drafted yet\n" : Table(rows).c_str());
  return absl::OkStatus();
}

void Print(const v1::Edition& edition) {
  std::printf("%s  %s\n%s\n%s\n\n", edition.edition_id().c_str(), StateName(edition.state()).c_str(),
              PrintableLine(edition.title(), kLineWidth).c_str(), edition.content_hash().c_str());
  for (const v1::EditionItem& item : edition.items()) {
    std::printf("%s\n  %s\n", PrintableLine(item.item_id(), kLineWidth).c_str(),
                PrintableLine(absl::StrCat(item.title(), ": ", item.text()), kLineWidth).c_str());
  }
}

absl::Status Show(const Context& context, const EditionFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  v1::GetEditionRequest request;
  request.set_edition_id(flags.id);
  const auto edition = server.aggregator->GetEdition(request);
  if (absl::IsNotFound(edition.status())) return WithExitCode(edition.status(), kRejected);
  if (!edition.ok()) return edition.status();
  Print(*edition);
  return absl::OkStatus();
}

absl::Status Decide(const Context& context, const EditionFlags& flags, v1::EditionDecision::Kind kind) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  v1::DecideEditionRequest request;
  request.mutable_decision()->set_edition_id(flags.id);
  request.mutable_decision()->set_kind(kind);
  request.mutable_decision()->set_content_hash(flags.hash);
  request.mutable_decision()->set_reason(flags.reason);
  request.mutable_decision()->set_editor("cli");
  const auto edition = server.aggregator->DecideEdition(request);
  if (!edition.ok()) return WithExitCode(edition.status(), kRejected);
  std::printf("%s is %s\n", edition->edition_id().c_str(), StateName(edition->state()).c_str());
  return absl::OkStatus();
}

// The people of a folder that no server uses.
struct People {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<PeopleStore> store;
  std::unique_ptr<MailLedger> ledger;
  std::unique_ptr<Subscribers> subscribers;
};

absl::StatusOr<People> OpenPeople(const Context& context) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  People people;
  SEAWORTHY_ASSIGN_OR_RETURN(people.dir, DataDir::Open(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(people.store, PeopleStore::Open(people.dir->layout().people));
  people.ledger = std::make_unique<MailLedger>(people.store.get(), Clock::Real());
  people.subscribers = std::make_unique<Subscribers>(people.store.get(), people.ledger.get(), Clock::Real());
  return people;
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return time.seconds() == 0 ? "" : absl::FormatTime(absl::RFC3339_sec, TimeOf(time), absl::UTCTimeZone());
}

absl::Status ExportAddress(const Context& context, const EditionFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const People people, OpenPeople(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto found, people.subscribers->FindByAddress(flags.address));
  nlohmann::json json = {{"address", flags.address}, {"known", found.has_value()}};
  if (found.has_value()) {
    json["state"] = absl::AsciiStrToLower(v1::Subscriber::State_Name(found->state()));
    json["asked"] = TimeText(found->request_time());
    json["confirmed"] = TimeText(found->confirm_time());
    json["ended"] = TimeText(found->end_time());
    json["agreed_to"] = found->consent();
  }
  std::printf("%s\n", json.dump(2).c_str());
  return absl::OkStatus();
}

absl::Status EraseAddress(const Context& context, const EditionFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const People people, OpenPeople(context));
  SEAWORTHY_RETURN_IF_ERROR(people.subscribers->EraseAddress(flags.address));
  std::printf("whatever was known of that address is erased\n");
  return absl::OkStatus();
}

using Action = std::function<absl::Status()>;

}  // namespace

void AddEdition(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("edition", "The weekly digest: its drafts and decisions");
  command->require_subcommand(1);
  auto flags = std::make_shared<EditionFlags>();
  const auto add = [&](const char* name, const char* help, bool decides, const Action& action) {
    CLI::App* part = command->add_subcommand(name, help);
    AddDataFlag(*part, context);
    if (std::string(name) != "list") {
      part->add_option("week", flags->id, "Its week, such as 2026-W47")->required()->type_name("WEEK");
    }
    if (decides) {
      part->add_option("--hash", flags->hash, "The content as `seaworthy edition show` names it")->required();
      part->add_option("--reason", flags->reason, "Why; needed to reject");
    }
    part->callback([&context, action] { context.action = action; });
  };
  add("list", "Editions, newest first", false, [&context] { return List(context); });
  add("show", "One of them, with the hash of its content", false,
      [&context, flags] { return Show(context, *flags); });
  add("approve", "Makes it public and mails it", true,
      [&context, flags] { return Decide(context, *flags, v1::EditionDecision::APPROVE); });
  add("reject", "Sends it to nobody", true,
      [&context, flags] { return Decide(context, *flags, v1::EditionDecision::REJECT); });
  add("reopen", "Makes a rejected one a draft again", true,
      [&context, flags] { return Decide(context, *flags, v1::EditionDecision::REOPEN); });
}

void AddSubscribers(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("subscribers", "What is known of a mail address, and its erasure");
  command->require_subcommand(1);
  auto flags = std::make_shared<EditionFlags>();
  const auto add = [&](const char* name, const char* help, const Action& action) {
    CLI::App* part = command->add_subcommand(name, help);
    AddDataFlag(*part, context);
    part->add_option("address", flags->address, "The address")->required()->type_name("ADDRESS");
    part->callback([&context, action] { context.action = action; });
  };
  add("export", "Prints everything kept about an address, as JSON",
      [&context, flags] { return ExportAddress(context, *flags); });
  add("erase", "Erases an address for good", [&context, flags] { return EraseAddress(context, *flags); });
  command->footer(
      "No server may run on the folder; on one that runs, an admin erases on the desk's edition page.");
}

}  // namespace seaworthy::cli
