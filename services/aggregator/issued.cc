#include "services/aggregator/issued.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "seaworthy/v1/state_row.pb.h"
#include "services/aggregator/compose.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxShown = 20;
// By comparison, newest first; words put right; facts put right; corrections
// that wait for a second editor.
constexpr char kByComparison[] = "k";
constexpr char kByQuote[] = "q";
constexpr char kOverlays[] = "o";
constexpr char kWaiting[] = "w";

std::string IssuedKey(uint64_t sequence) { return kIssuedByTime + BigEndian64(~sequence); }

std::string QuoteKey(const v1::Verdict& verdict) {
  return absl::StrCat(kByQuote, Terminated(verdict.tool_id()), Terminated(verdict.persona_id()),
                      Sha256Hex(verdict.quote()));
}

std::string WaitingKey(const v1::Correction& correction) {
  v1::Correction asked = correction;
  asked.clear_editor();
  asked.clear_request_id();
  asked.clear_correct_time();
  asked.clear_amendment();
  return kWaiting + Sha256Hex(SerializeDeterministically(asked));
}

absl::StatusOr<v1::FactOverlays> LoadOverlays(const StateReader& state, const std::string& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto overlays, state.Load<v1::FactOverlays>(Table::kIssued, kOverlays + tool));
  return std::move(overlays).value_or(v1::FactOverlays());
}

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

absl::Status CheckFacts(const StateReader& state, const v1::ToolView& tool) {
  const v1::Revision& revision = tool.revision();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::FactOverlays overlays, LoadOverlays(state, revision.tool_id()));
  for (const v1::FactOverlay& overlay : overlays.overlays()) {
    if (revision.number() >= overlay.until_revision()) continue;
    const v1::FactCorrection& right = overlay.correction();
    v1::Revision corrected = revision;
    std::vector<v1::FactCorrection> corrections = {right};
    ApplyCorrections(corrections, corrected);
    if (Sorted(ValuesOf(revision, right.field())) == Sorted(ValuesOf(corrected, right.field()))) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("corrected: ", right.field(), " of `", revision.tool_id(),
                     "` was put right since; choose a publication after that correction"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string CorrectionId(uint64_t sequence) { return absl::StrCat("c-", sequence); }

std::optional<uint64_t> SequenceOfCorrection(std::string_view correction_id) {
  uint64_t sequence = 0;
  if (!correction_id.starts_with("c-") ||
      !absl::SimpleAtoi(std::string(correction_id.substr(2)), &sequence)) {
    return std::nullopt;
  }
  return sequence;
}

absl::StatusOr<std::optional<v1::Correction>> LoadIssued(const StateReader& state, uint64_t sequence) {
  return state.Load<v1::Correction>(Table::kIssued, IssuedKey(sequence));
}

void StoreIssued(StateTransaction& state, const v1::Correction& correction, uint64_t sequence) {
  state.Store(Table::kIssued, IssuedKey(sequence), correction);
}

void NoteCorrected(StateTransaction& state, const std::string& comparison, uint64_t sequence) {
  state.Put(Table::kIssued, kByComparison + Terminated(comparison) + BigEndian64(~sequence), "");
}

absl::Status AddCorrectionsOf(const StateReader& state, v1::PublishedComparison& published) {
  std::vector<std::string> keys;
  const std::string prefix = kByComparison + Terminated(published.content().comparison_id());
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kIssued, prefix, "", [&](std::string_view key, std::string_view) {
        keys.push_back(kIssuedByTime + std::string(key.substr(prefix.size())));
        return keys.size() < kMaxShown;
      }));
  for (const std::string& key : keys) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto correction, state.Load<v1::Correction>(Table::kIssued, key));
    if (!correction.has_value()) continue;
    correction->clear_editor();
    correction->clear_first_editor();
    correction->clear_request_id();
    correction->clear_comparison_ids();
    correction->clear_amendment();
    correction->clear_complete();
    *published.add_corrections() = *std::move(correction);
  }
  return absl::OkStatus();
}

void NoteCorrectedQuote(StateTransaction& state, const v1::Verdict& before, const v1::Verdict& after,
                        uint64_t sequence) {
  state.Put(Table::kIssued, QuoteKey(before), BigEndian64(sequence));
  state.Delete(Table::kIssued, QuoteKey(after));
}

absl::Status StoreOverlay(StateTransaction& state, const v1::FactCorrection& correction,
                          uint32_t until_revision) {
  SEAWORTHY_RETURN_IF_ERROR(RemoveOverlay(state, ToolId(correction.tool_id()), correction.field()).status());
  SEAWORTHY_ASSIGN_OR_RETURN(v1::FactOverlays overlays, LoadOverlays(state, correction.tool_id()));
  v1::FactOverlay* overlay = overlays.add_overlays();
  overlay->set_until_revision(until_revision);
  *overlay->mutable_correction() = correction;
  std::sort(overlays.mutable_overlays()->begin(), overlays.mutable_overlays()->end(),
            [](const v1::FactOverlay& a, const v1::FactOverlay& b) {
              return a.correction().field() < b.correction().field();
            });
  state.Store(Table::kIssued, kOverlays + correction.tool_id(), overlays);
  return absl::OkStatus();
}

absl::StatusOr<bool> RemoveOverlay(StateTransaction& state, const ToolId& tool, const std::string& field) {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::FactOverlays overlays, LoadOverlays(state, tool.value()));
  v1::FactOverlays kept;
  for (const v1::FactOverlay& overlay : overlays.overlays()) {
    if (overlay.correction().field() != field) *kept.add_overlays() = overlay;
  }
  if (kept.overlays_size() == overlays.overlays_size()) return false;
  if (kept.overlays().empty()) {
    state.Delete(Table::kIssued, kOverlays + tool.value());
  } else {
    state.Store(Table::kIssued, kOverlays + tool.value(), kept);
  }
  return true;
}

absl::Status LayOver(const StateReader& state, v1::Revision& revision) {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::FactOverlays overlays, LoadOverlays(state, revision.tool_id()));
  std::vector<v1::FactCorrection> corrections;
  for (const v1::FactOverlay& overlay : overlays.overlays()) {
    if (revision.number() < overlay.until_revision()) corrections.push_back(overlay.correction());
  }
  ApplyCorrections(corrections, revision);
  return absl::OkStatus();
}

absl::Status CheckNotCorrected(const StateReader& state, const v1::ComparisonContent& content) {
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const auto corrected, state.Get(Table::kIssued, QuoteKey(verdict)));
      if (!corrected.has_value()) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("corrected: the quote of `", verdict.verdict_id(),
                       "` was put right since; choose a publication after that correction"));
    }
    SEAWORTHY_RETURN_IF_ERROR(CheckFacts(state, *tool));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> FirstEditorOf(const StateReader& state,
                                                         const v1::Correction& correction) {
  return state.Get(Table::kIssued, WaitingKey(correction));
}

void StoreFirstEditor(StateTransaction& state, const v1::Correction& correction) {
  state.Put(Table::kIssued, WaitingKey(correction), correction.editor());
}

void ForgetFirstEditor(StateTransaction& state, const v1::Correction& correction) {
  state.Delete(Table::kIssued, WaitingKey(correction));
}

std::string IssuedRequestKey(const v1::Correction& correction) {
  return Terminated("issued/") + correction.request_id();
}

}  // namespace seaworthy
