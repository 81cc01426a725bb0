// What is public, as readers see it.
#include <algorithm>

#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_json_parts.h"

namespace seaworthy {

using nlohmann::json;

json PublishedJson(const v1::PublishedComparison& published) {
  return {
      {"id", published.content().comparison_id()},
      {"state", "approved"},
      {"content_hash", published.content_hash()},
      {"published_hash", published.content_hash()},
      {"approve_time", TimeJson(published.decision().has_decide_time(), published.decision().decide_time())},
      {"tools", {ToolJson(published.content().a()), ToolJson(published.content().b())}}};
}

json ToolSummaryJson(const v1::PublishedToolSummary& tool) {
  const auto ships = std::count_if(tool.votes().begin(), tool.votes().end(),
                                   [](const v1::PersonaVote& vote) { return vote.vote() == v1::SHIP; });
  return {
      {"id", tool.tool_id()},
      {"name", tool.name()},
      {"vendor", OrNull(tool.vendor())},
      {"category", OrNull(tool.category())},
      {"kind", tool.kind() == v1::TOOL_KIND_UNSPECIFIED ? json(nullptr)
                                                        : json(LowerName(v1::ToolKind_Name(tool.kind())))},
      {"tagline", OrNull(tool.tagline())},
      {"ship", ships},
      {"total", tool.votes_size()}};
}

json SummaryJson(const v1::PublishedSummary& summary) {
  return {{"id", summary.comparison_id()},
          {"content_hash", summary.content_hash()},
          {"publish_time", TimeJson(summary.has_publish_time(), summary.publish_time())},
          {"correct_time", TimeJson(summary.has_correct_time(), summary.correct_time())},
          {"tools", {ToolSummaryJson(summary.a()), ToolSummaryJson(summary.b())}}};
}

json ChangeJson(const v1::PublishedChange& change) {
  const v1::PublishedSummary& now = change.summary();
  return {{"comparison", change.comparison_id()},
          {"sequence", change.sequence()},
          {"state", change.has_summary() ? "published" : "withdrawn"},
          {"content_hash", OrNull(now.content_hash())},
          {"publish_time", TimeJson(now.has_publish_time(), now.publish_time())},
          {"correct_time", TimeJson(now.has_correct_time(), now.correct_time())}};
}

json CorrectionJson(const v1::Correction& correction) {
  return {{"id", correction.correction_id()},
          {"note", correction.note()},
          {"was", OrNull(correction.was())},
          {"verdict_id", OrNull(correction.verdict_id())},
          {"tool", OrNull(correction.tool_id())},
          {"field", OrNull(correction.field())},
          {"comparisons", ArrayOf(correction.comparison_ids())},
          {"correct_time", TimeJson(correction.has_correct_time(), correction.correct_time())}};
}

json EditionJson(const v1::Edition& edition) {
  json items = json::array();
  for (const v1::EditionItem& item : edition.items()) {
    items.push_back({{"id", item.item_id()},
                     {"kind", LowerName(v1::EditionItem::Kind_Name(item.kind()))},
                     {"title", item.title()},
                     {"text", item.text()},
                     {"path", OrNull(item.path())}});
  }
  return {{"id", edition.edition_id()},
          {"title", edition.title()},
          {"introduction", OrNull(edition.introduction())},
          {"items", items},
          {"items_left_out", edition.items_left_out()},
          {"begin_time", TimeJson(edition.has_begin_time(), edition.begin_time())},
          {"end_time", TimeJson(edition.has_end_time(), edition.end_time())}};
}

}  // namespace seaworthy
