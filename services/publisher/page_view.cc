#include "services/publisher/page_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/url_codec.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr absl::string_view kDash = "—";

std::string OrDash(std::string text) { return text.empty() ? std::string(kDash) : text; }

// 1234567 as 1,234,567.
std::string Grouped(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

std::string Capitalised(std::string text) {
  if (!text.empty()) text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  return text;
}

std::string ParameterText(double billions) {
  if (billions >= 1000) return absl::StrFormat("%gT", billions / 1000);
  if (billions < 1) return absl::StrFormat("%gM", std::round(billions * 1e6) / 1e3);
  return absl::StrFormat("%gB", billions);
}

std::string Percent(double share) {
  return absl::StrCat(std::lround(std::clamp(share, 0.0, 1.0) * 100), "%");
}

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

json EvidenceView(const v1::Evidence& evidence) {
  return {{"text", evidence.text()},
          {"announcement", evidence.announcement_id()},
          {"span", evidence.announcement_id().empty()
                       ? ""
                       : absl::StrCat("bytes ", evidence.begin(), "–", evidence.end())}};
}

std::string ClaimKind(v1::Claim::Kind kind) {
  switch (kind) {
    case v1::Claim::FACT:
      return "Fact";
    case v1::Claim::JUDGMENT:
      return "Judgment";
    case v1::Claim::PREDICTION:
      return "Prediction";
    default:
      return "Claim";
  }
}

std::string ClaimSupport(v1::Claim::Support support) {
  switch (support) {
    case v1::Claim::SUPPORTED:
      return "backed by the announcement";
    case v1::Claim::UNSUPPORTED:
      return "no evidence";
    case v1::Claim::CONTRADICTED:
      return "contradicted";
    default:
      return "not checked";
  }
}

json ClaimView(const v1::Claim& claim) {
  json evidence = json::array();
  for (const v1::Evidence& item : claim.evidence()) evidence.push_back(EvidenceView(item));
  std::vector<std::string> fields;
  for (const std::string& field : claim.fact_fields()) fields.push_back(FieldLabel(field));
  return {{"text", claim.text()},
          {"kind", ClaimKind(claim.kind())},
          {"support", ClaimSupport(claim.support())},
          {"supported", claim.support() == v1::Claim::SUPPORTED},
          {"unsupported", claim.support() == v1::Claim::UNSUPPORTED},
          {"contradicted", claim.support() == v1::Claim::CONTRADICTED},
          {"evidence", evidence},
          {"fields", absl::StrJoin(fields, ", ")},
          {"due", claim.due_date()},
          {"probability", claim.has_probability() ? Percent(claim.probability()) : ""},
          {"decided_by", claim.decided_by()}};
}

json ProvenanceView(const v1::Provenance& provenance) {
  return {{"endpoint", OrDash(provenance.endpoint())},
          {"model", OrDash(provenance.model())},
          {"prompt_hash", OrDash(provenance.prompt_hash())},
          {"prompt_short", OrDash(provenance.prompt_hash().substr(0, 12))},
          {"request", OrDash(provenance.request_object())},
          {"answer", OrDash(provenance.answer_object())},
          {"attempts", provenance.attempts()}};
}

json EmptyVerdict() {
  return {{"given", false},      {"id", ""},
          {"vote", ""},          {"ship", false},
          {"skip", false},       {"confidence", ""},
          {"quote", ""},         {"beats", json::array()},
          {"flip", ""},          {"claims", json::array()},
          {"claim_count", 0},    {"weak_count", 0},
          {"weak", false},       {"competitors", ""},
          {"rule_based", false}, {"provenance", ProvenanceView({})}};
}

json VerdictView(const v1::Verdict& verdict) {
  json view = EmptyVerdict();
  const bool ship = verdict.vote() == v1::SHIP;
  view["given"] = true;
  view["id"] = verdict.verdict_id();
  view["vote"] = ship ? "Ship" : "Skip";
  view["ship"] = ship;
  view["skip"] = !ship;
  view["confidence"] = Percent(verdict.confidence());
  view["quote"] = verdict.quote();
  view["flip"] = verdict.flip();
  int weak = 0;
  for (const v1::Beat& beat : verdict.beats()) {
    view["beats"].push_back({{"title", beat.title()}, {"text", beat.text()}});
  }
  for (const v1::Claim& claim : verdict.claims()) {
    view["claims"].push_back(ClaimView(claim));
    weak += claim.support() == v1::Claim::UNSUPPORTED || claim.support() == v1::Claim::CONTRADICTED;
  }
  view["claim_count"] = verdict.claims_size();
  view["weak_count"] = weak;
  view["weak"] = weak > 0;
  view["competitors"] = absl::StrJoin(verdict.competitors(), ", ");
  view["rule_based"] = verdict.provenance().rule_based();
  view["provenance"] = ProvenanceView(verdict.provenance());
  return view;
}

const v1::Verdict* FindVerdict(const v1::ToolView& tool, const std::string& persona_id) {
  for (const v1::Verdict& verdict : tool.verdicts()) {
    if (verdict.persona_id() == persona_id) return &verdict;
  }
  return nullptr;
}

json VerdictOf(const v1::ToolView& tool, const std::string& persona_id, const std::string& title) {
  const v1::Verdict* verdict = FindVerdict(tool, persona_id);
  json view = verdict == nullptr ? EmptyVerdict() : VerdictView(*verdict);
  view["tool"] = tool.revision().name();
  view["persona_title"] = title;
  return view;
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

std::string ContextText(const v1::Revision& revision) {
  return revision.has_context_tokens() ? absl::StrCat(Grouped(revision.context_tokens()), " tokens") : "";
}

// What both tools are laid side by side in.
std::vector<std::pair<std::string, std::string>> Specs(const v1::Revision& revision) {
  return {{"Vendor", revision.vendor()},
          {"Kind", Capitalised(KindText(revision.kind()))},
          {"Licence", revision.license()},
          {"Parameters", ParametersText(revision)},
          {"Context", ContextText(revision)},
          {"Formats", absl::StrJoin(revision.formats(), ", ")},
          {"Modality", absl::StrJoin(revision.modality(), ", ")},
          {"Entry price", PriceText(revision) == kDash ? "" : PriceText(revision)},
          {"Released", revision.release_date()}};
}

json FactViews(const v1::Revision& revision) {
  json facts = json::array();
  for (const v1::Fact& fact : revision.facts()) {
    json view = EvidenceView(fact.evidence());
    view["label"] = FieldLabel(fact.field());
    view["value"] = fact.value();
    facts.push_back(std::move(view));
  }
  return facts;
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

std::vector<v1::Vote> VotesOf(const v1::ToolView& tool) {
  std::vector<v1::Vote> votes;
  for (const v1::Verdict& verdict : tool.verdicts()) votes.push_back(verdict.vote());
  return votes;
}

json EntryToolView(const PublishedTool& tool) {
  json view = PanelView(tool.panel);
  view["id"] = tool.id;
  view["name"] = tool.name;
  view["category"] = tool.category;
  view["pips"] = PipViews(tool.votes);
  return view;
}

}  // namespace

std::string PriceText(const v1::Revision& revision) {
  if (revision.has_entry_price_usd()) {
    const double price = revision.entry_price_usd();
    if (price == 0) return "Free";
    const double cents = price * 100;
    const bool whole = price == std::floor(price);
    const bool in_cents = std::abs(cents - std::round(cents)) < 1e-6;
    std::string text = whole      ? absl::StrFormat("$%.0f", price)
                       : in_cents ? absl::StrFormat("$%.2f", price)
                                  : absl::StrFormat("$%g", price);
    if (!revision.entry_price_unit().empty()) absl::StrAppend(&text, " / ", revision.entry_price_unit());
    return text;
  }
  return revision.pricing() == "free" ? "Free" : std::string(kDash);
}

std::string ParametersText(const v1::Revision& revision) {
  return absl::StrJoin(revision.parameters_b(), ", ",
                       [](std::string* out, double billions) { out->append(ParameterText(billions)); });
}

std::string KindText(v1::ToolKind kind) {
  switch (kind) {
    case v1::MODEL:
      return "model";
    case v1::LIBRARY:
      return "library";
    case v1::APPLICATION:
      return "application";
    case v1::SERVICE:
      return "service";
    case v1::DATASET:
      return "dataset";
    case v1::OTHER:
      return "other";
    default:
      return "";
  }
}

std::string FieldLabel(const std::string& field) {
  static const auto* const kLabels =
      new std::map<std::string, std::string>{{"parameters_b", "Parameters (billions)"},
                                             {"license", "Licence"},
                                             {"context_tokens", "Context (tokens)"},
                                             {"entry_price_usd", "Entry price (USD)"},
                                             {"formats", "Format"},
                                             {"links", "Link"},
                                             {"base", "Made from"},
                                             {"use_case", "Use case"},
                                             {"fine_tuning", "Fine-tuning"},
                                             {"language", "Natural language"}};
  const auto it = kLabels->find(field);
  if (it != kLabels->end()) return it->second;
  return Capitalised(absl::StrReplaceAll(field, {{"_", " "}}));
}

std::string DateText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

json PanelView(const v1::Panel& panel) {
  const bool voted = panel.total() > 0;
  const size_t expected = panel.expected_personas_size();
  return {
      {"percent", panel.has_ship_percent() ? absl::StrCat(panel.ship_percent(), "%") : std::string(kDash)},
      {"ship", panel.ship()},
      {"total", panel.total()},
      {"said", voted ? absl::StrCat(panel.ship(), " of ", panel.total(), " ship") : "no verdicts yet"},
      {"full", panel.full()},
      {"missing",
       expected > panel.total() ? absl::StrCat(panel.total(), " of ", expected, " verdicts in") : ""},
      {"failures", [&panel] {
         json failures = json::array();
         for (int i = 0; i < panel.failed_personas_size(); ++i) {
           failures.push_back({{"persona", panel.failed_personas(i)},
                               {"reason", i < panel.failures_size() ? panel.failures(i) : ""}});
         }
         return failures;
       }()}};
}

json EntryView(const PublishedEntry& entry) {
  return {{"id", entry.id},
          {"a", EntryToolView(entry.a)},
          {"b", EntryToolView(entry.b)},
          {"date", absl::FormatTime("%Y-%m-%d", entry.decide_time, absl::UTCTimeZone())}};
}

json ToolPageView(const v1::ToolView& tool, const std::vector<v1::Persona>& personas) {
  const v1::Revision& revision = tool.revision();
  json specs = json::array();
  for (const auto& [label, value] : Specs(revision)) {
    if (!value.empty()) specs.push_back({{"label", label}, {"value", value}});
  }
  json rows = json::array();
  for (const PersonaRow& row : PersonaRows(personas, {&tool})) {
    json verdict = VerdictOf(tool, row.id, row.title);
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
          {"pips", PipViews(VotesOf(tool))},
          {"community", std::string(kDash)},
          {"price", PriceText(revision)},
          {"specs", specs},
          {"released", revision.release_date()},
          {"sources", LinkViews(revision.source_urls())},
          {"links", LinkViews(revision.links())},
          {"facts", FactViews(revision)},
          {"fact_count", revision.facts_size()},
          {"announcements", absl::StrJoin(revision.announcement_ids(), ", ")},
          {"rule_based", AnyRuleBased(tool)},
          {"verdicts", rows}};
}

json ComparisonPageView(const v1::ComparisonContent& content, const std::vector<v1::Persona>& personas) {
  json rows = json::array();
  for (const PersonaRow& row : PersonaRows(personas, {&content.a(), &content.b()})) {
    json a = VerdictOf(content.a(), row.id, row.title);
    json b = VerdictOf(content.b(), row.id, row.title);
    const bool split = a["given"] && b["given"] && a["ship"] != b["ship"];
    rows.push_back({{"id", row.id},
                    {"title", row.title},
                    {"mandate", row.mandate},
                    {"split", split},
                    {"a", std::move(a)},
                    {"b", std::move(b)}});
  }
  json specs = json::array();
  const auto a_specs = Specs(content.a().revision());
  const auto b_specs = Specs(content.b().revision());
  for (size_t i = 0; i < a_specs.size(); ++i) {
    if (a_specs[i].second.empty() && b_specs[i].second.empty()) continue;
    specs.push_back({{"label", a_specs[i].first},
                     {"a", OrDash(a_specs[i].second)},
                     {"b", OrDash(b_specs[i].second)},
                     {"differs", a_specs[i].second != b_specs[i].second}});
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
          {"title", absl::StrCat(content.a().revision().name(), " vs ", content.b().revision().name())}};
}

}  // namespace seaworthy
