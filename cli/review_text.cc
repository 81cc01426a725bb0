#include "cli/review_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/terminal.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kValueWidth = 40;

std::string Heading(const v1::Revision& revision, bool colour) {
  std::string text = Paint(PrintableLine(revision.name(), kValueWidth * 2), Ink::kBold, colour);
  if (!revision.vendor().empty())
    absl::StrAppend(&text, "  by ", PrintableLine(revision.vendor(), kValueWidth));
  return text + "\n";
}

// Field, value and the words that say so.
std::string FactTable(const v1::Revision& revision, size_t width) {
  std::vector<std::vector<std::string>> rows = {{"FACT", "VALUE", "EVIDENCE"}};
  const size_t evidence_width = width > kValueWidth + 44 ? width - kValueWidth - 24 : 20;
  for (const v1::Fact& fact : revision.facts()) {
    rows.push_back({PrintableLine(fact.field(), 20), PrintableLine(fact.value(), kValueWidth),
                    PrintableLine(fact.evidence().text(), evidence_width)});
  }
  return rows.size() == 1 ? "  no facts found\n" : Table(rows);
}

std::string PanelLine(const v1::ToolView& view) {
  const v1::Panel& panel = view.panel();
  if (panel.total() == 0) return "Panel: no verdict\n";
  std::string line =
      absl::StrCat("Panel: ", panel.ship_percent(), "% ship (", panel.ship(), " of ", panel.total(), ")");
  const int missing = panel.failed_personas_size();
  if (missing > 0) absl::StrAppend(&line, ", ", missing, " missing");
  const bool rules =
      std::any_of(view.verdicts().begin(), view.verdicts().end(),
                  [](const v1::Verdict& verdict) { return verdict.provenance().rule_based(); });
  if (rules) absl::StrAppend(&line, "; written by rules, no model was asked");
  return line + "\n";
}

std::string TitleOf(const std::vector<v1::Persona>& personas, const std::string& id) {
  for (const v1::Persona& persona : personas) {
    if (persona.persona_id() == id) return persona.title();
  }
  return id;
}

std::string VerdictText(const v1::Verdict& verdict, const std::string& title, size_t width, bool colour) {
  const bool ship = verdict.vote() == v1::SHIP;
  return absl::StrCat("\n", Paint(ship ? "SHIP" : "SKIP", ship ? Ink::kGreen : Ink::kRed, colour), "  ",
                      Paint(title, Ink::kBold, colour),
                      absl::StrFormat("  confidence %.2f\n", verdict.confidence()),
                      Wrap(verdict.quote(), width, "      "));
}

}  // namespace

std::string ReviewText(const v1::ToolView& view, const std::vector<v1::Persona>& personas, size_t width,
                       bool colour) {
  const v1::Revision& revision = view.revision();
  std::string text = Heading(revision, colour);
  for (const std::string& line : {revision.tagline(), revision.description()}) {
    if (!line.empty()) absl::StrAppend(&text, Wrap(line, width, ""));
  }
  absl::StrAppend(&text, "\n", FactTable(revision, width), "\n", PanelLine(view));
  for (const v1::Verdict& verdict : view.verdicts()) {
    absl::StrAppend(&text, VerdictText(verdict, TitleOf(personas, verdict.persona_id()), width, colour));
  }
  for (int i = 0; i < view.panel().failed_personas_size(); ++i) {
    const std::string title = TitleOf(personas, view.panel().failed_personas(i));
    absl::StrAppend(&text, "\n", Paint("MISSING", Ink::kYellow, colour), "  ", title, "\n",
                    Wrap(i < view.panel().failures_size() ? view.panel().failures(i) : "", width, "      "));
  }
  return text + "\n";
}

}  // namespace seaworthy::cli
