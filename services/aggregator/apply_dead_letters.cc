// What consumers gave up on, and got again.
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/dead_letters.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/rounds.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

constexpr std::string_view kReviewerPrefix = "reviewer.";

}  // namespace

// What the record was about is told as failed, so that nothing waits for it.
absl::Status Application::DeadLetter(const v1::DeadLetter& letter) {
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "dead_letters", 1));
  SEAWORTHY_ASSIGN_OR_RETURN(const Record dead, options_.read_record(letter.sequence()));
  v1::Event event;
  const bool readable = event.ParseFromString(dead.payload);
  NoteDeadLetter(state_, record_, letter, readable ? AboutOf(event) : "");
  if (!readable) return absl::OkStatus();
  const std::string reason = absl::StrCat("given up after ", letter.attempts(), " tries: ", letter.reason());
  if (event.has_announcement_received()) {
    return RejectAnnouncement(event.announcement_received().announcement().announcement_id(), "dead_letter",
                              reason);
  }
  // The reviewer has a subscription a persona.
  if (!event.has_review_requested() || !letter.subscription().starts_with(kReviewerPrefix)) {
    return absl::OkStatus();
  }
  v1::ReviewFailed failure;
  failure.set_tool_id(event.review_requested().revision().tool_id());
  failure.set_revision(event.review_requested().revision().number());
  failure.set_persona_id(letter.subscription().substr(kReviewerPrefix.size()));
  failure.set_reason(reason);
  failure.set_round(event.review_requested().round());
  return ReviewFailed(failure);
}

// What was told as failed is under way again.
absl::Status Application::DeadLetterReplayed(const v1::DeadLetterReplayed& replay) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto letter, FindDeadLetter(state_, replay.subscription(), replay.sequence()));
  if (!letter.has_value() || !letter->row.replayed_by().empty()) return absl::OkStatus();
  letter->row.set_replayed_by(replay.editor());
  StoreDeadLetter(state_, *letter);
  SEAWORTHY_ASSIGN_OR_RETURN(const Record dead, options_.read_record(replay.sequence()));
  v1::Event event;
  if (!event.ParseFromString(dead.payload)) return absl::OkStatus();
  if (event.has_announcement_received()) {
    return ReceiveAgain(event.announcement_received().announcement().announcement_id());
  }
  if (!event.has_review_requested() || !replay.subscription().starts_with(kReviewerPrefix)) {
    return absl::OkStatus();
  }
  return ReviewAgain(event.review_requested(), replay.subscription().substr(kReviewerPrefix.size()));
}

absl::Status Application::ReviewAgain(const v1::ReviewRequested& request, const std::string& persona) {
  const RevisionId revision{ToolId(request.revision().tool_id()), request.revision().number()};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
  if (request.round() > 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto repeat,
                               AbandonedRepeat(state_, revision, persona, request.round()));
    if (!repeat.has_value()) return absl::OkStatus();
    StorePendingRepeat(state_, *repeat);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const bool had_failed, ForgetFailure(panel, persona));
  if (had_failed) StorePanel(panel);
  // The first review is under way already where nobody gave it up.
  if (!had_failed && request.round() == 0) return absl::OkStatus();
  return AddToCounter(state_, "reviews.pending", 1);
}

absl::Status Application::ReceiveAgain(const std::string& announcement_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                             state_.Load<v1::Announcement>(Table::kAnnouncements, announcement_id));
  const bool given_up = announcement.has_value() && announcement->state() == v1::Announcement::REJECTED &&
                        announcement->reject_code() == "dead_letter";
  if (!given_up) return absl::OkStatus();
  announcement->set_state(v1::Announcement::RECEIVED);
  announcement->clear_reject_code();
  announcement->clear_reason();
  return StoreAnnouncement(state_, *announcement, v1::Announcement::REJECTED);
}

}  // namespace seaworthy
