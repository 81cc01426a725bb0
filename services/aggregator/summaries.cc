#include "services/aggregator/summaries.h"

#include <string>
#include <string_view>

#include "common/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTaglineBytes = 300;

std::string FirstSentence(const v1::Revision& revision) {
  std::string_view text = revision.tagline();
  if (text.empty()) {
    text = revision.description();
    const size_t end = text.find(". ");
    if (end != std::string_view::npos) text = text.substr(0, end + 1);
  }
  return std::string(Utf8Prefix(text, kMaxTaglineBytes));
}

}  // namespace

v1::PublishedToolSummary SummarizeTool(const v1::ToolView& tool) {
  const v1::Revision& revision = tool.revision();
  v1::PublishedToolSummary summary;
  summary.set_tool_id(revision.tool_id());
  summary.set_name(revision.name());
  summary.set_vendor(revision.vendor());
  summary.set_category(revision.category());
  summary.set_kind(revision.kind());
  summary.set_revision(revision.number());
  for (const v1::Verdict& verdict : tool.verdicts()) {
    v1::PersonaVote* vote = summary.add_votes();
    vote->set_persona_id(verdict.persona_id());
    vote->set_vote(verdict.vote());
    vote->set_confidence(verdict.confidence());
  }
  summary.set_tagline(FirstSentence(revision));
  return summary;
}

v1::PublishedSummary Summarize(const v1::PublishedComparison& published) {
  v1::PublishedSummary summary;
  summary.set_comparison_id(published.content().comparison_id());
  *summary.mutable_a() = SummarizeTool(published.content().a());
  *summary.mutable_b() = SummarizeTool(published.content().b());
  summary.set_content_hash(published.content_hash());
  *summary.mutable_decision() = published.decision();
  summary.mutable_decision()->clear_reason();
  summary.mutable_decision()->clear_request_id();
  if (published.has_first_publish_time()) {
    *summary.mutable_first_publish_time() = published.first_publish_time();
  }
  if (published.has_publish_time()) *summary.mutable_publish_time() = published.publish_time();
  if (!published.corrections().empty()) {
    *summary.mutable_correct_time() = published.corrections(0).correct_time();
  }
  return summary;
}

}  // namespace seaworthy
