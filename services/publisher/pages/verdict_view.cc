#include "services/publisher/pages/verdict_view.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "services/publisher/pages/charts.h"
#include "services/publisher/pages/cost_text.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

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
          {"probability", claim.has_probability() ? PercentText(claim.probability()) : ""},
          {"decided_by", claim.decided_by()}};
}

json ProvenanceView(const v1::Provenance& provenance) {
  return {{"endpoint", OrDash(provenance.endpoint())},
          {"model", OrDash(provenance.model())},
          {"prompt_hash", OrDash(provenance.prompt_hash())},
          {"prompt_short", OrDash(provenance.prompt_hash().substr(0, 12))},
          {"request", OrDash(provenance.request_object())},
          {"answer", OrDash(provenance.answer_object())},
          {"asked", provenance.model_asked() == provenance.model() ? "" : provenance.model_asked()},
          {"parameters", provenance.parameters()},
          {"parser", provenance.parser_version()},
          {"usage", UsageText(provenance.usage())},
          {"took", provenance.elapsed_ms() == 0
                       ? ""
                       : absl::StrFormat("%.1f s", static_cast<double>(provenance.elapsed_ms()) / 1000)},
          {"from_cache", provenance.from_cache()},
          {"repaired", provenance.repaired()},
          {"batched", provenance.batched()},
          {"attempts", provenance.attempts()}};
}

// What the verdict names, and whether the store knows it.
json CompetitorViews(const v1::Verdict& verdict) {
  json views = json::array();
  for (int i = 0; i < verdict.competitors_size(); ++i) {
    const bool resolved = i < verdict.competitor_tool_ids_size();
    views.push_back({{"name", verdict.competitors(i)},
                     {"tool_id", resolved ? verdict.competitor_tool_ids(i) : ""},
                     {"unknown", resolved && verdict.competitor_tool_ids(i).empty()}});
  }
  return views;
}

json EmptyVerdict() {
  return {{"given", false},
          {"id", ""},
          {"vote", ""},
          {"ship", false},
          {"skip", false},
          {"confidence", ""},
          {"meter", 0},
          {"own_beats", false},
          {"quote", ""},
          {"beats", json::array()},
          {"flip", ""},
          {"claims", json::array()},
          {"claim_count", 0},
          {"weak_count", 0},
          {"weak", false},
          {"competitors", json::array()},
          {"edited", false},
          {"original", ""},
          {"quote_hash", ""},
          {"pieces", json::array()},
          {"marks", json::array()},
          {"any_marks", false},
          {"open_marks", 0},
          {"any_open", false},
          {"history", json::array()},
          {"any_history", false},
          {"any_competitors", false},
          {"rule_based", false},
          {"provenance", ProvenanceView({})}};
}

json GivenVerdict(const v1::Verdict& verdict) {
  json view = EmptyVerdict();
  const bool ship = verdict.vote() == v1::SHIP;
  view["given"] = true;
  view["id"] = verdict.verdict_id();
  view["vote"] = ship ? "Ship" : "Skip";
  view["ship"] = ship;
  view["skip"] = !ship;
  view["confidence"] = PercentText(verdict.confidence());
  view["meter"] = MeterWidth(verdict.confidence());
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
  view["competitors"] = CompetitorViews(verdict);
  view["any_competitors"] = verdict.competitors_size() > 0;
  view["edited"] = !verdict.original_quote().empty();
  view["original"] = verdict.original_quote();
  view["quote_hash"] = Sha256Hex(verdict.quote());
  view["pieces"] = QuotePieces(verdict);
  view["marks"] = MarkViews(verdict);
  view["any_marks"] = !view["marks"].empty();
  view["open_marks"] = CountOpenMarks(verdict);
  view["any_open"] = CountOpenMarks(verdict) > 0;
  view["rule_based"] = verdict.provenance().rule_based();
  view["provenance"] = ProvenanceView(verdict.provenance());
  return view;
}

}  // namespace

json EvidenceView(const v1::Evidence& evidence) {
  return {{"text", evidence.text()},
          {"announcement", evidence.announcement_id()},
          {"span", evidence.announcement_id().empty()
                       ? ""
                       : absl::StrCat("bytes ", evidence.begin(), "–", evidence.end())}};
}

const v1::Verdict* FindVerdict(const v1::ToolView& tool, const std::string& persona_id) {
  for (const v1::Verdict& verdict : tool.verdicts()) {
    if (verdict.persona_id() == persona_id) return &verdict;
  }
  return nullptr;
}

json VerdictView(const v1::ToolView& tool, const std::string& persona_id, const std::string& title) {
  const v1::Verdict* verdict = FindVerdict(tool, persona_id);
  json view = verdict == nullptr ? EmptyVerdict() : GivenVerdict(*verdict);
  view["tool"] = tool.revision().name();
  view["persona_title"] = title;
  return view;
}

}  // namespace seaworthy
