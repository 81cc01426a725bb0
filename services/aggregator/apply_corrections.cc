// Something public is put right, on every page that carries it
// (docs/editorial.md, Corrections).
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/application.h"
#include "services/aggregator/checklist.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/issue_checks.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/publications.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/schedules.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

// Comparisons looked at for one record.
constexpr size_t kPagesAStep = 64;
// A correction names so many of those it reached.
constexpr int kMaxPagesNamed = 1'000;

bool IsRefusal(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) ||
         absl::IsNotFound(status);
}

absl::Status NothingCarries(const std::string& what) {
  return absl::FailedPreconditionError(
      absl::StrCat("no page that readers see carries ", what, "; edit the draft instead"));
}

// Up to `count` comparisons of a tool after one of them.
absl::StatusOr<std::vector<ComparisonId>> PagesAfter(const StateReader& state, const ToolId& tool,
                                                     const std::string& after, size_t count) {
  std::vector<ComparisonId> pages;
  const std::string prefix = Terminated(tool.value());
  const std::string from = after.empty() ? prefix : prefix + Terminated(after);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kComparisonsByTool, prefix, from, [&](std::string_view key, std::string_view) {
        pages.emplace_back(std::string(key.substr(prefix.size())));
        return pages.size() < count;
      }));
  return pages;
}

}  // namespace

absl::Status Application::CorrectionIssued(const v1::CorrectionIssued& event) {
  v1::Correction correction = event.correction();
  if (!event.after_comparison_id().empty()) {
    const auto sequence = SequenceOfCorrection(correction.correction_id());
    SEAWORTHY_ASSIGN_OR_RETURN(const auto issued, LoadIssued(state_, sequence.value_or(0)));
    if (!issued.has_value() || issued->complete()) return absl::OkStatus();
    return ReachPages(*issued, *sequence, event.after_comparison_id());
  }
  const std::string key = IssuedRequestKey(correction);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  const absl::Status outcome = TakeCorrection(correction);
  if (!outcome.ok() && !IsRefusal(outcome)) return outcome;
  state_.Put(Table::kOutcomes, key, EncodeOutcome(outcome));
  if (!outcome.ok()) return absl::OkStatus();
  SEAWORTHY_RETURN_IF_ERROR(NoteInWeek(state_, record_, WeekNote::kCorrected, correction.correction_id()));
  return ReachPages(correction, record_.sequence, "");
}

absl::Status Application::TakeCorrection(v1::Correction& correction) {
  SEAWORTHY_RETURN_IF_ERROR(CheckIssue(correction));
  correction.set_correction_id(CorrectionId(record_.sequence));
  return correction.verdict_id().empty() ? TakeFactCorrection(correction) : TakeQuoteCorrection(correction);
}

absl::Status Application::CheckSecondEditor(v1::Correction& correction) {
  if (!correction.four_eyes()) return absl::OkStatus();
  v1::Correction asked = correction;
  asked.clear_correction_id();
  asked.clear_was();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto first, FirstEditorOf(state_, asked));
  if (!first.has_value() || *first == correction.editor()) {
    StoreFirstEditor(state_, asked);
    return absl::FailedPreconditionError(
        absl::StrCat("second_editor: noted for ", correction.editor(),
                     "; another editor has to ask for the same correction, word for word"));
  }
  ForgetFirstEditor(state_, asked);
  correction.set_first_editor(*first);
  return absl::OkStatus();
}

absl::Status Application::TakeQuoteCorrection(v1::Correction& correction) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto page, FindPublicQuote(state_, correction));
  if (!page.has_value()) return NothingCarries(absl::StrCat("a quote of `", correction.verdict_id(), "`"));
  v1::Amendment amendment;
  if (!amendment.ParseFromString(correction.amendment())) {
    return absl::InvalidArgumentError("the correction carries no checked quote; ask for it again");
  }
  // Names are looked up once, so that page and draft come to be the same.
  v1::Verdict after = page->verdict;
  PutRight(amendment, after);
  SEAWORTHY_RETURN_IF_ERROR(ResolveNames(state_, after));
  *amendment.mutable_marks() = after.marks();
  v1::ToolView tool = page->tool;
  for (v1::Verdict& verdict : *tool.mutable_verdicts()) {
    if (verdict.verdict_id() == after.verdict_id()) verdict = after;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto items,
                             MakeToolChecklist(state_, tool, ToTime(correction.correct_time())));
  SEAWORTHY_RETURN_IF_ERROR(
      CheckItems(absl::StrCat("cannot correct `", correction.verdict_id(), "`"), items));
  SEAWORTHY_RETURN_IF_ERROR(CheckSecondEditor(correction));
  correction.set_was(page->verdict.quote());
  correction.set_amendment(SerializeDeterministically(amendment));
  NoteCorrectedQuote(state_, page->verdict, after, record_.sequence);
  return CorrectVerdicts(correction, amendment, page->verdict);
}

// The same words wherever they stand for a revision of the tool.
absl::Status Application::CorrectVerdicts(const v1::Correction& correction, const v1::Amendment& amendment,
                                          const v1::Verdict& wrong) {
  std::vector<v1::Verdict> found;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(state_.Scan(
      Table::kVerdicts, Terminated(wrong.tool_id()), "", [&](std::string_view, std::string_view value) {
        v1::Verdict verdict;
        damaged |= !verdict.ParseFromArray(value.data(), static_cast<int>(value.size()));
        const bool same = verdict.persona_id() == wrong.persona_id() && verdict.quote() == wrong.quote();
        if (same) found.push_back(std::move(verdict));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged verdict; run `seaworthy rebuild`");
  for (const v1::Verdict& before : found) RemovePredictions(state_, before);
  // The newest first: a verdict that was carried over is in the ledger by its
  // first revision, under the same key.
  for (auto before = found.rbegin(); before != found.rend(); ++before) {
    v1::Verdict after = *before;
    PutRight(amendment, after);
    EnterPredictions(state_, after);
    const RevisionId revision{ToolId(after.tool_id()), after.revision()};
    state_.Store(Table::kVerdicts, VerdictKey(revision, after.persona_id()), after);
    v1::Amendment account;
    account.set_verdict_id(after.verdict_id());
    account.set_kind(v1::EDIT_QUOTE);
    account.set_base_hash(correction.base_hash());
    account.set_quote(correction.quote());
    account.set_reason(correction.note());
    account.set_editor(correction.editor());
    *account.mutable_amend_time() = correction.correct_time();
    account.set_request_id(correction.request_id());
    state_.Store(Table::kAmendments, Terminated(after.verdict_id()) + BigEndian64(record_.sequence), account);
  }
  return absl::OkStatus();
}

absl::Status Application::TakeFactCorrection(v1::Correction& correction) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, ToolId(correction.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, id));
  if (!tool.has_value()) return absl::NotFoundError(absl::StrCat("no tool `", correction.tool_id(), "`"));
  v1::FactCorrection word = WordOf(correction);
  word.set_tool_id(id.value());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto page, FindPublicFact(state_, word));
  if (!page.has_value()) {
    return NothingCarries(absl::StrCat("another ", correction.field(), " of `", id.value(), "`"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(
      const auto items, MakeToolChecklist(state_, *page, ToTime(correction.correct_time()), word.field()));
  SEAWORTHY_RETURN_IF_ERROR(CheckItems(absl::StrCat("cannot correct `", id.value(), "`"), items));
  SEAWORTHY_RETURN_IF_ERROR(CheckSecondEditor(correction));
  correction.set_tool_id(id.value());
  correction.set_was(absl::StrJoin(ValuesOf(page->revision(), word.field()), ", "));
  SEAWORTHY_RETURN_IF_ERROR(KeepWord(word));
  // The first revision that has it by itself: the newest, or the next.
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, id));
  if (!newest.has_value()) return absl::DataLossError("a tool has no revision; run `seaworthy rebuild`");
  const bool has_it = !CarriesOther(*newest, word);
  return StoreOverlay(state_, word, newest->number() + (has_it ? 0 : 1));
}

absl::Status Application::ReachPages(v1::Correction correction, uint64_t sequence, const std::string& after) {
  const ToolId tool(correction.verdict_id().empty()
                        ? correction.tool_id()
                        : SplitVerdictId(correction.verdict_id())->revision.tool.value());
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<ComparisonId> pages,
                             PagesAfter(state_, tool, after, kPagesAStep + 1));
  correction.set_complete(pages.size() <= kPagesAStep);
  if (!correction.complete()) pages.resize(kPagesAStep);
  StoreIssued(state_, correction, sequence);
  for (const ComparisonId& id : pages) {
    SEAWORTHY_ASSIGN_OR_RETURN(const bool reached, CorrectPage(correction, sequence, id));
    if (reached && correction.comparison_ids_size() < kMaxPagesNamed) {
      correction.add_comparison_ids(id.value());
    }
  }
  StoreIssued(state_, correction, sequence);
  if (correction.complete()) return absl::OkStatus();
  v1::Event event;
  event.mutable_correction_issued()->mutable_correction()->set_correction_id(correction.correction_id());
  event.mutable_correction_issued()->set_after_comparison_id(pages.back().value());
  Emit(absl::StrCat("issued:", sequence, ":", pages.back().value()), event);
  return absl::OkStatus();
}

absl::StatusOr<bool> Application::CorrectPage(const v1::Correction& correction, uint64_t sequence,
                                              const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (!comparison.has_value() || comparison->state() == v1::Comparison::WAITING) return false;
  const v1::Comparison::State before = comparison->state();
  SEAWORTHY_ASSIGN_OR_RETURN(auto published,
                             state_.Load<v1::PublishedComparison>(Table::kPublished, id.value()));
  bool reached = false;
  if (published.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(reached, PutRightIn(state_, correction, *published->mutable_content()));
  }
  if (reached) {
    published->set_content_hash(ContentHash(published->content()));
    *published->mutable_decision() = DecisionOf(correction, *published);
    NoteCorrected(state_, id.value(), sequence);
    SEAWORTHY_RETURN_IF_ERROR(Publish(state_, *comparison, *published, record_));
    state_.Store(Table::kDecisions, DecisionKey(id.value(), record_.sequence), published->decision());
    if (before == v1::Comparison::APPROVED) *comparison->mutable_last_decision() = published->decision();
    SEAWORTHY_RETURN_IF_ERROR(TellDecided(published->decision()));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ComparisonContent content, BuildContent(state_, id));
  const std::string hash = ContentHash(content);
  if (hash != comparison->content_hash()) {
    VoidApproval(state_, *comparison);
    comparison->set_content_hash(hash);
    comparison->set_state(v1::Comparison::DRAFTED);
    *comparison->mutable_update_time() = TimeOf(record_);
  }
  const bool stays = before == v1::Comparison::APPROVED;
  if (stays) {
    comparison->set_state(hash == comparison->published_hash() ? v1::Comparison::APPROVED
                                                               : v1::Comparison::DRAFTED);
  }
  SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, *comparison, before));
  return reached;
}

}  // namespace seaworthy
