#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/aggregator/projector.h"

namespace seaworthy {
namespace {

const char* SubjectOf(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kReviewRequested:
      return "review.requested";
    case v1::Event::kComparisonRequested:
      return "comparison.requested";
    case v1::Event::kComparisonDrafted:
      return "comparison.drafted";
    case v1::Event::kDecisionSubmitted:
      return "decision.submitted";
    case v1::Event::kVerdictAmended:
      return "verdict.amended";
    case v1::Event::kIdentityDecided:
      return "identity.decided";
    case v1::Event::kFactCorrected:
      return "fact.corrected";
    case v1::Event::kCorrectionIssued:
      return "correction.issued";
    case v1::Event::kEmbargoSet:
      return "embargo.set";
    case v1::Event::kScheduleDue:
      return "schedule.due";
    case v1::Event::kReviewRepeated:
      return "review.repeated";
    case v1::Event::kComparisonAssigned:
      return "comparison.assigned";
    case v1::Event::kPredictionResolved:
      return "prediction.resolved";
    case v1::Event::kVoteCast:
      return "vote.cast";
    case v1::Event::kDeadLetterReplayed:
      return "dead_letter.replayed";
    case v1::Event::kEditionDrafted:
      return "edition.drafted";
    case v1::Event::kEditionDecided:
      return "edition.decided";
    case v1::Event::kComparisonDecided:
      switch (event.comparison_decided().decision().kind()) {
        case v1::APPROVE:
        case v1::ROLL_BACK:
        case v1::CORRECT:
          return "comparison.approved";
        case v1::REJECT:
          return "comparison.rejected";
        case v1::WITHDRAW:
          return "comparison.withdrawn";
        default:
          return "comparison.decided";
      }
    default:
      return "unknown";
  }
}

}  // namespace

NewEvent MakeEvent(std::string dedup_id, const v1::Event& event) {
  NewEvent made;
  made.dedup_id = std::move(dedup_id);
  made.subject = SubjectOf(event);
  made.payload = SerializeDeterministically(event);
  return made;
}

std::string EncodeOutcome(const absl::Status& status) {
  return absl::StrCat(status.raw_code(), " ", status.message());
}

absl::Status DecodeOutcome(std::string_view encoded) {
  const size_t space = encoded.find(' ');
  int code = 0;
  if (space == std::string_view::npos || !absl::SimpleAtoi(std::string(encoded.substr(0, space)), &code)) {
    return absl::DataLossError("the store holds a damaged outcome; run `seaworthy rebuild`");
  }
  return {static_cast<absl::StatusCode>(code), std::string(encoded.substr(space + 1))};
}

}  // namespace seaworthy
