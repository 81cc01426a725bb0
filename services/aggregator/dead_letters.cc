#include "services/aggregator/dead_letters.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

std::string RowKey(uint64_t letter) { return kDeadLetterRow + BigEndian64(~letter); }
std::string IndexKey(const std::string& subscription, uint64_t sequence) {
  return "i" + Terminated(subscription) + BigEndian64(sequence);
}

}  // namespace

std::string AboutOf(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kAnnouncementReceived:
      return event.announcement_received().announcement().announcement_id();
    case v1::Event::kAnnouncementRejected:
      return event.announcement_rejected().announcement_id();
    case v1::Event::kAnnouncementSplit:
      return event.announcement_split().announcement_id();
    case v1::Event::kToolAnnounced:
      return event.tool_announced().announcement_id();
    case v1::Event::kReviewRequested:
      return event.review_requested().revision().tool_id();
    case v1::Event::kVerdictGiven:
      return event.verdict_given().verdict().tool_id();
    case v1::Event::kReviewFailed:
      return event.review_failed().tool_id();
    case v1::Event::kComparisonRequested:
      return event.comparison_requested().comparison_id();
    case v1::Event::kComparisonDrafted:
      return event.comparison_drafted().comparison_id();
    case v1::Event::kComparisonDecided:
      return event.comparison_decided().decision().comparison_id();
    case v1::Event::kDecisionSubmitted:
      return event.decision_submitted().decision().comparison_id();
    case v1::Event::kPredictionResolved:
      return event.prediction_resolved().resolution().prediction_id();
    default:
      return "";
  }
}

void NoteDeadLetter(StateTransaction& state, const Record& record, const v1::DeadLetter& letter,
                    const std::string& about) {
  FoundLetter found;
  found.sequence = record.sequence;
  *found.row.mutable_letter() = letter;
  *found.row.mutable_time() = TimeOf(record);
  found.row.set_about(about);
  StoreDeadLetter(state, found);
  state.Put(Table::kDeadLetters, IndexKey(letter.subscription(), letter.sequence()),
            absl::StrCat(record.sequence));
}

absl::StatusOr<std::optional<FoundLetter>> FindDeadLetter(const StateReader& state,
                                                          const std::string& subscription,
                                                          uint64_t sequence) {
  if (subscription.find('\0') != std::string::npos) return std::optional<FoundLetter>();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto index,
                             state.Get(Table::kDeadLetters, IndexKey(subscription, sequence)));
  FoundLetter found;
  if (!index.has_value() || !absl::SimpleAtoi(*index, &found.sequence)) return std::optional<FoundLetter>();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto row,
                             state.Load<v1::DeadLetterRow>(Table::kDeadLetters, RowKey(found.sequence)));
  if (!row.has_value()) return std::optional<FoundLetter>();
  found.row = *row;
  return std::optional<FoundLetter>(std::move(found));
}

void StoreDeadLetter(StateTransaction& state, const FoundLetter& letter) {
  state.Store(Table::kDeadLetters, RowKey(letter.sequence), letter.row);
}

}  // namespace seaworthy
