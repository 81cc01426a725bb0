#include "services/publisher/pages/page_view.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/charts.h"
#include "services/publisher/pages/cost_text.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"
#include "services/publisher/pages/verdict_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kDash[] = "—";

// The links among `urls` that may be followed, each with its host.
json LinkViews(const google::protobuf::RepeatedPtrField<std::string>& urls) {
  json links = json::array();
  for (const std::string& url : urls) {
    const auto safe = SafeHttpUrl(url);
    if (!safe.has_value()) continue;
    std::string label = safe->substr(safe->find("://") + 3);
    if (label.ends_with('/')) label.pop_back();
    links.push_back({{"url", *safe}, {"label", label}});
  }
  return links;
}

struct PersonaRow {
  std::string id;
  std::string title;
  std::string mandate;
};

// The personas whose verdicts the tools hold: configured ones in their order,
// then any other.
std::vector<PersonaRow> PersonaRows(const std::vector<v1::Persona>& personas,
                                    const std::vector<const v1::ToolView*>& tools) {
  std::vector<PersonaRow> rows;
  const auto has = [&tools](const std::string& id) {
    return std::any_of(tools.begin(), tools.end(),
                       [&id](const v1::ToolView* tool) { return FindVerdict(*tool, id) != nullptr; });
  };
  for (const v1::Persona& persona : personas) {
    if (has(persona.persona_id())) {
      rows.push_back({persona.persona_id(), persona.title(), persona.mandate()});
    }
  }
  for (const v1::ToolView* tool : tools) {
    for (const v1::Verdict& verdict : tool->verdicts()) {
      const auto known = [&verdict](const PersonaRow& row) { return row.id == verdict.persona_id(); };
      if (std::any_of(rows.begin(), rows.end(), known)) continue;
      rows.push_back({verdict.persona_id(), Capitalised(verdict.persona_id()), ""});
    }
  }
  return rows;
}

// What both tools are laid side by side in, and the fact it is read from.
struct Spec {
  const char* label;
  std::string value;
  const char* field;
};

std::vector<Spec> Specs(const v1::Revision& revision) {
  return {{"Vendor", revision.vendor(), "vendor"},
          {"Kind", Capitalised(KindText(revision.kind())), "kind"},
          {"Licence", revision.license(), "license"},
          {"Parameters", ParametersText(revision), "parameters_b"},
          {"Context", ContextText(revision), "context_tokens"},
          {"Formats", absl::StrJoin(revision.formats(), ", "), "formats"},
          {"Modality", absl::StrJoin(revision.modality(), ", "), "modality"},
          {"Entry price", PriceText(revision) == kDash ? "" : PriceText(revision), "entry_price_usd"},
          {"Released", revision.release_date(), "release_date"}};
}

// Who said it and when it was looked up, or that an editor did.
std::string SaidBy(const v1::Fact& fact) {
  const std::string tier = TierText(fact.tier());
  return absl::StrCat(tier.empty() ? "" : absl::StrCat("said by ", tier),
                      tier.empty() || fact.checked_date().empty() ? "" : ", ",
                      fact.checked_date().empty() ? "" : absl::StrCat("checked ", fact.checked_date()));
}

// The same of a revision's field; empty where nothing is known of it.
std::string SaidBy(const v1::Revision& revision, const Spec& spec) {
  if (spec.value.empty()) return "";
  for (const v1::Fact& fact : revision.facts()) {
    if (fact.field() == spec.field) return SaidBy(fact);
  }
  return "";
}

// A persona's beats, both tools' answers beside each other, in the order they
// are given.
json BeatRows(const v1::Verdict* a, const v1::Verdict* b) {
  json rows = json::array();
  std::map<std::string, size_t> places;
  const auto add = [&rows, &places](const v1::Verdict* verdict, const char* side) {
    if (verdict == nullptr) return;
    for (const v1::Beat& beat : verdict->beats()) {
      const auto [place, fresh] = places.emplace(beat.beat_id(), rows.size());
      if (fresh) rows.push_back({{"title", beat.title()}, {"a", kDash}, {"b", kDash}});
      rows[place->second][side] = beat.text();
    }
  };
  add(a, "a");
  add(b, "b");
  return rows;
}

json FactViews(const v1::Revision& revision) {
  json facts = json::array();
  for (const v1::Fact& fact : revision.facts()) {
    json view = EvidenceView(fact.evidence());
    view["label"] = FieldLabel(fact.field());
    view["value"] = fact.value();
    view["by"] = SaidBy(fact);
    view["quoted"] = !fact.evidence().text().empty();
    view["edited"] = fact.method() == "editor";
    facts.push_back(std::move(view));
  }
  return facts;
}

// What the announcement hid from a reader.
json HiddenViews(const v1::Revision& revision) {
  json views = json::array();
  for (const v1::HiddenText& hidden : revision.hidden_texts()) {
    views.push_back({{"kind", Capitalised(absl::StrReplaceAll(hidden.kind(), {{"_", " "}}))},
                     {"bytes", GroupedText(hidden.bytes())},
                     {"excerpt", hidden.excerpt()}});
  }
  return views;
}

bool AnyRuleBased(const v1::ToolView& tool) {
  return std::any_of(tool.verdicts().begin(), tool.verdicts().end(),
                     [](const v1::Verdict& verdict) { return verdict.provenance().rule_based(); });
}

// Votes as the meter shows them, in persona order.
json PipViews(const std::vector<v1::Vote>& votes) {
  json pips = json::array();
  for (const v1::Vote vote : votes) pips.push_back({{"ship", vote == v1::SHIP}});
  return pips;
}

std::vector<v1::Vote> PipVotes(const v1::ToolView& tool) {
  std::vector<v1::Vote> votes;
  for (const v1::Verdict& verdict : tool.verdicts()) votes.push_back(verdict.vote());
  return votes;
}

json EntryToolView(const PublishedTool& tool) {
  v1::Panel panel;
  std::vector<v1::Vote> votes;
  for (const v1::PersonaVote& vote : tool.votes) {
    votes.push_back(vote.vote());
    panel.set_ship(panel.ship() + (vote.vote() == v1::SHIP ? 1 : 0));
  }
  panel.set_total(static_cast<uint32_t>(votes.size()));
  if (!votes.empty()) panel.set_ship_percent((100 * panel.ship() + panel.total() / 2) / panel.total());
  json view = PanelView(panel);
  view["id"] = tool.id;
  view["name"] = tool.name;
  view["category"] = tool.category;
  view["pips"] = PipViews(votes);
  view["chart"] = FloatChart(tool.votes, "", tool.name, {});
  return view;
}

}  // namespace

std::string PersonaTitle(const std::vector<v1::Persona>& personas, const std::string& id) {
  for (const v1::Persona& persona : personas) {
    if (persona.persona_id() == id) return persona.title();
  }
  return Capitalised(id);
}

json PanelView(const v1::Panel& panel) {
  const bool voted = panel.total() > 0;
  const size_t expected = panel.expected_personas_size();
  return {{"percent", panel.has_ship_percent() ? absl::StrCat(panel.ship_percent(), "%") : kDash},
          {"ship", panel.ship()},
          {"total", panel.total()},
          {"said", voted ? absl::StrCat(panel.ship(), " of ", panel.total(), " ship") : "no verdicts yet"},
          {"full", panel.full()},
          {"missing",
           expected > panel.total() ? absl::StrCat(panel.total(), " of ", expected, " verdicts in") : ""},
          {"failures", [&panel] {
             json failures = json::array();
             for (int i = 0; i < panel.failed_personas_size(); ++i) {
               const std::string outcome = i < panel.failure_outcomes_size() ? panel.failure_outcomes(i) : "";
               failures.push_back({{"persona", panel.failed_personas(i)},
                                   {"reason", i < panel.failures_size() ? panel.failures(i) : ""},
                                   {"outcome", absl::StrReplaceAll(outcome, {{"_", " "}})},
                                   {"advice", OutcomeAdvice(outcome)}});
             }
             return failures;
           }()}};
}

json EntryView(const PublishedEntry& entry) {
  return {{"id", entry.id},
          {"a", EntryToolView(*entry.a)},
          {"b", EntryToolView(*entry.b)},
          {"date", absl::FormatTime("%Y-%m-%d", entry.decide_time, absl::UTCTimeZone())}};
}

json ToolPageView(const v1::ToolView& tool, const std::vector<v1::Persona>& personas) {
  const v1::Revision& revision = tool.revision();
  json specs = json::array();
  for (const Spec& spec : Specs(revision)) {
    if (spec.value.empty()) continue;
    specs.push_back({{"label", spec.label}, {"value", spec.value}, {"by", SaidBy(revision, spec)}});
  }
  json rows = json::array();
  for (const PersonaRow& row : PersonaRows(personas, {&tool})) {
    json verdict = VerdictView(tool, row.id, row.title);
    verdict["persona_id"] = row.id;
    verdict["mandate"] = row.mandate;
    rows.push_back(std::move(verdict));
  }
  return {{"id", revision.tool_id()},
          {"revision", revision.number()},
          {"name", revision.name()},
          {"vendor", revision.vendor()},
          {"category", OrDash(revision.category())},
          {"tagline", revision.tagline()},
          {"description", revision.description()},
          {"panel", PanelView(tool.panel())},
          {"pips", PipViews(PipVotes(tool))},
          {"community", {{"percent", kDash}, {"note", ""}, {"open", false}, {"discarded", ""}}},
          {"chart", FloatChart(VotesOf(tool), "", revision.name(), personas)},
          {"price", PriceText(revision)},
          {"specs", specs},
          {"released", revision.release_date()},
          {"sources", LinkViews(revision.source_urls())},
          {"links", LinkViews(revision.links())},
          {"any_links", !LinkViews(revision.links()).empty()},
          {"facts", FactViews(revision)},
          {"fact_count", revision.facts_size()},
          {"hidden", HiddenViews(revision)},
          {"any_hidden", revision.hidden_texts_size() > 0},
          {"announcements", absl::StrJoin(revision.announcement_ids(), ", ")},
          {"rule_based", AnyRuleBased(tool)},
          {"verdicts", rows}};
}

json ComparisonPageView(const v1::ComparisonContent& content, const std::vector<v1::Persona>& personas) {
  json rows = json::array();
  for (const PersonaRow& row : PersonaRows(personas, {&content.a(), &content.b()})) {
    json a = VerdictView(content.a(), row.id, row.title);
    json b = VerdictView(content.b(), row.id, row.title);
    json beats = BeatRows(FindVerdict(content.a(), row.id), FindVerdict(content.b(), row.id));
    const bool split = a["given"] && b["given"] && a["ship"] != b["ship"];
    rows.push_back({{"id", row.id},
                    {"title", row.title},
                    {"mandate", row.mandate},
                    {"split", split},
                    {"any_beats", !beats.empty()},
                    {"beat_rows", std::move(beats)},
                    {"a", std::move(a)},
                    {"b", std::move(b)}});
  }
  json specs = json::array();
  const auto a_specs = Specs(content.a().revision());
  const auto b_specs = Specs(content.b().revision());
  for (size_t i = 0; i < a_specs.size(); ++i) {
    if (a_specs[i].value.empty() && b_specs[i].value.empty()) continue;
    specs.push_back({{"label", a_specs[i].label},
                     {"a", OrDash(a_specs[i].value)},
                     {"b", OrDash(b_specs[i].value)},
                     {"a_by", SaidBy(content.a().revision(), a_specs[i])},
                     {"b_by", SaidBy(content.b().revision(), b_specs[i])},
                     {"differs", a_specs[i].value != b_specs[i].value}});
  }
  json a = ToolPageView(content.a(), personas);
  json b = ToolPageView(content.b(), personas);
  const bool rule_based = a["rule_based"] || b["rule_based"];
  return {{"id", content.comparison_id()},
          {"a_name", content.a().revision().name()},
          {"b_name", content.b().revision().name()},
          {"a", std::move(a)},
          {"b", std::move(b)},
          {"personas", rows},
          {"specs", specs},
          {"rule_based", rule_based},
          {"cost", CostLine(content)},
          {"title", absl::StrCat(content.a().revision().name(), " vs ", content.b().revision().name())}};
}

}  // namespace seaworthy
