#include "services/publisher/desk_identity.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/page_text.h"
#include "services/publisher/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kRows = 20;
constexpr int kMost = 500;
constexpr int kComparisons = 50;
constexpr char kListPath[] = "/desk/identity";
constexpr char kConfirmPath[] = "/desk/identity/confirm";
constexpr char kBack[] = "Back to possible duplicates";

std::string ToolPath(const std::string& id) { return absl::StrCat("/desk/tools/", PercentEncode(id)); }

std::string PairUrl(const char* kind, const std::string& stays, const std::string& other) {
  return absl::StrCat(kConfirmPath, "?kind=", kind, "&tool=", PercentEncode(stays),
                      "&other=", PercentEncode(other));
}

v1::IdentityDecision::Kind KindOf(const std::string& word) {
  if (word == "merge") return v1::IdentityDecision::MERGE;
  if (word == "split") return v1::IdentityDecision::SPLIT;
  if (word == "apart") return v1::IdentityDecision::KEEP_APART;
  if (word == "undo") return v1::IdentityDecision::UNDO;
  return v1::IdentityDecision::KIND_UNSPECIFIED;
}

// What a decision was, in a sentence without its reason.
std::string DecisionText(const v1::IdentityDecision& decision) {
  switch (decision.kind()) {
    case v1::IdentityDecision::MERGE:
      return absl::StrCat("Merged ", decision.other_tool_id(), " into ", decision.tool_id());
    case v1::IdentityDecision::SPLIT:
      return absl::StrCat("Split ", decision.announcement_ids_size(),
                          decision.announcement_ids_size() == 1 ? " announcement" : " announcements", " off ",
                          decision.tool_id(), " as ", decision.name());
    case v1::IdentityDecision::KEEP_APART:
      return absl::StrCat("Kept ", decision.tool_id(), " and ", decision.other_tool_id(), " apart");
    case v1::IdentityDecision::UNDO:
      return absl::StrCat("Took back a decision", decision.tool_id().empty() ? "" : " on ",
                          decision.tool_id());
    default:
      return "Decided";
  }
}

// A decision as a form or an address says it. Announcements are fields of
// their own, named by their ids: of a repeated name only the first counts.
v1::IdentityDecision ReadDecision(const FormFields& fields) {
  const auto field = [&fields](const char* name) {
    const auto it = fields.find(name);
    return it == fields.end() ? std::string() : std::string(absl::StripAsciiWhitespace(it->second));
  };
  v1::IdentityDecision decision;
  decision.set_kind(KindOf(field("kind")));
  decision.set_tool_id(field("tool"));
  decision.set_other_tool_id(field("other"));
  decision.set_name(field("name"));
  decision.set_undoes(field("undoes"));
  decision.set_reason(field("reason"));
  decision.set_request_id(field("request_id"));
  if (decision.kind() == v1::IdentityDecision::SPLIT) {
    for (const auto& [name, value] : fields) {
      if (absl::StartsWith(name, "ann-") && value == "on") decision.add_announcement_ids(name);
    }
  }
  return decision;
}

// Whether the form is whole; the aggregator checks the rest.
absl::Status CheckDecision(const v1::IdentityDecision& decision) {
  const bool pair =
      decision.kind() == v1::IdentityDecision::MERGE || decision.kind() == v1::IdentityDecision::KEEP_APART;
  if (decision.kind() == v1::IdentityDecision::KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("Choose what is to be done: merge, split, keep apart or undo.");
  }
  if (pair && (decision.tool_id().empty() || decision.other_tool_id().empty())) {
    return absl::InvalidArgumentError("Name two tools by their ids.");
  }
  if (pair && decision.tool_id() == decision.other_tool_id()) {
    return absl::InvalidArgumentError("These are one and the same tool. Name another one.");
  }
  if (decision.kind() != v1::IdentityDecision::SPLIT) return absl::OkStatus();
  if (decision.announcement_ids().empty()) {
    return absl::InvalidArgumentError("Tick the announcements that are about another tool.");
  }
  if (decision.name().empty()) return absl::InvalidArgumentError("Give the new tool a name.");
  return absl::OkStatus();
}

// For the form: everything the decision is made of, and nothing else.
json FieldViews(const Call& call) {
  static const auto* const kNames = new std::set<std::string>{"kind", "tool", "other", "name", "undoes"};
  json fields = json::array();
  for (const auto& [name, value] : call.query) {
    if (!kNames->contains(name) && !absl::StartsWith(name, "ann-")) continue;
    fields.push_back({{"name", name}, {"value", value}});
  }
  return fields;
}

}  // namespace

json DuplicateView(const v1::PossibleDuplicate& pair) {
  return {{"a_id", pair.tool_id()},
          {"b_id", pair.other_tool_id()},
          {"a_path", ToolPath(pair.tool_id())},
          {"b_path", ToolPath(pair.other_tool_id())},
          {"likeness", PercentText(pair.likeness())},
          {"reason", pair.reason()},
          {"merge_url", PairUrl("merge", pair.tool_id(), pair.other_tool_id())},
          {"apart_url", PairUrl("apart", pair.tool_id(), pair.other_tool_id())}};
}

json IdentityDecisionViews(const v1::ListIdentityResponse& identity) {
  std::set<std::string> undone;
  for (const v1::IdentityDecision& decision : identity.decisions()) {
    if (decision.kind() == v1::IdentityDecision::UNDO) undone.insert(decision.undoes());
  }
  json views = json::array();
  for (const v1::IdentityDecision& decision : identity.decisions()) {
    const bool taken_back = undone.contains(decision.request_id());
    const bool can_undo = decision.kind() != v1::IdentityDecision::UNDO && !taken_back;
    const std::string& id = decision.request_id();
    views.push_back(
        {{"what", DecisionText(decision)},
         {"tool_path", decision.tool_id().empty() ? "" : ToolPath(decision.tool_id())},
         {"tool", decision.tool_id()},
         {"who", decision.editor()},
         {"when", TimeText(decision.decide_time())},
         {"reason", decision.reason()},
         {"taken_back", taken_back},
         {"undo_url", can_undo ? absl::StrCat(kConfirmPath, "?kind=undo&undoes=", PercentEncode(id)) : ""}});
  }
  return views;
}

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
                  {"path", ToolPath(id)},
                  {"announcements", tool.revision().announcement_ids_size()},
                  {"panel", PanelView(tool.panel())}};
  }
  view["a_name"] = view["a"]["name"];
  view["b_name"] = view["b"]["name"];
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
  const json decisions = IdentityDecisionViews(*identity);
  const size_t total = open ? static_cast<size_t>(identity->possible_duplicates_size()) : decisions.size();
  view["pairs"] = json::array();
  view["decisions"] = json::array();
  for (size_t i = from; i < std::min(total, from + kRows); ++i) {
    if (!open) {
      view["decisions"].push_back(decisions[i]);
      continue;
    }
    const v1::PossibleDuplicate& pair = identity->possible_duplicates(static_cast<int>(i));
    json row = DuplicateView(pair);
    const auto a = Tool(pair.tool_id());
    const auto b = Tool(pair.other_tool_id());
    row["known"] = a.ok() && b.ok();
    if (a.ok() && b.ok()) AddSideBySide(*a, *b, row);
    view["pairs"].push_back(std::move(row));
  }
  AddPaging(call, open ? kListPath : absl::StrCat(kListPath, "?show=decided"),
            from + kRows < total ? absl::StrCat(from + kRows) : "", view);
  view["empty"] =
      total > from ? ""
      : open       ? "No two tools look like one. Pairs that may be one, and are not surely one, land here."
                   : "Nothing has been decided yet.";
  view["any_decisions"] = !view["decisions"].empty();
  return frame_.Page("desk_identity", view);
}

absl::Status DeskIdentity::AddMerge(const v1::IdentityDecision& decision, json& view) const {
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
                         ? PairUrl("merge", decision.other_tool_id(), decision.tool_id())
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
    view["undone"] = DecisionText(earlier);
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
  if (absl::Status status = CheckDecision(decision); !status.ok()) return status;
  if (decision.kind() == v1::IdentityDecision::SPLIT) return AddSplit(decision, view);
  if (decision.kind() == v1::IdentityDecision::UNDO) return AddUndo(decision, view);
  return AddMerge(decision, view);
}

HttpResponse DeskIdentity::ShowConfirm(const Call& call) const {
  const v1::IdentityDecision decision = ReadDecision(call.query);
  const std::string back = decision.tool_id().empty() ? kListPath : ToolPath(decision.tool_id());
  const std::string label = decision.tool_id().empty() ? kBack : "Back to the tool";
  json view = frame_.View(call, "tools", "Are you sure?");
  if (absl::Status status = AddWhatFollows(decision, view); !status.ok()) {
    return frame_.Failed(status, "This cannot be decided", back, label);
  }
  view["fields"] = FieldViews(call);
  view["request_id"] = RandomHex(16);
  view["back_url"] = back;
  return frame_.Page("desk_confirm", view);
}

HttpResponse DeskIdentity::Decide(const Call& call) const {
  constexpr char kWhat[] = "Nothing was decided";
  v1::DecideIdentityRequest request;
  v1::IdentityDecision& decision = *request.mutable_decision();
  decision = ReadDecision(call.form);
  decision.set_editor(call.session->editor);
  absl::Status status = CheckDecision(decision);
  if (status.ok() && decision.reason().empty()) {
    status = absl::InvalidArgumentError("Say in a sentence why, so that the next editor knows.");
  }
  if (status.ok() && decision.reason().size() > kMaxReason) {
    status = absl::InvalidArgumentError(absl::StrCat("The reason is longer than ", kMaxReason, " bytes."));
  }
  const std::string back = decision.tool_id().empty() ? kListPath : ToolPath(decision.tool_id());
  const std::string label = decision.tool_id().empty() ? kBack : "Back to the tool";
  if (!status.ok()) return frame_.Failed(status, kWhat, back, label);
  const auto tool = options_.aggregator->DecideIdentity(request);
  if (!tool.ok()) return frame_.Failed(tool.status(), kWhat, back, label);
  const std::string& kind = call.Form("kind");
  if (decision.kind() == v1::IdentityDecision::KEEP_APART)
    return Redirect(303, absl::StrCat(kListPath, "?done=apart"));
  return Redirect(303, absl::StrCat(ToolPath(tool->revision().tool_id()), "?done=", PercentEncode(kind)));
}

std::vector<Route> DeskIdentity::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskIdentity::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = Access::kDesk,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/desk/identity", &DeskIdentity::ShowList),
          route("GET", "/desk/identity/confirm", &DeskIdentity::ShowConfirm),
          route("POST", "/desk/identity", &DeskIdentity::Decide)};
}

}  // namespace seaworthy
