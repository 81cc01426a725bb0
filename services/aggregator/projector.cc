#include "services/aggregator/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "common/telemetry/log_trace.h"
#include "common/telemetry/trace_context.h"
#include "services/aggregator/application.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/times.h"

namespace seaworthy {
namespace {

// By the clock of whoever asked.
absl::Time TimeAsked(const v1::Event& event) { return absl::FromUnixMicros(ToMicros(event.create_time())); }

}  // namespace

absl::Status Application::Apply(v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kAnnouncementReceived:
      return Received(event.announcement_received());
    case v1::Event::kAnnouncementRejected:
      return Rejected(event.announcement_rejected());
    case v1::Event::kAnnouncementSplit:
      return Split(event.announcement_split());
    case v1::Event::kToolAnnounced:
      return Announced(event.tool_announced());
    case v1::Event::kReviewRequested:
      return ReviewRequested(event.review_requested());
    case v1::Event::kVerdictGiven:
      return VerdictGiven(*event.mutable_verdict_given()->mutable_verdict());
    case v1::Event::kReviewFailed:
      return ReviewFailed(event.review_failed());
    case v1::Event::kComparisonRequested:
      return ComparisonRequested(event.comparison_requested());
    case v1::Event::kComparisonDrafted:
      return ComparisonDrafted(event.comparison_drafted());
    case v1::Event::kDecisionSubmitted:
      return DecisionSubmitted(event.decision_submitted().decision());
    case v1::Event::kVerdictAmended:
      return VerdictAmended(event.verdict_amended().amendment());
    case v1::Event::kDeadLetter:
      return DeadLetter(event.dead_letter());
    case v1::Event::kIdentityDecided:
      return IdentityDecided(event.identity_decided().decision());
    case v1::Event::kFactCorrected:
      return FactCorrected(event.fact_corrected().correction());
    case v1::Event::kPredictionResolved:
      return PredictionResolved(event.prediction_resolved().resolution());
    case v1::Event::kVoteCast:
      return VoteCast(event.vote_cast());
    case v1::Event::kDeadLetterReplayed:
      return DeadLetterReplayed(event.dead_letter_replayed());
    case v1::Event::kComparisonAssigned:
      return ComparisonAssigned(event.comparison_assigned().assignment(), TimeAsked(event));
    case v1::Event::kScheduleDue:
      return ScheduleDue(event.schedule_due(), event.create_time());
    case v1::Event::kEmbargoSet:
      return EmbargoSet(event.embargo_set().embargo(), event.create_time());
    case v1::Event::kCorrectionIssued:
      return CorrectionIssued(event.correction_issued());
    case v1::Event::kReviewRepeated:
      return ReviewRepeated(event.review_repeated().repeat());
    case v1::Event::kEditionDrafted:
      return EditionDrafted(event.edition_drafted().edition());
    case v1::Event::kEditionDecided:
      return EditionDecided(event.edition_decided().decision());
    case v1::Event::kComparisonDecided:
    case v1::Event::kSourceChanged:
    case v1::Event::PAYLOAD_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void Application::Emit(std::string dedup_id, v1::Event event) {
  *event.mutable_create_time() = TimeOf(record_);
  effects_.push_back(MakeEvent(std::move(dedup_id), event));
  SetCause(record_, &effects_.back());
}

size_t Application::NearestWanted() const {
  return std::max(kMaxKnownCompetitors, static_cast<size_t>(options_.max_pairs_per_tool));
}

absl::Status Projector::Apply(const Record& record, StateTransaction& state,
                              std::vector<NewEvent>& effects) const {
  const LogTrace trace(record);
  spdlog::debug("event {} ({}) is taken up", record.sequence, record.subject);
  v1::Event event;
  if (!event.ParseFromString(record.payload)) {
    spdlog::error("event {} ({}) cannot be understood and is passed over", record.sequence, record.subject);
    return AddToCounter(state, "events.unreadable", 1);
  }
  return Application(record, options_, state, effects).Apply(event);
}

}  // namespace seaworthy
