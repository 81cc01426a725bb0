// `seaworthy review`: facts and verdicts of a document, without a server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/exit_code.h"
#include "cli/review_text.h"
#include "cli/terminal.h"
#include "cli/wiring.h"
#include "common/ids.h"
#include "common/status_macros.h"
#include "services/aggregator/identity/name_parts.h"
#include "services/aggregator/identity/tool_slug.h"
#include "services/publisher/api/api_json.h"

namespace seaworthy::cli {
namespace {

struct ReviewFlags {
  std::string input;
  std::string media_type;
  std::string source_url;
  bool json = false;
};

absl::StatusOr<v1::ExtractAnnouncementResponse> Extract(const ReviewFlags& flags, ObjectStore& objects) {
  absl::StatusOr<Document> document = ReadDocument(flags.input);
  if (!document.ok()) return WithExitCode(document.status(), kRejected);
  v1::ExtractAnnouncementRequest request;
  request.set_document(std::move(document->bytes));
  request.set_file_name(document->file_name);
  request.set_media_type(flags.media_type);
  request.set_source_url(flags.source_url);
  IngestService ingest({.log = nullptr, .objects = &objects, .clock = Clock::Real(), .workers = 0});
  absl::StatusOr<v1::ExtractAnnouncementResponse> response = ingest.ExtractAnnouncement(request);
  if (!response.ok()) {
    return WithExitCode(
        absl::Status(response.status().code(),
                     absl::StrCat(document->label, ": rejected: ", std::string(response.status().message()))),
        kRejected);
  }
  return response;
}

// All personas on one tool, as the desk would show it.
absl::StatusOr<v1::ToolView> ReviewTool(Panelists& panelists, v1::Revision revision) {
  revision.set_tool_id(identity::ToolSlug(
      identity::LastingName(revision.name(), revision.vendor(), revision.kind()), identity::kNewestRules));
  revision.set_number(1);
  v1::ToolView view;
  view.mutable_tool()->set_tool_id(revision.tool_id());
  *view.mutable_revision() = revision;
  v1::Panel& panel = *view.mutable_panel();
  for (const v1::Persona& persona : panelists.personas) {
    v1::ReviewRevisionRequest request;
    *request.mutable_request()->mutable_revision() = revision;
    request.set_persona_id(persona.persona_id());
    panel.add_expected_personas(persona.persona_id());
    const absl::StatusOr<v1::Verdict> verdict = panelists.reviewer->ReviewRevision(request);
    if (!verdict.ok()) {
      panel.add_failed_personas(persona.persona_id());
      panel.add_failures(std::string(verdict.status().message()));
      continue;
    }
    panel.add_given_personas(persona.persona_id());
    panel.set_ship(panel.ship() + (verdict->vote() == v1::SHIP ? 1 : 0));
    panel.set_total(panel.total() + 1);
    *view.add_verdicts() = *verdict;
  }
  panel.set_full(panel.total() == panelists.personas.size());
  if (panel.total() > 0) panel.set_ship_percent((200 * panel.ship() + panel.total()) / (2 * panel.total()));
  return view;
}

absl::Status Review(const Context& context, const ReviewFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(config, ResolveConfig(config));
  const std::unique_ptr<ObjectStore> objects = NewMemoryObjectStore();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto extracted, Extract(flags, *objects));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string text, objects->Put(extracted.text()));
  SEAWORTHY_ASSIGN_OR_RETURN(Panelists panelists, MakePanelists(config, objects.get()));
  nlohmann::json tools = nlohmann::json::array();
  std::vector<std::string> failures;
  for (v1::Revision revision : extracted.tools()) {
    revision.set_text_object(text);
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView view, ReviewTool(panelists, std::move(revision)));
    failures.insert(failures.end(), view.panel().failures().begin(), view.panel().failures().end());
    if (flags.json) {
      tools.push_back(ToolJson(view));
    } else {
      std::fputs(ReviewText(view, panelists.personas, OutputWidth(), OutputTakesColour()).c_str(), stdout);
    }
  }
  if (flags.json) std::fputs(DumpJson({{"tools", tools}}).c_str(), stdout);
  if (failures.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("not every reviewer answered: ", failures.front()));
}

}  // namespace

void AddReview(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("review", "Facts and verdicts of a document; needs no server");
  auto flags = std::make_shared<ReviewFlags>();
  command->add_option("input", flags->input, "A file, or `-` for standard input")
      ->required()
      ->type_name("FILE|-");
  AddConfigFlags(*command, context);
  command->add_option("--type", flags->media_type, "Media type, such as text/html (default: detected)")
      ->type_name("TYPE");
  command->add_option("--source-url", flags->source_url, "Where it was published")->type_name("URL");
  command->add_flag("--json", flags->json, "Print JSON: tools as GET /api/v1/tools/{id} gives them");
  command->footer(
      "Nothing is recorded and nothing is sent anywhere.\n"
      "Examples:\n"
      "  seaworthy review release.md\n"
      "  curl -s https://vendor.example/blog/release | seaworthy review - --type text/html --json");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Review(context, *flags); }; });
}

}  // namespace seaworthy::cli
