// What the machinery and the panel do, for editors and operators.
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_json_parts.h"

namespace seaworthy {
namespace {

using nlohmann::json;

json SpendJson(const v1::Spend& spend) {
  return {{"verdicts", spend.verdicts()},
          {"input_tokens", spend.input_tokens()},
          {"cached_input_tokens", spend.cached_input_tokens()},
          {"output_tokens", spend.output_tokens()},
          {"cost_micro_usd", spend.cost_micro_usd()},
          {"unpriced", spend.unpriced()}};
}

json CountsJson(const v1::PanelCounts& counts) {
  return {{"persona", counts.persona_id()},
          {"endpoint", OrNull(counts.endpoint())},
          {"model", OrNull(counts.model())},
          {"verdicts", counts.verdicts()},
          {"ship", counts.ship()},
          {"rule_based", counts.rule_based()},
          {"from_cache", counts.from_cache()},
          {"repaired", counts.repaired()},
          {"marks", counts.marks()},
          {"marks_unsupported", counts.marks_unsupported()},
          {"marks_contradicted", counts.marks_contradicted()},
          {"spend", SpendJson(counts.spend())}};
}

// Of those who spent anything.
json SpentByJson(const google::protobuf::RepeatedPtrField<v1::PanelCounts>& rows) {
  json spent_by = json::array();
  for (const v1::PanelCounts& row : rows) {
    if (row.spend().verdicts() == 0) continue;
    spent_by.push_back({{"persona", row.persona_id()},
                        {"endpoint", OrNull(row.endpoint())},
                        {"model", OrNull(row.model())},
                        {"spend", SpendJson(row.spend())}});
  }
  return spent_by;
}

}  // namespace

json StatusJson(const v1::AggregatorStatus& status) {
  json counts = json::object();
  for (const auto& [name, count] : status.counts()) counts[name] = count;
  json queues = json::array();
  for (const v1::QueueStatus& queue : status.queues()) {
    queues.push_back({{"name", queue.name()},
                      {"pending", queue.pending()},
                      {"in_flight", queue.in_flight()},
                      {"retrying", queue.retrying()},
                      {"dead", queue.dead()}});
  }
  return {{"counts", counts},
          {"spent_today", SpendJson(status.spent_today())},
          {"spent_total", SpendJson(status.spent_total())},
          {"spent_by", SpentByJson(status.spent_by())},
          {"spent_today_by", SpentByJson(status.spent_today_by())},
          {"queues", queues},
          {"log_sequence", status.log_sequence()},
          {"log_first_sequence", status.log_first_sequence()},
          {"log_retention_days", status.log_retention_days()},
          {"applied_sequence", status.applied_sequence()},
          {"leading", status.leading()},
          {"leader", OrNull(status.leader())}};
}

namespace {

json ResolutionJson(const v1::PredictionResolution& resolution) {
  return {{"outcome", LowerName(v1::PredictionResolution::Outcome_Name(resolution.outcome()))},
          {"source_url", OrNull(resolution.source_url())},
          {"note", OrNull(resolution.note())},
          {"resolve_time", TimeJson(resolution.has_resolve_time(), resolution.resolve_time())}};
}

}  // namespace

json PredictionsJson(const v1::ListPredictionsResponse& ledger) {
  json rows = json::array();
  for (const v1::Prediction& row : ledger.predictions()) {
    rows.push_back({{"id", OrNull(row.prediction_id())},
                    {"resolution", row.has_resolution() ? ResolutionJson(row.resolution()) : json(nullptr)},
                    {"due_date", row.due_date()},
                    {"probability", row.has_probability() ? json(row.probability()) : json(nullptr)},
                    {"text", row.text()},
                    {"decided_by", OrNull(row.decided_by())},
                    {"persona", row.persona_id()},
                    {"tool", row.tool_id()},
                    {"tool_name", OrNull(row.tool_name())},
                    {"revision", row.revision()},
                    {"verdict_id", OrNull(row.verdict_id())},
                    {"vote", LowerName(v1::Vote_Name(row.vote()))},
                    {"comparison", OrNull(row.comparison_id())}});
  }
  return rows;
}

json PanelHealthJson(const v1::PanelHealth& health) {
  json counts = json::array();
  for (const v1::PanelCounts& row : health.counts()) counts.push_back(CountsJson(row));
  json agreements = json::array();
  for (const v1::Agreement& row : health.agreements()) {
    agreements.push_back(
        {{"personas", {row.persona_a(), row.persona_b()}}, {"both", row.both()}, {"same", row.same()}});
  }
  json failures = json::array();
  for (const v1::FailureCount& row : health.failures()) {
    failures.push_back({{"persona", row.persona_id()}, {"outcome", row.outcome()}, {"count", row.count()}});
  }
  json likeness = json::array();
  for (const v1::Likeness& row : health.likeness()) {
    likeness.push_back({{"persona", row.persona_id()},
                        {"verdicts", row.verdicts()},
                        {"sequences", row.sequences()},
                        {"repeated_sequences", row.repeated_sequences()}});
  }
  return {{"counts", counts}, {"agreements", agreements}, {"failures", failures}, {"likeness", likeness}};
}

}  // namespace seaworthy
