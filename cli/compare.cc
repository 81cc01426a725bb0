// `seaworthy compare`: asks for a pair and shows it side by side.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kCellWidth = 36;

struct CompareFlags {
  std::string tool_a;
  std::string tool_b;
  bool json = false;
};

std::string StateName(v1::Comparison::State state) {
  return absl::AsciiStrToLower(v1::Comparison::State_Name(state));
}

std::string PanelText(const v1::Panel& panel) {
  if (!panel.has_ship_percent()) return "no verdict yet";
  return absl::StrCat(panel.ship_percent(), "% ship (", panel.ship(), " of ", panel.total(), ")");
}

std::string VoteText(const v1::ToolView& tool, const std::string& persona) {
  for (const v1::Verdict& verdict : tool.verdicts()) {
    if (verdict.persona_id() == persona) return verdict.vote() == v1::SHIP ? "ship" : "skip";
  }
  return "-";
}

void PrintComparison(const v1::ComparisonView& view) {
  const auto row = [](const std::string& label, const std::string& a, const std::string& b) {
    return std::vector<std::string>{label, PrintableLine(a, kCellWidth), PrintableLine(b, kCellWidth)};
  };
  const v1::ToolView& a = view.content().a();
  const v1::ToolView& b = view.content().b();
  std::vector<std::vector<std::string>> rows = {
      row("", a.revision().name(), b.revision().name()),
      row("vendor", a.revision().vendor(), b.revision().vendor()),
      row("category", a.revision().category(), b.revision().category()),
      row("licence", a.revision().license(), b.revision().license()),
      row("panel", PanelText(a.panel()), PanelText(b.panel()))};
  for (const std::string& persona : a.panel().expected_personas()) {
    rows.push_back(row(persona, VoteText(a, persona), VoteText(b, persona)));
  }
  std::printf("%s  %s\n\n%s", view.comparison().comparison_id().c_str(),
              StateName(view.comparison().state()).c_str(), Table(rows).c_str());
}

absl::Status Compare(const Context& context, const CompareFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServices(config));
  v1::RequestComparisonRequest request;
  request.set_tool_a(flags.tool_a);
  request.set_tool_b(flags.tool_b);
  request.set_editor("cli");
  const auto comparison = server.aggregator->RequestComparison(request);
  if (absl::IsNotFound(comparison.status()) || absl::IsInvalidArgument(comparison.status())) {
    return WithExitCode(comparison.status(), kRejected);
  }
  if (!comparison.ok()) return comparison.status();
  v1::GetComparisonRequest get;
  get.set_comparison_id(comparison->comparison_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ComparisonView view, server.aggregator->GetComparison(get));
  if (flags.json) {
    const nlohmann::json json = {{"id", view.comparison().comparison_id()},
                                 {"state", StateName(view.comparison().state())},
                                 {"content_hash", view.comparison().content_hash()},
                                 {"tools", {view.comparison().tool_a(), view.comparison().tool_b()}}};
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    PrintComparison(view);
  }
  return absl::OkStatus();
}

}  // namespace

void AddCompare(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("compare", "Ask the running server for a pair of tools");
  auto flags = std::make_shared<CompareFlags>();
  command->add_option("a", flags->tool_a, "A tool's id, such as mistral-next-70b")
      ->required()
      ->type_name("A");
  command->add_option("b", flags->tool_b, "Another tool's id")->required()->type_name("B");
  AddDataFlag(*command, context);
  command->add_flag("--json", flags->json, "Print JSON");
  command->footer(
      "The pair is drafted once both panels are full; an editor decides on the desk.\n"
      "Example:\n"
      "  seaworthy compare mistral-next-70b smolvlm-3b");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Compare(context, *flags); }; });
}

}  // namespace seaworthy::cli
