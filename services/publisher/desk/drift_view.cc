#include "services/publisher/desk/drift_view.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kNamedFields = 5;

std::string ValuesOf(const v1::Revision& revision, const std::string& field) {
  std::vector<std::string> values;
  for (const v1::Fact& fact : revision.facts()) {
    if (fact.field() == field) values.push_back(fact.value());
  }
  return values.empty() ? "not known" : absl::StrJoin(values, ", ");
}

bool Ships(const v1::Panel& panel, const std::string& persona) {
  return std::find(panel.ship_personas().begin(), panel.ship_personas().end(), persona) !=
         panel.ship_personas().end();
}

// The vote now says what it was: it flipped.
std::string FlipText(const v1::Panel& now, const std::string& persona) {
  return Ships(now, persona) ? "skip → ship" : "ship → skip";
}

std::string MovedText(const v1::RevisionView& view) {
  if (!view.drift().has_panel_moved() || view.drift().panel_moved() == 0) return "";
  const int moved = view.drift().panel_moved();
  const int now = static_cast<int>(view.panel().ship_percent());
  return absl::StrCat("panel ship ", now - moved, "% → ", now, "%: ", std::abs(moved),
                      moved < 0 ? " points down" : " points up");
}

}  // namespace

json RevisionRow(const v1::RevisionView& view, const v1::RevisionView* before,
                 const std::vector<v1::Persona>& personas) {
  json changed = json::array();
  for (const std::string& field : view.drift().changed_fields()) {
    changed.push_back({{"label", FieldLabel(field)},
                       {"was", before == nullptr ? "" : ValuesOf(before->revision(), field)},
                       {"is", ValuesOf(view.revision(), field)}});
  }
  json flips = json::array();
  for (const std::string& persona : view.drift().flipped_personas()) {
    flips.push_back({{"persona", PersonaTitle(personas, persona)}, {"how", FlipText(view.panel(), persona)}});
  }
  const bool any = !changed.empty() || !flips.empty();
  return {{"number", view.revision().number()},
          {"panel", PanelView(view.panel())},
          {"announcements", view.revision().announcement_ids_size()},
          {"changed", changed},
          {"any_changed", !changed.empty()},
          {"flips", flips},
          {"any_flips", !flips.empty()},
          {"moved", Capitalised(MovedText(view))},
          {"large", view.drift().is_large()},
          {"first", !view.has_drift()},
          {"unchanged", view.has_drift() && !any && MovedText(view).empty()}};
}

std::string DriftSentence(const v1::ListRevisionsResponse& revisions,
                          const std::vector<v1::Persona>& personas) {
  if (revisions.revisions().empty() || !revisions.revisions(0).has_drift()) return "";
  const v1::RevisionView& newest = revisions.revisions(0);
  std::vector<std::string> parts;
  for (const std::string& persona : newest.drift().flipped_personas()) {
    parts.push_back(absl::StrCat(PersonaTitle(personas, persona), " ", FlipText(newest.panel(), persona)));
  }
  if (const std::string moved = MovedText(newest); !moved.empty()) parts.push_back(moved);
  std::vector<std::string> fields;
  for (const std::string& field : newest.drift().changed_fields()) {
    if (fields.size() < kNamedFields) fields.push_back(FieldLabel(field));
  }
  const size_t more = newest.drift().changed_fields_size() - fields.size();
  if (!fields.empty()) {
    parts.push_back(absl::StrCat("changed: ", absl::StrJoin(fields, ", "),
                                 more > 0 ? absl::StrCat(" and ", more, " more") : ""));
  }
  if (parts.empty()) return "";
  return absl::StrCat("revision ", newest.revision().number(), " against ", newest.drift().previous(), ": ",
                      absl::StrJoin(parts, "; "), ".");
}

}  // namespace seaworthy
