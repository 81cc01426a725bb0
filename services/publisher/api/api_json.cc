#include "services/publisher/api/api_json.h"

#include "common/hash.h"
#include "services/publisher/api/api_json_parts.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

json EvidenceJson(const v1::Evidence& evidence) {
  return {{"announcement_id", evidence.announcement_id()},
          {"begin", evidence.begin()},
          {"end", evidence.end()},
          {"text", evidence.text()}};
}

json FactsJson(const v1::Revision& revision) {
  json facts = json::array();
  for (const v1::Fact& fact : revision.facts()) {
    facts.push_back({{"field", fact.field()},
                     {"value", fact.value()},
                     {"evidence", fact.has_evidence() ? EvidenceJson(fact.evidence()) : json(nullptr)},
                     {"tier", OrNull(TierWord(fact.tier()))},
                     {"checked_date", OrNull(fact.checked_date())},
                     {"method", fact.method().empty() ? "rules" : fact.method()}});
  }
  return facts;
}

json ClaimJson(const v1::Claim& claim) {
  json evidence = json::array();
  for (const v1::Evidence& item : claim.evidence()) evidence.push_back(EvidenceJson(item));
  return {{"text", claim.text()},
          {"kind", claim.kind() == v1::Claim::KIND_UNSPECIFIED
                       ? json(nullptr)
                       : json(LowerName(v1::Claim::Kind_Name(claim.kind())))},
          {"support", claim.support() == v1::Claim::SUPPORT_UNSPECIFIED
                          ? json(nullptr)
                          : json(LowerName(v1::Claim::Support_Name(claim.support())))},
          {"evidence", evidence},
          {"fact_fields", ArrayOf(claim.fact_fields())},
          {"due_date", OrNull(claim.due_date())},
          {"probability", claim.has_probability() ? json(claim.probability()) : json(nullptr)},
          {"decided_by", OrNull(claim.decided_by())}};
}

json UsageJson(const v1::Usage& usage) {
  return {{"input_tokens", usage.input_tokens()},
          {"cached_input_tokens", usage.cached_input_tokens()},
          {"output_tokens", usage.output_tokens()},
          {"cost_micro_usd", usage.has_cost_micro_usd() ? json(usage.cost_micro_usd()) : json(nullptr)}};
}

json MarkJson(const v1::Mark& mark) {
  return {{"begin", mark.begin()},
          {"end", mark.end()},
          {"text", mark.text()},
          {"kind", LowerName(v1::Mark::Kind_Name(mark.kind()))},
          {"support", LowerName(v1::Claim::Support_Name(mark.support()))},
          {"reason", OrNull(mark.reason())},
          {"accepted_by", OrNull(mark.accepted_by())},
          {"accepted_reason", OrNull(mark.accepted_reason())}};
}

// What only editors see of a verdict.
void AddForEditors(const v1::Verdict& verdict, json& view) {
  view["marks"] = json::array();
  for (const v1::Mark& mark : verdict.marks()) view["marks"].push_back(MarkJson(mark));
  view["competitor_tools"] = json::array();
  for (const std::string& id : verdict.competitor_tool_ids()) view["competitor_tools"].push_back(OrNull(id));
  view["quote_hash"] = Sha256Hex(verdict.quote());
  view["usage"] = UsageJson(verdict.provenance().usage());
}

}  // namespace

json VerdictJson(const v1::Verdict& verdict, bool all) {
  json beats = json::array();
  for (const v1::Beat& beat : verdict.beats()) {
    beats.push_back({{"id", beat.beat_id()},
                     {"title", beat.title()},
                     {"text", beat.text()},
                     {"begin", beat.begin()},
                     {"end", beat.end()}});
  }
  json claims = json::array();
  for (const v1::Claim& claim : verdict.claims()) claims.push_back(ClaimJson(claim));
  json view = {{"id", OrNull(verdict.verdict_id())},
               {"persona", verdict.persona_id()},
               {"vote", LowerName(v1::Vote_Name(verdict.vote()))},
               {"confidence", verdict.confidence()},
               {"quote", verdict.quote()},
               {"beats", beats},
               {"claims", claims},
               {"competitors", ArrayOf(verdict.competitors())},
               {"flip", OrNull(verdict.flip())},
               {"endpoint", OrNull(verdict.provenance().endpoint())},
               {"model", OrNull(verdict.provenance().model())},
               {"prompt_hash", OrNull(verdict.provenance().prompt_hash())},
               {"original_quote", OrNull(verdict.original_quote())},
               {"rule_based", verdict.provenance().rule_based()}};
  if (all) AddForEditors(verdict, view);
  return view;
}

namespace {

json PanelJson(const v1::Panel& panel) {
  return {{"ship_percent", panel.has_ship_percent() ? json(panel.ship_percent()) : json(nullptr)},
          {"ship", panel.ship()},
          {"total", panel.total()},
          {"expected", ArrayOf(panel.expected_personas())},
          {"failed", ArrayOf(panel.failed_personas())},
          {"full", panel.full()}};
}

json ConflictsJson(const v1::Revision& revision) {
  json conflicts = json::array();
  for (const v1::FactConflict& conflict : revision.conflicts()) {
    json values = json::array();
    for (const v1::ConflictingValue& value : conflict.values()) {
      values.push_back(
          {{"value", value.value()}, {"announcement_id", value.announcement_id()}, {"quote", value.quote()}});
    }
    conflicts.push_back({{"field", conflict.field()}, {"values", values}});
  }
  return conflicts;
}

json CorrectionsJson(const v1::Revision& revision) {
  json corrections = json::array();
  for (const v1::FactCorrection& correction : revision.corrections()) {
    corrections.push_back(
        {{"field", correction.field()},
         {"values", ArrayOf(correction.values())},
         {"corrected_values", ArrayOf(correction.corrected_values())},
         {"source_url", OrNull(correction.source_url())},
         {"reason", OrNull(correction.reason())},
         {"editor", correction.editor()},
         {"correct_time", TimeJson(correction.has_correct_time(), correction.correct_time())},
         {"asks", correction.asks()}});
  }
  return corrections;
}

}  // namespace

json AnnouncementJson(const v1::Announcement& announcement) {
  json state = nullptr;
  if (announcement.state() != v1::Announcement::STATE_UNSPECIFIED) {
    state = LowerName(v1::Announcement::State_Name(announcement.state()));
  }
  return {{"announcement_id", announcement.announcement_id()},
          {"state", state},
          {"reason", OrNull(announcement.reason())},
          {"tools", ArrayOf(announcement.tool_ids())},
          {"media_type", OrNull(announcement.media_type())},
          {"source_url", OrNull(announcement.source_url())},
          {"size_bytes", announcement.size_bytes()},
          {"reject_code", OrNull(announcement.reject_code())},
          {"source_id", OrNull(announcement.source_id())},
          {"entry_key", OrNull(announcement.entry_key())},
          {"tier", OrNull(TierWord(announcement.tier()))},
          {"feed", OrNull(announcement.feed_announcement_id())},
          {"entries", ArrayOf(announcement.entry_announcement_ids())},
          {"replaces", OrNull(announcement.replaces())},
          {"replaced_by", OrNull(announcement.replaced_by())},
          {"truncated", announcement.object_truncated()},
          {"receive_time", TimeJson(announcement.has_receive_time(), announcement.receive_time())}};
}

json ToolJson(const v1::ToolView& tool, bool all) {
  const v1::Revision& r = tool.revision();
  json verdicts = json::array();
  for (const v1::Verdict& verdict : tool.verdicts()) verdicts.push_back(VerdictJson(verdict, all));
  json view = {{"id", r.tool_id()},
               {"revision", r.number()},
               {"name", OrNull(r.name())},
               {"vendor", OrNull(r.vendor())},
               {"kind", OrNull(KindText(r.kind()))},
               {"category", OrNull(r.category())},
               {"tagline", OrNull(r.tagline())},
               {"description", OrNull(r.description())},
               {"modality", ArrayOf(r.modality())},
               {"parameters_b", ArrayOf(r.parameters_b())},
               {"license", OrNull(r.license())},
               {"formats", ArrayOf(r.formats())},
               {"context_tokens", r.has_context_tokens() ? json(r.context_tokens()) : json(nullptr)},
               {"pricing", OrNull(r.pricing())},
               {"entry_price_usd", r.has_entry_price_usd() ? json(r.entry_price_usd()) : json(nullptr)},
               {"entry_price_unit", OrNull(r.entry_price_unit())},
               {"release_date", OrNull(r.release_date())},
               {"links", ArrayOf(r.links())},
               {"source_urls", ArrayOf(r.source_urls())},
               {"announcement_ids", ArrayOf(r.announcement_ids())},
               {"facts", FactsJson(r)},
               {"verdicts", verdicts},
               {"panel", PanelJson(tool.panel())}};
  if (all) {
    view["conflicts"] = ConflictsJson(r);
    view["corrections"] = CorrectionsJson(r);
  }
  return view;
}

json ComparisonJson(const v1::Comparison& comparison) {
  return {{"id", comparison.comparison_id()},
          {"state", StateText(comparison.state())},
          {"content_hash", OrNull(comparison.content_hash())},
          {"published_hash", OrNull(comparison.published_hash())},
          {"by_hand", comparison.by_hand()},
          {"tools", {comparison.tool_a(), comparison.tool_b()}}};
}

json ComparisonViewJson(const v1::ComparisonView& view) {
  json comparison = ComparisonJson(view.comparison());
  comparison["tools"] = {ToolJson(view.content().a(), true), ToolJson(view.content().b(), true)};
  return comparison;
}

std::string StateText(v1::Comparison::State state) {
  if (state == v1::Comparison::STATE_UNSPECIFIED) return "";
  return LowerName(v1::Comparison::State_Name(state));
}

v1::Comparison::State StateOf(const std::string& word) {
  for (const auto state :
       {v1::Comparison::WAITING, v1::Comparison::DRAFTED, v1::Comparison::APPROVED, v1::Comparison::REJECTED,
        v1::Comparison::WITHDRAWN, v1::Comparison::SENT_BACK, v1::Comparison::SCHEDULED}) {
    if (StateText(state) == word) return state;
  }
  return v1::Comparison::STATE_UNSPECIFIED;
}

v1::DecisionKind DecisionKindOf(const std::string& word) {
  if (word == "approve") return v1::APPROVE;
  if (word == "reject") return v1::REJECT;
  if (word == "withdraw") return v1::WITHDRAW;
  return v1::DECISION_KIND_UNSPECIFIED;
}

v1::AmendmentKind AmendmentKindOf(const std::string& word) {
  if (word == "edit") return v1::EDIT_QUOTE;
  if (word == "accept") return v1::ACCEPT_MARK;
  return v1::AMENDMENT_KIND_UNSPECIFIED;
}

std::string DumpJson(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace seaworthy
