// What the desk's forms do.
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/error_codes.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk.h"

namespace seaworthy {
namespace {

std::string ComparisonPath(const std::string& id) {
  return absl::StrCat("/desk/comparisons/", PercentEncode(id));
}

// A byte's place in a form; nothing where it is none.
uint32_t Place(const std::string& text) {
  uint32_t place = 0;
  return absl::SimpleAtoi(text, &place) ? place : std::numeric_limits<uint32_t>::max();
}

}  // namespace

HttpResponse Desk::SignIn(const Call& call) const {
  const auto session = options_.sessions->SignIn(call.Form("token"));
  if (!session.has_value()) {
    return Message(403, "That link does not sign in any more",
                   "A sign-in link works once and for 24 hours. Ask for a new one.", "/desk/sign-in",
                   "How to get a link");
  }
  HttpResponse response = Redirect(303, "/desk");
  response.SetHeader("Set-Cookie", options_.gate->SetCookie(*session));
  return response;
}

HttpResponse Desk::SignOut(const Call& call) const {
  options_.sessions->SignOut(call.request.Cookie(options_.gate->CookieName()).value_or("")).IgnoreError();
  HttpResponse response = Redirect(303, "/desk/sign-in");
  response.SetHeader("Set-Cookie", options_.gate->SetCookie(""));
  return response;
}

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

HttpResponse Desk::Conflict(const Call& call, const absl::Status& status) const {
  const std::string path = ComparisonPath(call.Path("id"));
  return Message(409, "The comparison has moved on",
                 absl::StrCat("Your decision was not taken: ", status.message(),
                              ". Open the comparison as it is now, read what changed, and decide again."),
                 path, "Open the comparison as it is now");
}

HttpResponse Desk::Decide(const Call& call) const {
  v1::DecideRequest request;
  v1::Decision& decision = *request.mutable_decision();
  decision.set_comparison_id(call.Path("id"));
  decision.set_kind(DecisionKindOf(call.Form("decision")));
  decision.set_content_hash(call.Form("content_hash"));
  decision.set_reason(call.Form("reason"));
  decision.set_editor(call.session->editor);
  decision.set_request_id(call.Form("request_id"));
  if (decision.kind() != v1::APPROVE && decision.reason().empty()) {
    return Message(400, "A reason is missing", "Say in a sentence why, so that the next editor knows.",
                   ComparisonPath(call.Path("id")), "Back to the comparison");
  }
  const auto decided = options_.aggregator->Decide(request);
  if (decision.kind() == v1::APPROVE && absl::IsFailedPrecondition(decided.status())) {
    return Message(409, "Not approved",
                   absl::StrCat("Nothing was published: ", decided.status().message(), "."),
                   ComparisonPath(call.Path("id")), "Back to the comparison");
  }
  if (ToHttpStatus(decided.status().code()) == 409) return Conflict(call, decided.status());
  if (!decided.ok()) return Failed(decided.status(), "The decision was not taken");
  return Redirect(303, absl::StrCat(ComparisonPath(decided->comparison_id()),
                                    "?done=", PercentEncode(call.Form("decision"))));
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

}  // namespace seaworthy
