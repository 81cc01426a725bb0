#include "services/publisher/desk/desk_frame.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/error_codes.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr const char* kSections[] = {"queue", "published",   "tools",   "announcements", "sources",
                                     "panel", "predictions", "edition", "status"};

// What a form did, by the word its answer carries in the address.
std::string DoneText(const std::string& done) {
  static const auto* const kTexts = new std::map<std::string, std::string>{
      {"approve", "Approved: the page is public now."},
      {"reject", "Rejected. It comes back if its content changes."},
      {"withdraw", "Withdrawn: the page is no longer public."},
      {"edit", "Saved and checked anew. An earlier approval no longer holds."},
      {"accept", "Accepted, with your reason. An earlier approval no longer holds."},
      {"announcement", "Received. It is being read; what it announces is reviewed next."},
      {"pair", "Asked for. It is drafted once both panels are full."},
      {"source-put", "Saved. It is read at the time shown."},
      {"source-pause", "Paused. It is read no more until you resume it."},
      {"source-resume", "Resumed. It is read at the time shown."},
      {"source-remove", "Removed. What it brought stays."},
      {"source-read", "Asked for. It is read now, or as soon as its host allows."},
      {"retry", "Handed in again. It is being read; reload this page to see what came of it."},
      {"correct", "Corrected. Your word stands over what is read later; what was read is kept."},
      {"confirm", "Confirmed. Your correction stands against what the sources say now."},
      {"let-go", "Let go. The field says again what the sources say."},
      {"merge", "Merged. Announcements and names moved; comparisons follow."},
      {"split", "Split off. The new tool is reviewed next."},
      {"apart", "Kept apart. The two are not suggested again."},
      {"undo", "Taken back."},
      {"first-approval", "Your approval is kept. Another editor has to approve the same content."},
      {"send-back", "Sent back. It returns when its content changes, or when it is reopened."},
      {"reopen", "Reopened: it is to decide again."},
      {"schedule", "Approved for the time shown. It becomes public then."},
      {"unschedule", "Taken off the schedule: it is to decide again."},
      {"roll-back", "Rolled back: the earlier page is public again."},
      {"take", "You are on it. That ends by itself."},
      {"leave", "Left: it is nobody’s."},
      {"take-over", "You are on it now."},
      {"again", "Asked again. The old verdict stands until the new one is in."},
      {"embargo", "Set: nothing of the tool becomes public before that time."},
      {"embargo-lifted", "The embargo is lifted."},
      {"correction", "Corrected: every public page that carried it says the right thing now."},
      {"first-correction", "Your correction is kept. Another editor has to ask for the same, word for word."},
      {"resolved", "Resolved. The persona’s calibration follows."},
      {"open-again", "Open again."},
      {"replay", "Delivered again."},
      {"edition-edit", "Saved. An earlier approval no longer holds."},
      {"edition-approve", "Approved: it is public, and its mails are on their way."},
      {"edition-reject", "Rejected. It goes out to nobody unless it is reopened."},
      {"edition-reopen", "Reopened: it is to decide again."},
      {"mail-again", "It is sent again."},
      {"mail-leave", "Left as it is."},
      {"address-erased", "Whatever was known of that address is erased."},
      {"password", "Your password is set. Your other sessions have ended."},
      {"sessions", "Ended."},
      {"account", "The account is changed."},
      {"token-revoked", "Revoked: whoever uses that token is refused from now on."}};
  const auto it = kTexts->find(done);
  return it == kTexts->end() ? "" : it->second;
}

}  // namespace

json DeskFrame::View(const Call& call, const std::string& section, const std::string& title) const {
  json view = {{"page_title", absl::StrCat(title, " · Seaworthy desk")},
               {"title", title},
               {"signed_in", call.session.has_value()},
               {"editor", call.session.has_value() ? call.session->editor : ""},
               {"csrf", call.session.has_value() ? call.session->csrf_token : ""},
               {"done", DoneText(call.Query("done"))}};
  for (const char* name : kSections) view[absl::StrCat("nav_", name)] = section == name;
  return view;
}

HttpResponse DeskFrame::Page(const char* name, const json& view, int status) const {
  return HtmlResponse(status, templates_->Render(name, view));
}

HttpResponse DeskFrame::Message(int status, const std::string& title, const std::string& message,
                                const std::string& back_url, const std::string& back_label) const {
  const json view = {{"page_title", absl::StrCat(title, " · Seaworthy desk")},
                     {"title", title},
                     {"message", message},
                     {"back_url", back_url},
                     {"back_label", back_label},
                     {"signed_in", false},
                     {"csrf", ""},
                     {"status", status}};
  return Page("desk_message", view, status);
}

HttpResponse DeskFrame::Failed(const absl::Status& status, const std::string& what,
                               const std::string& back_url, const std::string& back_label) const {
  const int http = ToHttpStatus(status.code());
  if (http >= 500) LogFailure(what, status);
  const std::string message = http == 500 ? "The server failed; its log says why."
                              : http == 501
                                  ? "This server's other services are older than its desk and cannot "
                                    "do this yet. Update them and try again."
                                  : std::string(status.message());
  return Message(http, what, message, back_url, back_label);
}

void AddPaging(const Call& call, const std::string& path, const std::string& next_token, json& view) {
  const std::string first(absl::StripSuffix(absl::StripSuffix(path, "?"), "&"));
  const char* joint = path.find('?') == std::string::npos ? "?" : "&";
  view["next"] = next_token.empty() ? "" : absl::StrCat(first, joint, "cursor=", PercentEncode(next_token));
  view["first"] = call.Query("cursor").empty() ? "" : first;
}

}  // namespace seaworthy
