#include "services/publisher/desk/identity_view.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kConfirmPath[] = "/desk/identity/confirm";

v1::IdentityDecision::Kind KindOf(const std::string& word) {
  if (word == "merge") return v1::IdentityDecision::MERGE;
  if (word == "split") return v1::IdentityDecision::SPLIT;
  if (word == "apart") return v1::IdentityDecision::KEEP_APART;
  if (word == "undo") return v1::IdentityDecision::UNDO;
  return v1::IdentityDecision::KIND_UNSPECIFIED;
}

}  // namespace

std::string DeskToolPath(const std::string& id) { return absl::StrCat("/desk/tools/", PercentEncode(id)); }

std::string ConfirmPairUrl(const char* kind, const std::string& stays, const std::string& other) {
  return absl::StrCat(kConfirmPath, "?kind=", kind, "&tool=", PercentEncode(stays),
                      "&other=", PercentEncode(other));
}

std::string IdentityDecisionText(const v1::IdentityDecision& decision) {
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

v1::IdentityDecision ReadIdentityDecision(const FormFields& fields) {
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

absl::Status CheckIdentityDecision(const v1::IdentityDecision& decision) {
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

json DecisionFields(const FormFields& query) {
  static const auto* const kNames = new std::set<std::string>{"kind", "tool", "other", "name", "undoes"};
  json fields = json::array();
  for (const auto& [name, value] : query) {
    if (!kNames->contains(name) && !absl::StartsWith(name, "ann-")) continue;
    fields.push_back({{"name", name}, {"value", value}});
  }
  return fields;
}

json DuplicateView(const v1::PossibleDuplicate& pair) {
  return {{"a_id", pair.tool_id()},
          {"b_id", pair.other_tool_id()},
          {"a_path", DeskToolPath(pair.tool_id())},
          {"b_path", DeskToolPath(pair.other_tool_id())},
          {"likeness", PercentText(pair.likeness())},
          {"reason", pair.reason()},
          {"merge_url", ConfirmPairUrl("merge", pair.tool_id(), pair.other_tool_id())},
          {"apart_url", ConfirmPairUrl("apart", pair.tool_id(), pair.other_tool_id())}};
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
        {{"what", IdentityDecisionText(decision)},
         {"tool_path", decision.tool_id().empty() ? "" : DeskToolPath(decision.tool_id())},
         {"tool", decision.tool_id()},
         {"who", decision.editor()},
         {"when", TimeText(decision.decide_time())},
         {"reason", decision.reason()},
         {"taken_back", taken_back},
         {"undo_url", can_undo ? absl::StrCat(kConfirmPath, "?kind=undo&undoes=", PercentEncode(id)) : ""}});
  }
  return views;
}

}  // namespace seaworthy
