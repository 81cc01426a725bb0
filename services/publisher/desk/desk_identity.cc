#include "services/publisher/desk/desk_identity.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/desk/identity_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kRows = 20;
constexpr int kMost = 500;
constexpr int kComparisons = 50;
constexpr char kListPath[] = "/desk/identity";
constexpr char kBack[] = "Back to possible duplicates";

}  // namespace

absl::StatusOr<v1::ToolView> DeskIdentity::Tool(const std::string& id) const {
  v1::GetToolRequest request;
  request.set_tool_id(id);
  return options_.aggregator->GetTool(request);
}

void DeskIdentity::AddSideBySide(const v1::ToolView& a, const v1::ToolView& b, json& view) const {
  v1::ComparisonContent content;
  *content.mutable_a() = a;
  *content.mutable_b() = b;
  const json page = ComparisonPageView(content, options_.personas);
  view["specs"] = page["specs"];
  for (const char* side : {"a", "b"}) {
    const v1::ToolView& tool = side[0] == 'a' ? a : b;
    const std::string& id = tool.revision().tool_id();
    view[side] = {{"id", id},
                  {"name", tool.revision().name().empty() ? id : tool.revision().name()},
                  {"path", DeskToolPath(id)},
                  {"announcements", tool.revision().announcement_ids_size()},
                  {"panel", PanelView(tool.panel())}};
  }
  view["a_name"] = view["a"]["name"];
  view["b_name"] = view["b"]["name"];
}

size_t DeskIdentity::AddPage(const v1::ListIdentityResponse& identity, bool open, size_t from,
                             json& view) const {
  const json decisions = IdentityDecisionViews(identity);
  const size_t total = open ? static_cast<size_t>(identity.possible_duplicates_size()) : decisions.size();
  view["pairs"] = json::array();
  view["decisions"] = json::array();
  for (size_t i = from; i < std::min(total, from + kRows); ++i) {
    if (!open) {
      view["decisions"].push_back(decisions[i]);
      continue;
    }
    const v1::PossibleDuplicate& pair = identity.possible_duplicates(static_cast<int>(i));
    json row = DuplicateView(pair);
    const auto a = Tool(pair.tool_id());
    const auto b = Tool(pair.other_tool_id());
    row["known"] = a.ok() && b.ok();
    if (a.ok() && b.ok()) AddSideBySide(*a, *b, row);
    view["pairs"].push_back(std::move(row));
  }
  return total;
}

HttpResponse DeskIdentity::ShowList(const Call& call) const {
  const std::string show = call.Query("show").empty() ? "open" : call.Query("show");
  if (show != "open" && show != "decided") {
    return frame_.Message(400, "No such list", "There is no such list. Choose one of the tabs.", kListPath,
                          kBack);
  }
  v1::ListIdentityRequest request;
  request.set_page_size(kMost);
  const auto identity = options_.aggregator->ListIdentity(request);
  if (!identity.ok()) return frame_.Failed(identity.status(), "Possible duplicates cannot be shown");
  json view = frame_.View(call, "tools", "Possible duplicates");
  const bool open = show == "open";
  view["tabs"] = {
      {{"id", "open"},
       {"label", "May be one"},
       {"count", identity->possible_duplicates_size()},
       {"current", open}},
      {{"id", "decided"}, {"label", "Decided"}, {"count", identity->decisions_size()}, {"current", !open}}};
  size_t from = 0;
  if (!absl::SimpleAtoi(call.Query("cursor"), &from)) from = 0;
  const size_t total = AddPage(*identity, open, from, view);
  AddPaging(call, open ? kListPath : absl::StrCat(kListPath, "?show=decided"),
            from + kRows < total ? absl::StrCat(from + kRows) : "", view);
  view["empty"] =
      total > from ? ""
      : open       ? "No two tools look like one. Pairs that may be one, and are not surely one, land here."
                   : "Nothing has been decided yet.";
  view["any_decisions"] = !view["decisions"].empty();
  return frame_.Page("desk_identity", view);
}

absl::Status DeskIdentity::AddPair(const v1::IdentityDecision& decision, json& view) const {
  const auto stays = Tool(decision.tool_id());
  const auto other = Tool(decision.other_tool_id());
  if (!stays.ok()) return stays.status();
  if (!other.ok()) return other.status();
  if (stays->revision().tool_id() == other->revision().tool_id()) {
    return absl::InvalidArgumentError("These are one tool already: one id answers as the other.");
  }
  AddSideBySide(*stays, *other, view);
  view["pair"] = true;
  view["swap_url"] = decision.kind() == v1::IdentityDecision::MERGE
                         ? ConfirmPairUrl("merge", decision.other_tool_id(), decision.tool_id())
                         : "";
  if (decision.kind() != v1::IdentityDecision::MERGE) return absl::OkStatus();
  v1::ListComparisonsRequest request;
  request.set_tool_id(decision.other_tool_id());
  request.set_page_size(kComparisons);
  const auto comparisons = options_.aggregator->ListComparisons(request);
  if (!comparisons.ok()) return comparisons.status();
  for (const v1::Comparison& comparison : comparisons->comparisons()) {
    view["comparisons"].push_back(
        {{"id", comparison.comparison_id()},
         {"path", absl::StrCat("/desk/comparisons/", PercentEncode(comparison.comparison_id()))},
         {"public", !comparison.published_hash().empty()}});
  }
  view["more_comparisons"] = !comparisons->next_page_token().empty();
  view["any_comparisons"] = !comparisons->comparisons().empty();
  return absl::OkStatus();
}

absl::Status DeskIdentity::AddSplit(const v1::IdentityDecision& decision, json& view) const {
  const auto tool = Tool(decision.tool_id());
  if (!tool.ok()) return tool.status();
  for (const std::string& id : decision.announcement_ids()) {
    view["leaving"].push_back(
        {{"id", id}, {"path", absl::StrCat("/desk/announcements/", PercentEncode(id))}});
  }
  view["a_name"] = tool->revision().name();
  view["new_name"] = decision.name();
  view["staying"] = tool->revision().announcement_ids_size() - decision.announcement_ids_size();
  return absl::OkStatus();
}

absl::Status DeskIdentity::AddUndo(const v1::IdentityDecision& decision, json& view) const {
  v1::ListIdentityRequest request;
  request.set_page_size(kMost);
  const auto identity = options_.aggregator->ListIdentity(request);
  if (!identity.ok()) return identity.status();
  for (const v1::IdentityDecision& earlier : identity->decisions()) {
    if (earlier.request_id() != decision.undoes()) continue;
    view["undone"] = IdentityDecisionText(earlier);
    view["undone_reason"] = earlier.reason();
    view["undone_by"] = absl::StrCat(earlier.editor(), ", ", TimeText(earlier.decide_time()));
    return absl::OkStatus();
  }
  return absl::NotFoundError("There is no such decision among the newest 500.");
}

absl::Status DeskIdentity::AddWhatFollows(const v1::IdentityDecision& decision, json& view) const {
  for (const char* list : {"comparisons", "leaving", "specs"}) view[list] = json::array();
  for (const char* text :
       {"swap_url", "undone", "undone_reason", "undone_by", "new_name", "a_name", "b_name"}) {
    view[text] = "";
  }
  for (const char* flag : {"pair", "any_comparisons", "more_comparisons"}) view[flag] = false;
  view["is_merge"] = decision.kind() == v1::IdentityDecision::MERGE;
  view["is_apart"] = decision.kind() == v1::IdentityDecision::KEEP_APART;
  view["is_split"] = decision.kind() == v1::IdentityDecision::SPLIT;
  view["is_undo"] = decision.kind() == v1::IdentityDecision::UNDO;
  if (absl::Status status = CheckIdentityDecision(decision); !status.ok()) return status;
  if (decision.kind() == v1::IdentityDecision::SPLIT) return AddSplit(decision, view);
  if (decision.kind() == v1::IdentityDecision::UNDO) return AddUndo(decision, view);
  return AddPair(decision, view);
}

HttpResponse DeskIdentity::ShowConfirm(const Call& call) const {
  const v1::IdentityDecision decision = ReadIdentityDecision(call.query);
  const std::string back = decision.tool_id().empty() ? kListPath : DeskToolPath(decision.tool_id());
  const std::string label = decision.tool_id().empty() ? kBack : "Back to the tool";
  json view = frame_.View(call, "tools", "Are you sure?");
  if (absl::Status status = AddWhatFollows(decision, view); !status.ok()) {
    return frame_.Failed(status, "This cannot be decided", back, label);
  }
  view["fields"] = DecisionFields(call.query);
  view["request_id"] = RandomHex(16);
  view["back_url"] = back;
  return frame_.Page("desk_confirm", view);
}

HttpResponse DeskIdentity::Decide(const Call& call) const {
  constexpr char kWhat[] = "Nothing was decided";
  v1::DecideIdentityRequest request;
  v1::IdentityDecision& decision = *request.mutable_decision();
  decision = ReadIdentityDecision(call.form);
  decision.set_editor(call.session->editor);
  absl::Status status = CheckIdentityDecision(decision);
  if (status.ok() && decision.reason().empty()) {
    status = absl::InvalidArgumentError("Say in a sentence why, so that the next editor knows.");
  }
  if (status.ok() && decision.reason().size() > kMaxReason) {
    status = absl::InvalidArgumentError(absl::StrCat("The reason is longer than ", kMaxReason, " bytes."));
  }
  const std::string back = decision.tool_id().empty() ? kListPath : DeskToolPath(decision.tool_id());
  const std::string label = decision.tool_id().empty() ? kBack : "Back to the tool";
  if (!status.ok()) return frame_.Failed(status, kWhat, back, label);
  const auto tool = options_.aggregator->DecideIdentity(request);
  if (!tool.ok()) return frame_.Failed(tool.status(), kWhat, back, label);
  const std::string& kind = call.Form("kind");
  if (decision.kind() == v1::IdentityDecision::KEEP_APART)
    return Redirect(303, absl::StrCat(kListPath, "?done=apart"));
  return Redirect(303, absl::StrCat(DeskToolPath(tool->revision().tool_id()), "?done=", PercentEncode(kind)));
}

std::vector<Route> DeskIdentity::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskIdentity::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskEditor),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/desk/identity", &DeskIdentity::ShowList),
          route("GET", "/desk/identity/confirm", &DeskIdentity::ShowConfirm),
          route("POST", "/desk/identity", &DeskIdentity::Decide)};
}

}  // namespace seaworthy
