#include "services/aggregator/checklist.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/rounds.h"

namespace seaworthy {
namespace {

constexpr size_t kNamed = 5;
constexpr size_t kMaxMessageBytes = 1'500;

// What was found wrong in each item, in an editor's words.
struct Findings {
  std::vector<std::string> marks;
  std::vector<std::string> panel;
  std::vector<std::string> conflicts;
  std::vector<std::string> corrections;
  std::vector<std::string> embargo;
  std::vector<std::string> hidden;
  std::vector<std::string> reviews;
};

std::string Joined(const std::vector<std::string>& found) {
  const std::vector<std::string> named(found.begin(), found.begin() + std::min(found.size(), kNamed));
  std::string text = absl::StrJoin(named, ", ");
  if (text.size() > kMaxMessageBytes) text = std::string(Utf8Prefix(text, kMaxMessageBytes));
  if (found.size() > kNamed) absl::StrAppend(&text, ", and ", found.size() - kNamed, " more");
  return text;
}

v1::ChecklistItem Item(const char* id, const char* title, bool blocking, const char* what,
                       const std::vector<std::string>& found, const char* way_out) {
  v1::ChecklistItem item;
  item.set_item_id(id);
  item.set_title(title);
  item.set_blocking(blocking);
  item.set_passed(found.empty());
  if (!found.empty()) item.set_message(absl::StrCat(what, Joined(found), way_out));
  return item;
}

absl::Status AddShown(const StateReader& state, const v1::ToolView& tool, std::string_view settled,
                      Findings& findings) {
  const std::string& id = tool.revision().tool_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto shown, state.Load<v1::Revision>(Table::kShown, id));
  std::set<std::string> hidden;
  for (const v1::HiddenText& text : tool.revision().hidden_texts()) hidden.insert(text.kind());
  if (shown.has_value()) {
    for (const v1::HiddenText& text : shown->hidden_texts()) hidden.insert(text.kind());
    for (const std::string& field : OpenConflicts(*shown)) {
      if (field != settled) findings.conflicts.push_back(absl::StrCat(field, " of `", id, "`"));
    }
    for (const v1::FactCorrection& correction : shown->corrections()) {
      if (!correction.asks() || correction.field() == settled) continue;
      findings.corrections.push_back(absl::StrCat(correction.field(), " of `", id, "`"));
    }
  }
  if (!hidden.empty()) findings.hidden.push_back(absl::StrCat("`", id, "` (", hidden.size(), ")"));
  return absl::OkStatus();
}

absl::Status AddTool(const StateReader& state, const v1::ToolView& tool, absl::Time at,
                     std::string_view settled, Findings& findings) {
  const ToolId id(tool.revision().tool_id());
  for (std::string& mark : OpenMarks(tool)) findings.marks.push_back(std::move(mark));
  if (!tool.panel().full()) {
    findings.panel.push_back(absl::StrCat("`", id.value(), "` has ", tool.panel().total(), " of ",
                                          tool.panel().expected_personas_size()));
  }
  SEAWORTHY_RETURN_IF_ERROR(AddShown(state, tool, settled, findings));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto until, EmbargoOf(state, id));
  if (until.has_value() && at < *until) {
    findings.embargo.push_back(absl::StrCat("`", id.value(), "` until ", FormatUtc(*until)));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto repeats, PendingRepeats(state, id));
  for (const v1::ReviewRepeat& repeat : repeats) {
    findings.reviews.push_back(absl::StrCat(repeat.persona_id(), " on `", id.value(), "`"));
  }
  return absl::OkStatus();
}

std::vector<v1::ChecklistItem> ToItems(const Findings& findings) {
  return {
      Item("marks", "No mark is open", true, "open: ", findings.marks,
           "; edit the quote, or accept the mark with a reason"),
      Item("panel", "Every persona has answered", true, "not full: ", findings.panel,
           "; wait for the verdicts, or ask again"),
      Item("conflicts", "Sources agree, or an editor has said who is right", true, "sources disagree on ",
           findings.conflicts, "; correct or confirm the field on the tool's page"),
      Item("corrections", "No correction asks", true, "the sources say something new on ",
           findings.corrections, "; confirm the correction or let it go"),
      Item("embargo", "No embargo holds", true, "under embargo: ", findings.embargo,
           "; schedule it for later, or lift the embargo"),
      Item("hidden_text", "Announcements hide nothing", false, "text hidden from readers was removed from ",
           findings.hidden, "; look at it before you approve"),
      Item("reviews", "Nobody is being asked again", false, "asked again: ", findings.reviews,
           "; the verdict may change"),
  };
}

}  // namespace

std::vector<std::string> OpenConflicts(const v1::Revision& shown) {
  std::vector<std::string> fields;
  for (const v1::FactConflict& conflict : shown.conflicts()) {
    const auto& words = shown.corrections();
    const bool decided = std::any_of(words.begin(), words.end(), [&](const v1::FactCorrection& correction) {
      return correction.field() == conflict.field();
    });
    if (!decided) fields.push_back(conflict.field());
  }
  return fields;
}

absl::StatusOr<std::vector<v1::ChecklistItem>> MakeChecklist(const StateReader& state,
                                                             const v1::ComparisonContent& content,
                                                             absl::Time at) {
  Findings findings;
  SEAWORTHY_RETURN_IF_ERROR(AddTool(state, content.a(), at, "", findings));
  SEAWORTHY_RETURN_IF_ERROR(AddTool(state, content.b(), at, "", findings));
  return ToItems(findings);
}

absl::StatusOr<std::vector<v1::ChecklistItem>> MakeToolChecklist(const StateReader& state,
                                                                 const v1::ToolView& tool, absl::Time at,
                                                                 std::string_view settled) {
  Findings findings;
  SEAWORTHY_RETURN_IF_ERROR(AddTool(state, tool, at, settled, findings));
  return ToItems(findings);
}

v1::ChecklistItem SecondEditorItem(const v1::Comparison& comparison) {
  v1::ChecklistItem item;
  item.set_item_id("second_editor");
  item.set_title("Another editor has approved it");
  item.set_blocking(true);
  item.set_passed(comparison.has_first_approval());
  if (!item.passed()) item.set_message("two editors are needed; the first approval waits for the second");
  return item;
}

absl::Status CheckItems(std::string_view what, const std::vector<v1::ChecklistItem>& items) {
  std::vector<std::string> failed;
  for (const v1::ChecklistItem& item : items) {
    if (item.blocking() && !item.passed()) {
      failed.push_back(absl::StrCat(item.item_id(), ": ", item.message()));
    }
  }
  if (failed.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(std::string(what), ": ", absl::StrJoin(failed, ". ")));
}

}  // namespace seaworthy
