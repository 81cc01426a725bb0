#include "services/publisher/edition/desk_edition.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/edition/subscriber_export.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/edition_view.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kListPath[] = "/desk/edition";
constexpr char kBack[] = "Back to the editions";
constexpr int kEditions = 26;
constexpr size_t kDoubtful = 50;

std::string PathOf(const std::string& id) { return absl::StrCat(kListPath, "/", PercentEncode(id)); }

// `a…@example.org`: enough to tell two apart, no more.
std::string Masked(const std::string& address) {
  const size_t at = address.rfind('@');
  if (at == address.npos || at == 0) return "…";
  return absl::StrCat(address.substr(0, 1), "…", address.substr(at));
}

std::string DecisionWord(v1::EditionDecision::Kind kind) {
  switch (kind) {
    case v1::EditionDecision::EDIT:
      return "Edited";
    case v1::EditionDecision::APPROVE:
      return "Approved";
    case v1::EditionDecision::REJECT:
      return "Rejected";
    default:
      return "Reopened";
  }
}

v1::EditionDecision::Kind KindOf(const std::string& word) {
  if (word == "edit") return v1::EditionDecision::EDIT;
  if (word == "approve") return v1::EditionDecision::APPROVE;
  if (word == "reject") return v1::EditionDecision::REJECT;
  return word == "reopen" ? v1::EditionDecision::REOPEN : v1::EditionDecision::KIND_UNSPECIFIED;
}

json DecisionRows(const v1::Edition& edition) {
  json rows = json::array();
  for (const v1::EditionDecision& decision : edition.decisions()) {
    rows.push_back({{"what", DecisionWord(decision.kind())},
                    {"who", decision.editor()},
                    {"first", decision.first_editor()},
                    {"when", TimeText(decision.decide_time())},
                    {"reason", decision.reason()}});
  }
  return rows;
}

json ItemRows(const v1::Edition& edition) {
  json rows = json::array();
  for (const v1::EditionItem& item : edition.items()) {
    rows.push_back({{"index", rows.size()},
                    {"first", rows.empty()},
                    {"kind", KindTitle(item.kind())},
                    {"title", item.title()},
                    {"text", item.text()},
                    {"url", item.path()}});
  }
  return rows;
}

// A text field with the line ends of this program.
std::string Lines(const std::string& text) {
  return std::string(absl::StripAsciiWhitespace(absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}})));
}

// The items that stay: those not ticked, the one chosen to lead first.
void KeepItems(const Call& call, const v1::Edition& edition, v1::EditionDecision& decision) {
  const std::string lead = call.Form("lead");
  std::vector<std::string> ids;
  for (int i = 0; i < edition.items_size(); ++i) {
    if (!call.Form(absl::StrCat("out-", i)).empty()) continue;
    const bool leads = absl::StrCat(i) == lead;
    ids.insert(leads ? ids.begin() : ids.end(), edition.items(i).item_id());
  }
  decision.mutable_item_ids()->Assign(ids.begin(), ids.end());
}

}  // namespace

json DeskEdition::MailRow(const v1::MailEntry& entry) const {
  const auto to = options_.room->subscribers().Get(entry.subscriber_id());
  return {{"mail_id", entry.mail_id()},
          {"to", to.ok() ? Masked(to->address()) : "an address that was erased"},
          {"what", entry.kind() == v1::MailEntry::EDITION ? entry.edition_id() : "confirmation"},
          {"unknown", entry.state() == v1::MailEntry::UNKNOWN},
          {"result", entry.result()},
          {"when", TimeText(entry.update_time())}};
}

json DeskEdition::Doubtful() const {
  json rows = json::array();
  for (const auto state : {v1::MailEntry::UNKNOWN, v1::MailEntry::FAILED}) {
    const auto entries = options_.room->ledger().List("", state, kDoubtful);
    if (!entries.ok()) continue;
    for (const v1::MailEntry& entry : *entries) rows.push_back(MailRow(entry));
  }
  return rows;
}

json DeskEdition::Sending(const std::string& edition) const {
  const auto counts = options_.room->ledger().Count(edition).value_or(MailLedger::Counts());
  return {{"queued", counts.queued + counts.sending},
          {"sent", counts.sent},
          {"failed", counts.failed},
          {"unknown", counts.unknown},
          {"any_failed", counts.failed > 0},
          {"any_unknown", counts.unknown > 0},
          {"cancelled", counts.cancelled}};
}

HttpResponse DeskEdition::ShowList(const Call& call) const {
  v1::ListEditionsRequest request;
  request.set_page_size(kEditions);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListEditions(request);
  if (!response.ok()) return frame_.Failed(response.status(), "The editions cannot be shown");
  json view = frame_.View(call, "edition", "Edition");
  view["rows"] = json::array();
  for (const v1::Edition& edition : response->editions()) {
    json row = EditionView(edition, "");
    row["path"] = PathOf(edition.edition_id());
    row["state"] = EditionStateWord(edition.state());
    row["waits"] = edition.state() == v1::Edition::DRAFTED;
    row["approved"] = edition.state() == v1::Edition::APPROVED;
    row["sending"] = Sending(edition.edition_id());
    view["rows"].push_back(std::move(row));
  }
  view["empty"] = response->editions().empty();
  AddPaging(call, kListPath, response->next_page_token(), view);
  const auto people = options_.room->subscribers().Count().value_or(SubscriberCounts());
  view["people"] = {{"confirmed", people.confirmed},
                    {"pending", people.pending},
                    {"unsubscribed", people.unsubscribed},
                    {"suspended", people.suspended}};
  view["enabled"] = options_.room->enabled();
  view["trouble"] = options_.room->Trouble();
  view["mails"] = Doubtful();
  view["any_mails"] = !view["mails"].empty();
  return frame_.Page("desk_editions", view);
}

HttpResponse DeskEdition::ShowEdition(const Call& call) const {
  v1::GetEditionRequest request;
  request.set_edition_id(call.Path("id"));
  const auto edition = options_.aggregator->GetEdition(request);
  if (!edition.ok()) return frame_.Failed(edition.status(), "There is no such edition", kListPath, kBack);
  json view = frame_.View(call, "edition", edition->title());
  view.update(EditionView(*edition, ""));
  view["path"] = PathOf(edition->edition_id());
  view["introduction"] = edition->introduction();
  view["items"] = ItemRows(*edition);
  view["content_hash"] = edition->content_hash();
  view["short_hash"] = edition->content_hash().substr(0, 12);
  view["request_id"] = RandomHex(16);
  view["second_request_id"] = RandomHex(16);
  view["third_request_id"] = RandomHex(16);
  view["state"] = EditionStateWord(edition->state());
  view["waits"] = edition->state() == v1::Edition::DRAFTED;
  view["approved"] = edition->state() == v1::Edition::APPROVED;
  view["rejected"] = edition->state() == v1::Edition::REJECTED;
  view["history"] = DecisionRows(*edition);
  view["any_history"] = !edition->decisions().empty();
  const bool first = edition->state() == v1::Edition::DRAFTED && !edition->decisions().empty() &&
                     edition->decisions().rbegin()->kind() == v1::EditionDecision::APPROVE;
  view["first_approval"] = first ? edition->decisions().rbegin()->editor() : "";
  view["enabled"] = options_.room->enabled();
  view["confirmed"] = options_.room->subscribers().Count().value_or(SubscriberCounts()).confirmed;
  view["sending"] = Sending(edition->edition_id());
  return frame_.Page("desk_edition", view);
}

HttpResponse DeskEdition::Decide(const Call& call) const {
  const std::string back = PathOf(call.Path("id"));
  v1::DecideEditionRequest request;
  v1::EditionDecision& decision = *request.mutable_decision();
  decision.set_edition_id(call.Path("id"));
  decision.set_kind(KindOf(call.Form("decision")));
  decision.set_content_hash(call.Form("content_hash"));
  decision.set_editor(call.session->editor);
  decision.set_request_id(call.Form("request_id"));
  decision.set_reason(absl::StrReplaceAll(Lines(call.Form("reason")), {{"\n", " "}}));
  if (decision.kind() == v1::EditionDecision::EDIT) {
    v1::GetEditionRequest get;
    get.set_edition_id(call.Path("id"));
    const auto edition = options_.aggregator->GetEdition(get);
    if (!edition.ok()) return frame_.Failed(edition.status(), "Nothing was changed", back, "Back");
    decision.set_title(Lines(call.Form("title")));
    decision.set_introduction(Lines(call.Form("introduction")));
    KeepItems(call, *edition, decision);
  }
  const auto decided = options_.aggregator->DecideEdition(request);
  if (!decided.ok())
    return frame_.Failed(decided.status(), "Nothing was changed", back, "Back to the edition");
  const bool approves = decision.kind() == v1::EditionDecision::APPROVE;
  const bool waits = approves && decided->state() != v1::Edition::APPROVED;
  if (approves && !waits) options_.approved();
  return Redirect(303,
                  WithDone(back, waits ? "first-approval" : absl::StrCat("edition-", call.Form("decision"))));
}

HttpResponse DeskEdition::ResolveMail(const Call& call) const {
  const std::string what = call.Form("do");
  if (what != "again" && what != "leave") {
    return frame_.Message(400, "Nothing was changed", "Say whether to send it again or to leave it.",
                          kListPath, kBack);
  }
  const absl::Status done = options_.room->ledger().Resolve(call.Form("mail_id"), what == "again");
  if (!done.ok()) return frame_.Failed(done, "Nothing was changed", kListPath, kBack);
  return Redirect(303, WithDone(kListPath, absl::StrCat("mail-", what)));
}

HttpResponse DeskEdition::ShowAddress(const Call& call) const {
  const auto kept = ExportAddress(options_.room->subscribers(), call.Form("address"));
  if (!kept.ok()) return frame_.Failed(kept.status(), "Nothing can be shown", kListPath, kBack);
  json view = frame_.View(call, "edition", "What is kept of an address");
  view["address"] = call.Form("address");
  view["kept"] = *kept;
  return frame_.Page("desk_subscriber", view);
}

HttpResponse DeskEdition::EraseAddress(const Call& call) const {
  const absl::Status erased = options_.room->subscribers().EraseAddress(call.Form("address"));
  if (!erased.ok()) return frame_.Failed(erased, "Nothing was erased", kListPath, kBack);
  return Redirect(303, WithDone(kListPath, "address-erased"));
}

std::vector<Route> DeskEdition::Routes() const {
  const auto route = [this](const char* method, const char* path, Access access,
                            HttpResponse (DeskEdition::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, access),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", kListPath, Access::kDeskEditor, &DeskEdition::ShowList),
          route("GET", "/desk/edition/{id}", Access::kDeskEditor, &DeskEdition::ShowEdition),
          route("POST", "/desk/edition/{id}", Access::kDeskEditor, &DeskEdition::Decide),
          route("POST", "/desk/mails", Access::kDeskEditor, &DeskEdition::ResolveMail),
          route("POST", "/desk/subscribers/show", Access::kDeskAdmin, &DeskEdition::ShowAddress),
          route("POST", "/desk/subscribers/erase", Access::kDeskAdmin, &DeskEdition::EraseAddress)};
}

}  // namespace seaworthy
