#include "services/aggregator/amendments.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxQuoteBytes = 4'000;
constexpr size_t kMaxReasonBytes = 2'000;
constexpr size_t kMarksNamed = 5;
constexpr int kMaxAmendmentsListed = 100;

const char* SupportName(v1::Claim::Support support) {
  return support == v1::Claim::CONTRADICTED ? "contradicted" : "unsupported";
}

// At most 80 bytes, cut between characters.
std::string Shortened(std::string_view text) {
  size_t end = std::min<size_t>(text.size(), 80);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  return std::string(text.substr(0, end));
}

absl::Status CheckText(const char* what, const std::string& text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", what, " is ", text.size(), " bytes long; at most ", max_bytes));
  }
  if (!IsPlainUtf8(text)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", what, " holds control characters or is not UTF-8; send it as plain text in one paragraph"));
  }
  return absl::OkStatus();
}

absl::Status NoLongerThatQuote(const v1::Verdict& verdict) {
  return absl::AbortedError(absl::StrCat("the quote of `", verdict.verdict_id(),
                                         "` has changed since you looked; read it again, then amend it"));
}

absl::Status ApplyEdit(const v1::Amendment& amendment, v1::Verdict& verdict) {
  if (amendment.quote() == verdict.quote()) {
    return absl::InvalidArgumentError("the quote is the same as before; change it or accept its marks");
  }
  if (verdict.original_quote().empty()) verdict.set_original_quote(verdict.quote());
  verdict.set_quote(amendment.quote());
  *verdict.mutable_beats() = amendment.beats();
  *verdict.mutable_claims() = amendment.claims();
  *verdict.mutable_marks() = amendment.marks();
  return absl::OkStatus();
}

absl::Status ApplyAcceptance(const v1::Amendment& amendment, v1::Verdict& verdict) {
  bool found = false;
  for (v1::Mark& mark : *verdict.mutable_marks()) {
    if (mark.begin() != amendment.mark_begin() || mark.end() != amendment.mark_end() || !IsOpen(mark))
      continue;
    mark.set_accepted_by(amendment.editor());
    mark.set_accepted_reason(amendment.reason());
    found = true;
  }
  if (found) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("no open mark stands on bytes ", amendment.mark_begin(),
                                                    " to ", amendment.mark_end(), " of `",
                                                    verdict.verdict_id(), "`; read the verdict again"));
}

// The verdict after the amendment. Errors: why it takes no effect.
absl::StatusOr<v1::Verdict> Amended(const v1::Amendment& amendment, const v1::Tool& tool,
                                    v1::Verdict verdict) {
  SEAWORTHY_RETURN_IF_ERROR(CheckAmendment(amendment));
  if (verdict.revision() < tool.reviewed_revision()) {
    return absl::FailedPreconditionError(absl::StrCat("`", verdict.verdict_id(),
                                                      "` is superseded by revision ",
                                                      tool.reviewed_revision(), "; amend that one's"));
  }
  if (Sha256Hex(verdict.quote()) != amendment.base_hash()) return NoLongerThatQuote(verdict);
  if (amendment.kind() == v1::EDIT_QUOTE) {
    SEAWORTHY_RETURN_IF_ERROR(ApplyEdit(amendment, verdict));
  } else {
    SEAWORTHY_RETURN_IF_ERROR(ApplyAcceptance(amendment, verdict));
  }
  return verdict;
}

// What the history shows.
v1::Amendment Account(const v1::Amendment& amendment) {
  v1::Amendment account = amendment;
  account.clear_beats();
  account.clear_claims();
  account.clear_marks();
  return account;
}

absl::Status StoreAmended(StateTransaction& state, const v1::Amendment& amendment, uint64_t sequence,
                          const VerdictParts& parts, const v1::Verdict& before, v1::Verdict& after) {
  SEAWORTHY_RETURN_IF_ERROR(ResolveNames(state, after));
  RemovePredictions(state, before);
  EnterPredictions(state, after);
  state.Store(Table::kVerdicts, VerdictKey(parts.revision, parts.persona), after);
  state.Store(Table::kAmendments, Terminated(after.verdict_id()) + BigEndian64(sequence), Account(amendment));
  return absl::OkStatus();
}

}  // namespace

std::optional<VerdictParts> SplitVerdictId(std::string_view id) {
  const size_t at = id.find('@');
  const size_t slash = id.find('/', at == std::string_view::npos ? 0 : at);
  if (at == std::string_view::npos || slash == std::string_view::npos || id.size() > 300) return std::nullopt;
  VerdictParts parts;
  parts.revision.tool = ToolId(std::string(id.substr(0, at)));
  parts.persona = std::string(id.substr(slash + 1));
  if (!absl::SimpleAtoi(std::string(id.substr(at + 1, slash - at - 1)), &parts.revision.number)) {
    return std::nullopt;
  }
  if (id.find('\0') != std::string_view::npos) return std::nullopt;
  return parts;
}

bool IsOpen(const v1::Mark& mark) {
  return (mark.support() == v1::Claim::UNSUPPORTED || mark.support() == v1::Claim::CONTRADICTED) &&
         mark.accepted_by().empty();
}

std::vector<std::string> OpenMarks(const v1::ToolView& tool) {
  std::vector<std::string> named;
  for (const v1::Verdict& verdict : tool.verdicts()) {
    for (const v1::Mark& mark : verdict.marks()) {
      if (!IsOpen(mark)) continue;
      named.push_back(absl::StrCat("\"", Shortened(mark.text()), "\" (", SupportName(mark.support()), ", ",
                                   verdict.verdict_id(), ")"));
    }
  }
  return named;
}

absl::Status CheckNoOpenMarks(const v1::ComparisonContent& content) {
  std::vector<std::string> named = OpenMarks(content.a());
  for (std::string& mark : OpenMarks(content.b())) named.push_back(std::move(mark));
  const size_t open = named.size();
  if (open == 0) return absl::OkStatus();
  if (open > kMarksNamed) named.resize(kMarksNamed);
  return absl::FailedPreconditionError(
      absl::StrCat("cannot approve `", content.comparison_id(), "`: ", open,
                   open == 1 ? " mark is" : " marks are", " open: ", absl::StrJoin(named, ", "),
                   open > kMarksNamed ? ", …" : "", "; edit the quote, or accept the mark with a reason"));
}

absl::Status CheckAmendment(const v1::Amendment& amendment) {
  SEAWORTHY_RETURN_IF_ERROR(CheckText("reason", amendment.reason(), kMaxReasonBytes));
  if (amendment.kind() == v1::ACCEPT_MARK) {
    if (!amendment.reason().empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "a reason is needed to accept a mark; say in a sentence why it may stand");
  }
  if (amendment.kind() != v1::EDIT_QUOTE) {
    return absl::InvalidArgumentError("an amendment edits the quote or accepts a mark; it is neither");
  }
  if (amendment.quote().empty()) {
    return absl::InvalidArgumentError(
        "the quote is empty; leave at least a sentence, or reject the comparison");
  }
  return CheckText("quote", amendment.quote(), kMaxQuoteBytes);
}

absl::StatusOr<AmendmentOutcome> TakeAmendment(StateTransaction& state, const v1::Amendment& amendment,
                                               uint64_t sequence) {
  const auto parts = SplitVerdictId(amendment.verdict_id());
  const absl::Status missing = absl::NotFoundError(absl::StrCat("no verdict `", amendment.verdict_id(), "`"));
  if (!parts.has_value()) return AmendmentOutcome{missing, std::nullopt};
  SEAWORTHY_ASSIGN_OR_RETURN(
      const auto before,
      state.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(parts->revision, parts->persona)));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, parts->revision.tool));
  if (!before.has_value() || !tool.has_value()) return AmendmentOutcome{missing, std::nullopt};
  auto after = Amended(amendment, *tool, *before);
  if (!after.ok()) return AmendmentOutcome{after.status(), std::nullopt};
  SEAWORTHY_RETURN_IF_ERROR(StoreAmended(state, amendment, sequence, *parts, *before, *after));
  return AmendmentOutcome{absl::OkStatus(), *std::move(after)};
}

std::string AmendmentRequestKey(const v1::Amendment& amendment) {
  return Terminated(amendment.verdict_id()) + amendment.request_id();
}

absl::Status ReadAmendments(const StateReader& state, const v1::ComparisonContent& content,
                            google::protobuf::RepeatedPtrField<v1::Amendment>* amendments) {
  bool damaged = false;
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) {
      int listed = 0;
      SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kAmendments, Terminated(verdict.verdict_id()), "",
                                           [&](std::string_view, std::string_view value) {
                                             damaged |= !amendments->Add()->ParseFromArray(
                                                 value.data(), static_cast<int>(value.size()));
                                             return !damaged && ++listed < kMaxAmendmentsListed;
                                           }));
    }
  }
  if (damaged) return absl::DataLossError("the store holds a damaged amendment; run `seaworthy rebuild`");
  return absl::OkStatus();
}

}  // namespace seaworthy
