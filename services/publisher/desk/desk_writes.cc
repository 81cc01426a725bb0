// What the desk's forms about a comparison do.
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/error_codes.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk.h"
#include "services/publisher/desk/desk_view.h"

namespace seaworthy {
namespace {

// A byte's place in a form; nothing where it is none.
uint32_t Place(const std::string& text) {
  uint32_t place = 0;
  return absl::SimpleAtoi(text, &place) ? place : std::numeric_limits<uint32_t>::max();
}

// A day and time as `datetime-local` sends it, in a zone by name or `UTC`.
// Errors: INVALID_ARGUMENT naming the part.
absl::StatusOr<absl::Time> ReadTime(const std::string& when, const std::string& zone) {
  absl::TimeZone in = absl::UTCTimeZone();
  const std::string name(absl::StripAsciiWhitespace(zone));
  if (!name.empty() && name != "UTC" && !absl::LoadTimeZone(name, &in)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", name.substr(0, 60), "\" is no time zone: give UTC or a name such as Europe/Berlin."));
  }
  absl::Time time;
  std::string error;
  for (const char* format : {"%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"}) {
    if (absl::ParseTime(format, when, in, &time, &error)) return time;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", when.substr(0, 60), "\" is no day and time: write it as 2027-01-31T09:00."));
}

// What was decided meanwhile, in a sentence; empty where nothing was.
std::string Meanwhile(const v1::Comparison& comparison, const std::string& seen) {
  if (comparison.content_hash() != seen && !seen.empty())
    return " Its content has changed since you opened it.";
  if (!comparison.has_last_decision()) return "";
  const v1::Decision& last = comparison.last_decision();
  return absl::StrCat(" ", DecisionWord(last.kind()), " by ", last.editor(), " meanwhile",
                      last.reason().empty() ? "" : absl::StrCat(": ", last.reason()), ".");
}

}  // namespace

HttpResponse Desk::SubmitAnnouncement(const Call& call) const {
  constexpr char kWhat[] = "The announcement was not taken";
  if (options_.ingest == nullptr) {
    return Failed(absl::UnavailableError("This server runs without ingest."), kWhat);
  }
  v1::SubmitAnnouncementRequest request;
  // Forms send CRLF; documents are read with LF.
  request.set_document(absl::StrReplaceAll(call.Form("document"), {{"\r\n", "\n"}}));
  request.set_media_type(call.Form("media_type"));
  request.set_source_url(call.Form("source_url"));
  const auto response = options_.ingest->SubmitAnnouncement(request);
  if (!response.ok()) return Failed(response.status(), kWhat);
  return Redirect(303, "/desk/announcements?done=announcement");
}

HttpResponse Desk::RequestComparison(const Call& call) const {
  v1::RequestComparisonRequest request;
  request.set_tool_a(call.Form("tool_a"));
  request.set_tool_b(call.Form("tool_b"));
  request.set_editor(call.session->editor);
  const auto comparison = options_.aggregator->RequestComparison(request);
  if (!comparison.ok()) return Failed(comparison.status(), "The pair was not asked for");
  return Redirect(303, absl::StrCat(ComparisonPath(comparison->comparison_id()), "?done=pair"));
}

HttpResponse Desk::NotDecided(const Call& call, const absl::Status& status) const {
  const int http = ToHttpStatus(status.code());
  const std::string path = ComparisonPath(call.Path("id"));
  if (http >= 500) return frame_.Failed(status, "The decision was not taken", path, "Back to the comparison");
  std::string meanwhile;
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto found = options_.aggregator->GetComparison(request);
  if (http == 409 && found.ok()) meanwhile = Meanwhile(found->comparison(), call.Form("content_hash"));
  if (absl::IsAborted(status)) {
    return Message(409, "The comparison has moved on",
                   absl::StrCat("Your decision was not taken: ", status.message(), ".", meanwhile,
                                " Open the comparison as it is now, read what changed, and decide again."),
                   path, "Open the comparison as it is now");
  }
  const bool approval = call.Form("decision") == "approve";
  return Message(http, approval ? "Not approved" : "The decision was not taken",
                 absl::StrCat(approval ? "Nothing was published: " : "Nothing was changed: ",
                              status.message(), ".", meanwhile),
                 path, "Back to the comparison");
}

HttpResponse Desk::Decide(const Call& call) const {
  const std::string path = ComparisonPath(call.Path("id"));
  v1::DecideRequest request;
  v1::Decision& decision = *request.mutable_decision();
  decision.set_comparison_id(call.Path("id"));
  decision.set_kind(DeskDecisionOf(call.Form("decision")));
  decision.set_content_hash(call.Form("content_hash"));
  decision.set_reason(call.Form("reason"));
  decision.set_editor(call.session->editor);
  decision.set_request_id(call.Form("request_id"));
  if (NeedsReason(decision.kind()) && decision.reason().empty()) {
    return Message(400, "A reason is missing", "Say in a sentence why, so that the next editor knows.", path,
                   "Back to the comparison");
  }
  if (decision.kind() == v1::SCHEDULE) {
    const auto time = ReadTime(call.Form("when"), call.Form("zone"));
    if (!time.ok()) {
      return Message(400, "Not scheduled", std::string(time.status().message()), path,
                     "Back to the comparison");
    }
    decision.mutable_publish_time()->set_seconds(absl::ToUnixSeconds(*time));
  }
  const auto decided = options_.aggregator->Decide(request);
  if (!decided.ok()) return NotDecided(call, decided.status());
  const bool first = decision.kind() == v1::APPROVE && decided->has_first_approval() &&
                     decided->state() != v1::Comparison::APPROVED;
  const std::string back = LocalPath(call.Form("back"), ComparisonPath(decided->comparison_id()));
  return Redirect(303, WithDone(back, first ? "first-approval" : call.Form("decision")));
}

HttpResponse Desk::Amend(const Call& call) const {
  v1::AmendVerdictRequest request;
  v1::Amendment& amendment = *request.mutable_amendment();
  amendment.set_verdict_id(call.Form("verdict_id"));
  amendment.set_kind(AmendmentKindOf(call.Form("kind")));
  amendment.set_base_hash(call.Form("quote_hash"));
  // A quote is one paragraph; a text area breaks lines where it likes.
  amendment.set_quote(absl::StrReplaceAll(call.Form("quote"), {{"\r\n", " "}, {"\n", " "}, {"\r", " "}}));
  amendment.set_mark_begin(Place(call.Form("begin")));
  amendment.set_mark_end(Place(call.Form("end")));
  amendment.set_reason(call.Form("reason"));
  amendment.set_editor(call.session->editor);
  amendment.set_request_id(call.Form("request_id"));
  const auto amended = options_.aggregator->AmendVerdict(request);
  const std::string path = ComparisonPath(call.Path("id"));
  if (!amended.ok()) {
    const int http = ToHttpStatus(amended.status().code());
    if (http >= 500) return Failed(amended.status(), "The amendment was not taken");
    return Message(http, "The amendment was not taken",
                   absl::StrCat("Nothing was changed: ", amended.status().message(), "."), path,
                   "Back to the comparison");
  }
  return Redirect(303, absl::StrCat(path, "?done=", PercentEncode(call.Form("kind"))));
}

HttpResponse Desk::AskAgain(const Call& call) const {
  constexpr char kWhat[] = "Nobody was asked again";
  const std::string path = ComparisonPath(call.Path("id"));
  v1::RepeatReviewRequest request;
  v1::ReviewRepeat& repeat = *request.mutable_repeat();
  repeat.set_tool_id(call.Form("tool_id"));
  repeat.set_persona_id(call.Form("persona_id"));
  repeat.set_reason(call.Form("reason"));
  repeat.set_editor(call.session->editor);
  repeat.set_request_id(call.Form("request_id"));
  if (repeat.reason().empty()) {
    return Message(400, "A reason is missing", "Say in a sentence why; it is kept and never sent to a model.",
                   path, "Back to the comparison");
  }
  const auto panel = options_.aggregator->RepeatReview(request);
  if (!panel.ok()) return frame_.Failed(panel.status(), kWhat, path, "Back to the comparison");
  return Redirect(303, WithDone(path, "again"));
}

HttpResponse Desk::SetEmbargo(const Call& call) const {
  constexpr char kWhat[] = "The embargo was not changed";
  const std::string path = ComparisonPath(call.Path("id"));
  v1::SetEmbargoRequest request;
  v1::Embargo& embargo = *request.mutable_embargo();
  embargo.set_tool_id(call.Form("tool_id"));
  embargo.set_reason(call.Form("reason"));
  embargo.set_editor(call.session->editor);
  embargo.set_request_id(call.Form("request_id"));
  if (embargo.reason().empty()) {
    return Message(400, "A reason is missing", "Say in a sentence why, so that the next editor knows.", path,
                   "Back to the comparison");
  }
  const bool lift = call.Form("action") == "lift";
  if (!lift) {
    const auto time = ReadTime(call.Form("when"), call.Form("zone"));
    if (!time.ok()) return frame_.Failed(time.status(), kWhat, path, "Back to the comparison");
    embargo.mutable_until_time()->set_seconds(absl::ToUnixSeconds(*time));
  }
  const auto set = options_.aggregator->SetEmbargo(request);
  if (!set.ok()) return frame_.Failed(set.status(), kWhat, path, "Back to the comparison");
  return Redirect(303, WithDone(path, lift ? "embargo-lifted" : "embargo"));
}

}  // namespace seaworthy
