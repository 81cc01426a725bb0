#include "services/publisher/desk/tool_facts_view.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"
#include "services/publisher/pages/verdict_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// Where an announcement came from: its address as a link, or its id.
void AddSource(const std::string& id, const AnnouncementsById& announcements, json& view) {
  const auto it = announcements.find(id);
  const std::string url = it == announcements.end() ? "" : it->second.source_url();
  view["source_link"] = SafeHttpUrl(url).value_or("");
  view["source"] = url;
  view["announcement"] = id;
  view["announcement_path"] = id.empty() ? "" : absl::StrCat("/desk/announcements/", PercentEncode(id));
  view["source_tier"] = it == announcements.end() ? "" : TierText(it->second.tier());
}

json ValueView(const v1::Fact& fact, const AnnouncementsById& announcements) {
  json view = EvidenceView(fact.evidence());
  AddSource(fact.evidence().announcement_id(), announcements, view);
  view["value"] = fact.value();
  view["tier"] = TierText(fact.tier());
  view["checked"] = fact.checked_date();
  view["method"] = MethodText(fact.method());
  return view;
}

// An absent correction has every key too: none is looked up around it.
json CorrectionView(const v1::FactCorrection& correction) {
  const std::string values = absl::StrJoin(correction.values(), ", ");
  return {{"values", values.empty() ? "not known" : values},
          {"said_then", OrDash(absl::StrJoin(correction.corrected_values(), ", "))},
          {"reason", correction.reason()},
          {"who", correction.editor()},
          {"when", TimeText(correction.correct_time())},
          {"correction_link", SafeHttpUrl(correction.source_url()).value_or("")},
          {"asks", correction.asks()}};
}

json ConflictView(const v1::FactConflict& conflict, const AnnouncementsById& announcements) {
  json values = json::array();
  for (const v1::ConflictingValue& value : conflict.values()) {
    json view = {{"value", value.value()}, {"quote", value.quote()}, {"in_use", values.empty()}};
    AddSource(value.announcement_id(), announcements, view);
    values.push_back(std::move(view));
  }
  return values;
}

json Empty(const std::string& field) {
  return {{"field", field},      {"label", FieldLabel(field)},       {"values", json::array()},
          {"any_values", false}, {"conflict", json::array()},        {"in_conflict", false},
          {"corrected", false},  {"correction", CorrectionView({})}, {"asks", false},
          {"form_values", ""}};
}

}  // namespace

std::string MethodText(const std::string& method) {
  if (method == "llm") return "read by a language model";
  if (method == "editor") return "set by an editor";
  return method.empty() || method == "rules" ? "read by rules" : method;
}

json FactGroups(const v1::Revision& revision, const AnnouncementsById& announcements) {
  json groups = json::array();
  std::map<std::string, size_t> places;
  const auto group = [&groups, &places](const std::string& field) -> json& {
    const auto [it, is_new] = places.emplace(field, groups.size());
    if (is_new) groups.push_back(Empty(field));
    return groups[it->second];
  };
  for (const v1::Fact& fact : revision.facts()) {
    json& view = group(fact.field());
    view["values"].push_back(ValueView(fact, announcements));
    view["any_values"] = true;
    const std::string values = view["form_values"];
    view["form_values"] = values.empty() ? fact.value() : absl::StrCat(values, "\n", fact.value());
  }
  for (const v1::FactConflict& conflict : revision.conflicts()) {
    json& view = group(conflict.field());
    view["conflict"] = ConflictView(conflict, announcements);
    view["in_conflict"] = true;
  }
  for (const v1::FactCorrection& correction : revision.corrections()) {
    json& view = group(correction.field());
    view["correction"] = CorrectionView(correction);
    view["corrected"] = true;
    view["asks"] = correction.asks();
    view["form_values"] = absl::StrJoin(correction.values(), "\n");
  }
  return groups;
}

}  // namespace seaworthy
