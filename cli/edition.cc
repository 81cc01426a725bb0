// `seaworthy edition`: the weekly digest.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kTitleWidth = 60;
constexpr size_t kLineWidth = 100;

struct EditionFlags {
  std::string id;
  std::string hash;
  std::string reason;
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

}  // namespace seaworthy::cli
