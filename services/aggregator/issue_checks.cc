#include "services/aggregator/issue_checks.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/compose.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxNoteBytes = 1'000;

// What readers see of a tool, page by page, until `visit` says false.
absl::Status ForEachPage(const StateReader& state, const std::string& tool,
                         const std::function<bool(const v1::ToolView&)>& visit) {
  std::vector<std::string> pages;
  const std::string prefix = Terminated(tool);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kPublishedByTool, prefix, "", [&](std::string_view key, std::string_view) {
        pages.emplace_back(key.substr(prefix.size()));
        return true;
      }));
  for (const std::string& id : pages) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto page, state.Load<v1::PublishedComparison>(Table::kPublished, id));
    if (!page.has_value()) continue;
    const bool is_a = page->content().a().revision().tool_id() == tool;
    if (!visit(is_a ? page->content().a() : page->content().b())) break;
  }
  return absl::OkStatus();
}

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

absl::Status CheckIssue(const v1::Correction& correction) {
  if (correction.note().empty() || correction.note().size() > kMaxNoteBytes ||
      !IsPlainUtf8(correction.note())) {
    return absl::InvalidArgumentError(
        "a correction says to readers what was wrong and what is right: 1 to 1,000 bytes of plain text");
  }
  if (correction.verdict_id().empty() == correction.tool_id().empty()) {
    return absl::InvalidArgumentError(
        "a correction is of a quote (verdict_id) or of a fact (tool_id); name one");
  }
  if (correction.verdict_id().empty()) return CheckCorrection(WordOf(correction));
  if (!SplitVerdictId(correction.verdict_id()).has_value()) {
    return absl::NotFoundError(absl::StrCat("no verdict `", correction.verdict_id().substr(0, 80),
                                            "`; a tool's verdicts say their ids"));
  }
  v1::Amendment edit;
  edit.set_kind(v1::EDIT_QUOTE);
  edit.set_quote(correction.quote());
  SEAWORTHY_RETURN_IF_ERROR(CheckAmendment(edit));
  if (Sha256Hex(correction.quote()) != correction.base_hash()) return absl::OkStatus();
  return absl::InvalidArgumentError("the quote is the same as before; change it");
}

absl::StatusOr<std::optional<PublicQuote>> FindPublicQuote(const StateReader& state,
                                                           const v1::Correction& correction) {
  const auto parts = SplitVerdictId(correction.verdict_id());
  std::optional<PublicQuote> found;
  bool other_words = false;
  SEAWORTHY_RETURN_IF_ERROR(ForEachPage(state, parts->revision.tool.value(), [&](const v1::ToolView& tool) {
    for (const v1::Verdict& verdict : tool.verdicts()) {
      if (verdict.persona_id() != parts->persona) continue;
      other_words = true;
      if (Sha256Hex(verdict.quote()) == correction.base_hash()) found = PublicQuote{verdict, tool};
    }
    return !found.has_value();
  }));
  if (found.has_value() || !other_words) return found;
  return absl::AbortedError(absl::StrCat("the public quote of `", correction.verdict_id(),
                                         "` is another by now; read the page again, then correct it"));
}

absl::StatusOr<std::optional<v1::ToolView>> FindPublicFact(const StateReader& state,
                                                           const v1::FactCorrection& word) {
  std::optional<v1::ToolView> found;
  SEAWORTHY_RETURN_IF_ERROR(ForEachPage(state, word.tool_id(), [&](const v1::ToolView& tool) {
    if (CarriesOther(tool.revision(), word)) found = tool;
    return !found.has_value();
  }));
  return found;
}

v1::FactCorrection WordOf(const v1::Correction& correction) {
  v1::FactCorrection word;
  word.set_tool_id(correction.tool_id());
  word.set_field(correction.field());
  *word.mutable_values() = correction.values();
  word.set_reason(correction.note());
  word.set_editor(correction.editor());
  *word.mutable_correct_time() = correction.correct_time();
  word.set_request_id(correction.request_id());
  return word;
}

bool CarriesOther(const v1::Revision& revision, const v1::FactCorrection& word) {
  v1::Revision right = revision;
  std::vector<v1::FactCorrection> words = {word};
  ApplyCorrections(words, right);
  return Sorted(ValuesOf(revision, word.field())) != Sorted(ValuesOf(right, word.field()));
}

void PutRight(const v1::Amendment& amendment, v1::Verdict& verdict) {
  if (verdict.original_quote().empty()) verdict.set_original_quote(verdict.quote());
  verdict.set_quote(amendment.quote());
  *verdict.mutable_beats() = amendment.beats();
  *verdict.mutable_claims() = amendment.claims();
  *verdict.mutable_marks() = amendment.marks();
}

absl::StatusOr<bool> PutRightIn(const StateReader& state, const v1::Correction& correction,
                                v1::ComparisonContent& content) {
  bool reached = false;
  if (correction.verdict_id().empty()) {
    for (v1::ToolView* tool : {content.mutable_a(), content.mutable_b()}) {
      if (tool->revision().tool_id() != correction.tool_id()) continue;
      const auto before = Sorted(ValuesOf(tool->revision(), correction.field()));
      SEAWORTHY_RETURN_IF_ERROR(LayOver(state, *tool->mutable_revision()));
      reached = Sorted(ValuesOf(tool->revision(), correction.field())) != before;
    }
    return reached;
  }
  v1::Amendment amendment;
  if (!amendment.ParseFromString(correction.amendment())) {
    return absl::DataLossError("the store holds a damaged correction; run `seaworthy rebuild`");
  }
  const auto parts = SplitVerdictId(correction.verdict_id());
  for (v1::ToolView* tool : {content.mutable_a(), content.mutable_b()}) {
    if (tool->revision().tool_id() != parts->revision.tool.value()) continue;
    for (v1::Verdict& verdict : *tool->mutable_verdicts()) {
      if (verdict.persona_id() != parts->persona || verdict.quote() != correction.was()) continue;
      PutRight(amendment, verdict);
      reached = true;
    }
  }
  return reached;
}

v1::Decision DecisionOf(const v1::Correction& correction, const v1::PublishedComparison& published) {
  v1::Decision decision;
  decision.set_comparison_id(published.content().comparison_id());
  decision.set_kind(v1::CORRECT);
  decision.set_content_hash(published.content_hash());
  decision.set_reason(correction.note());
  decision.set_editor(correction.editor());
  decision.set_first_editor(correction.first_editor());
  decision.set_four_eyes(correction.four_eyes());
  *decision.mutable_decide_time() = correction.correct_time();
  decision.set_request_id(correction.request_id());
  decision.set_correction_id(correction.correction_id());
  return decision;
}

}  // namespace seaworthy
