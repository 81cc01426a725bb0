#include <algorithm>
#include <map>

#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {

v1::PublishedSummary SummaryOf(const v1::PublishedComparison& published) {
  v1::PublishedSummary summary;
  const auto fill = [](const v1::ToolView& tool, v1::PublishedToolSummary* out) {
    const v1::Revision& revision = tool.revision();
    out->set_tool_id(revision.tool_id());
    out->set_name(revision.name());
    out->set_vendor(revision.vendor());
    out->set_category(revision.category());
    out->set_kind(revision.kind());
    out->set_revision(revision.number());
    out->set_tagline(revision.tagline());
    for (const v1::Verdict& verdict : tool.verdicts()) {
      v1::PersonaVote* vote = out->add_votes();
      vote->set_persona_id(verdict.persona_id());
      vote->set_vote(verdict.vote());
      vote->set_confidence(verdict.confidence());
    }
  };
  summary.set_comparison_id(published.content().comparison_id());
  fill(published.content().a(), summary.mutable_a());
  fill(published.content().b(), summary.mutable_b());
  summary.set_content_hash(published.content_hash());
  *summary.mutable_decision() = published.decision();
  *summary.mutable_first_publish_time() = published.first_publish_time();
  *summary.mutable_publish_time() = published.publish_time();
  if (!published.corrections().empty()) {
    *summary.mutable_correct_time() = published.corrections(0).correct_time();
  }
  return summary;
}

absl::StatusOr<v1::ListPublishedChangesResponse> FakeAggregator::ListPublishedChanges(
    const v1::ListPublishedChangesRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  std::map<uint64_t, std::string> in_order;
  for (const auto& [id, sequence] : published_at_) in_order[sequence] = id;
  v1::ListPublishedChangesResponse response;
  response.set_next_sequence(request.after_sequence());
  const int limit = request.page_size() == 0 ? 500 : request.page_size();
  for (auto it = in_order.upper_bound(request.after_sequence()); it != in_order.end(); ++it) {
    if (response.changes_size() == limit) {
      response.set_more(true);
      return response;
    }
    v1::PublishedChange& change = *response.add_changes();
    change.set_comparison_id(it->second);
    change.set_sequence(it->first);
    const auto found = published_.find(it->second);
    if (found != published_.end()) *change.mutable_summary() = SummaryOf(found->second);
    response.set_next_sequence(it->first);
  }
  response.set_next_sequence(std::max(response.next_sequence(), sequence_));
  return response;
}

}  // namespace seaworthy
