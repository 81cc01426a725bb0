#include "common/telemetry/event_span.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ids.h"
#include "common/telemetry/trace_context.h"
#include "common/timestamps.h"
#include "common/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTextBytes = 300;
constexpr int kMaxNames = 16;

// Fills a span from one event; what it does not know stays bare.
class Description {
 public:
  explicit Description(v1::TraceSpan* span) : span_(*span) {}

  void Describe(const v1::Event& event) {
    switch (event.payload_case()) {
      case v1::Event::kAnnouncementReceived:
        return Received(event.announcement_received().announcement());
      case v1::Event::kAnnouncementRejected:
        About(event.announcement_rejected().announcement_id());
        return Add("code", event.announcement_rejected().code());
      case v1::Event::kAnnouncementSplit:
        About(event.announcement_split().announcement_id());
        return Add("entries", event.announcement_split().entry_announcement_ids_size());
      case v1::Event::kToolAnnounced:
        return Announced(event.tool_announced());
      case v1::Event::kReviewRequested:
        return Requested(event.review_requested());
      case v1::Event::kVerdictGiven:
        return Given(event.verdict_given().verdict());
      case v1::Event::kReviewFailed:
        return Failed(event.review_failed());
      case v1::Event::kDeadLetter:
        Add("subscription", event.dead_letter().subscription());
        Add("reason", event.dead_letter().reason());
        return Add("attempts", event.dead_letter().attempts());
      case v1::Event::kVerdictAmended:
        About(event.verdict_amended().amendment().verdict_id());
        return;
      default:
        return Comparison(event);
    }
  }

 private:
  void About(const std::string& what) { span_.set_about(what); }
  void Add(const char* name, std::string_view value) {
    if (!value.empty()) (*span_.mutable_attributes())[name] = std::string(Utf8Prefix(value, kMaxTextBytes));
  }
  void Add(const char* name, uint64_t value) { (*span_.mutable_attributes())[name] = absl::StrCat(value); }

  void Received(const v1::Announcement& announcement) {
    About(announcement.announcement_id());
    Add("source", announcement.source_id());
    Add("bytes", announcement.size_bytes());
  }

  void Announced(const v1::ToolAnnounced& announced) {
    About(announced.announcement_id());
    std::vector<std::string> names;
    for (const v1::Revision& tool : announced.tools()) {
      if (names.size() < kMaxNames) names.push_back(tool.name());
    }
    Add("tools", absl::StrJoin(names, ", "));
  }

  void Requested(const v1::ReviewRequested& request) {
    About(absl::StrCat(request.revision().tool_id(), "@", request.revision().number()));
    Add("personas", absl::StrJoin(request.persona_ids(), ", "));
    if (request.carried_size() > 0) Add("carried", request.carried_size());
  }

  void Given(const v1::Verdict& verdict) {
    About(verdict.verdict_id());
    const v1::Provenance& from = verdict.provenance();
    Add("persona", verdict.persona_id());
    Add("vote", verdict.vote() == v1::SHIP ? "ship" : "skip");
    Add("endpoint", from.endpoint());
    Add("model", from.model());
    Add("attempts", from.attempts());
    Add("elapsed_ms", from.elapsed_ms());
    Add("input_tokens", from.usage().input_tokens());
    Add("output_tokens", from.usage().output_tokens());
    if (from.usage().has_cost_micro_usd()) Add("cost_micro_usd", from.usage().cost_micro_usd());
    if (from.from_cache()) Add("from_cache", "true");
  }

  void Failed(const v1::ReviewFailed& failed) {
    About(absl::StrCat(failed.tool_id(), "@", failed.revision(), "/", failed.persona_id()));
    Add("persona", failed.persona_id());
    Add("outcome", failed.outcome());
    Add("reason", failed.reason());
  }

  void Comparison(const v1::Event& event) {
    About(ComparisonOf(event));
    const bool asked = event.has_decision_submitted();
    if (!asked && !event.has_comparison_decided()) return;
    const v1::Decision& decision =
        asked ? event.decision_submitted().decision() : event.comparison_decided().decision();
    Add("decision", absl::AsciiStrToLower(v1::DecisionKind_Name(decision.kind())));
    Add("editor", decision.editor());
  }

  v1::TraceSpan& span_;
};

}  // namespace

std::string ComparisonOf(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kComparisonRequested:
      return event.comparison_requested().comparison_id();
    case v1::Event::kComparisonDrafted:
      return event.comparison_drafted().comparison_id();
    case v1::Event::kDecisionSubmitted:
      return event.decision_submitted().decision().comparison_id();
    case v1::Event::kComparisonDecided:
      return event.comparison_decided().decision().comparison_id();
    case v1::Event::kScheduleDue:
      return event.schedule_due().comparison_id();
    default:
      return "";
  }
}

v1::TraceSpan SpanOf(const Record& record, const v1::Event& event) {
  v1::TraceSpan span;
  EventTrace trace = TraceOf(record);
  span.set_trace_id(std::move(trace.trace_id));
  span.set_span_id(std::move(trace.span_id));
  span.set_parent_span_id(std::move(trace.parent_span_id));
  span.set_subject(record.subject);
  span.set_sequence(record.sequence);
  *span.mutable_create_time() = event.create_time();
  SetTimestamp(record.time, span.mutable_append_time());
  Description(&span).Describe(event);
  return span;
}

std::string_view ServiceOf(std::string_view subject) {
  if (subject == "verdict.given" || subject == "review.failed") return "reviewer";
  const bool ingest =
      subject.substr(0, 13) == "announcement." || subject == "tool.announced" || subject == "source.changed";
  return ingest ? "ingest" : "aggregator";
}

}  // namespace seaworthy
