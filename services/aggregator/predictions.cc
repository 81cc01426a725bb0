#include "services/aggregator/predictions.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/resolutions.h"

namespace seaworthy {
namespace {

constexpr char kAll = 'a';
constexpr char kPublic = 'p';
constexpr size_t kMaxPredictions = 8;
// Rows looked at for one page, where filters pass few.
constexpr size_t kMaxLooked = 5'000;

// YYYY-MM-DD in digits: sorts as it falls due.
bool IsDate(std::string_view text) {
  if (text.size() != 10) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : !absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

v1::Prediction ToPrediction(const v1::Verdict& verdict, const v1::Claim& claim,
                            const std::string& tool_name) {
  v1::Prediction prediction;
  prediction.set_due_date(claim.due_date());
  if (claim.has_probability()) prediction.set_probability(claim.probability());
  prediction.set_text(claim.text());
  prediction.set_decided_by(claim.decided_by());
  prediction.set_persona_id(verdict.persona_id());
  prediction.set_tool_id(verdict.tool_id());
  prediction.set_tool_name(tool_name);
  prediction.set_revision(verdict.revision());
  prediction.set_verdict_id(verdict.verdict_id());
  prediction.set_vote(verdict.vote());
  prediction.set_prediction_id(MakePredictionId(verdict, claim.text()));
  return prediction;
}

// What the prediction is, whichever comparisons it is published in.
std::string KeyOf(char list, const v1::Prediction& prediction) {
  return absl::StrCat(std::string(1, list), Terminated(prediction.due_date()), prediction.prediction_id());
}

// Names are read with the list: verdicts come too fast to look them up then.
absl::Status FillNames(const StateReader& state, v1::ListPredictionsResponse& response) {
  for (v1::Prediction& prediction : *response.mutable_predictions()) {
    if (!prediction.tool_name().empty()) continue;
    const RevisionId id{ToolId(prediction.tool_id()), prediction.revision()};
    SEAWORTHY_ASSIGN_OR_RETURN(const auto revision,
                               state.Load<v1::Revision>(Table::kRevisions, RevisionKey(id)));
    if (revision.has_value()) prediction.set_tool_name(revision->name());
  }
  return absl::OkStatus();
}

using Visitor = std::function<void(const v1::Prediction&)>;

void ForEachPrediction(const v1::Verdict& verdict, const std::string& tool_name, const Visitor& visit) {
  size_t seen = 0;
  for (const v1::Claim& claim : verdict.claims()) {
    if (claim.kind() != v1::Claim::PREDICTION || !IsDate(claim.due_date())) continue;
    if (++seen > kMaxPredictions) return;
    visit(ToPrediction(verdict, claim, tool_name));
  }
}

void ForEachPrediction(const v1::ComparisonContent& content, const Visitor& visit) {
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) {
      ForEachPrediction(verdict, tool->revision().name(), visit);
    }
  }
}

bool Passes(const v1::ListPredictionsRequest& request, const v1::Prediction& prediction) {
  if (request.resolved() != 0 && prediction.has_resolution() != (request.resolved() == 2)) return false;
  return request.persona_id().empty() || prediction.persona_id() == request.persona_id();
}

absl::Status Damaged() {
  return absl::DataLossError("the store holds a damaged prediction; run `seaworthy rebuild`");
}

}  // namespace

void EnterPredictions(StateTransaction& state, const v1::Verdict& verdict) {
  ForEachPrediction(verdict, "", [&state](const v1::Prediction& prediction) {
    state.Store(Table::kPredictions, KeyOf(kAll, prediction), prediction);
    IndexPrediction(state, prediction, KeyOf(kAll, prediction));
  });
}

void RemovePredictions(StateTransaction& state, const v1::Verdict& verdict) {
  ForEachPrediction(verdict, "", [&state](const v1::Prediction& prediction) {
    state.Delete(Table::kPredictions, KeyOf(kAll, prediction));
    UnindexPrediction(state, prediction, KeyOf(kAll, prediction));
  });
}

void UpdatePublicPredictions(StateTransaction& state, const std::optional<v1::PublishedComparison>& before,
                             const std::optional<v1::PublishedComparison>& after) {
  const auto key = [](const v1::Prediction& prediction, const v1::PublishedComparison& published) {
    return Terminated(KeyOf(kPublic, prediction)) + published.content().comparison_id();
  };
  if (before.has_value()) {
    ForEachPrediction(before->content(), [&](const v1::Prediction& prediction) {
      state.Delete(Table::kPredictions, key(prediction, *before));
      UnindexPrediction(state, prediction, key(prediction, *before));
    });
  }
  if (!after.has_value()) return;
  ForEachPrediction(after->content(), [&](v1::Prediction prediction) {
    prediction.set_comparison_id(after->content().comparison_id());
    state.Store(Table::kPredictions, key(prediction, *after), prediction);
    IndexPrediction(state, prediction, key(prediction, *after));
  });
}

absl::StatusOr<v1::ListPredictionsResponse> ReadPredictions(const StateReader& state,
                                                            const v1::ListPredictionsRequest& request,
                                                            size_t page_size, const std::string& from,
                                                            std::string& next) {
  v1::ListPredictionsResponse response;
  absl::Status trouble;
  std::string last;
  size_t looked = 0;
  next.clear();
  const std::string prefix(1, request.published() ? kPublic : kAll);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kPredictions, prefix, from, [&](std::string_view key, std::string_view value) {
        v1::Prediction prediction;
        if (!prediction.ParseFromArray(value.data(), static_cast<int>(value.size()))) trouble = Damaged();
        if (!trouble.ok()) return false;
        // In the order they fall due: none of the rest is due by then.
        if (!request.due_until().empty() && prediction.due_date() > request.due_until()) return false;
        const bool is_full =
            static_cast<size_t>(response.predictions_size()) == page_size || looked == kMaxLooked;
        // The same words, published in another comparison too.
        const std::string same = KeyOf(prefix[0], prediction);
        if (same == last) return true;
        if (is_full) {
          next = std::string(key);
          return false;
        }
        ++looked;
        last = same;
        trouble = FillResolution(state, prediction);
        if (Passes(request, prediction)) *response.add_predictions() = std::move(prediction);
        return trouble.ok();
      }));
  SEAWORTHY_RETURN_IF_ERROR(trouble);
  SEAWORTHY_RETURN_IF_ERROR(FillNames(state, response));
  return response;
}

}  // namespace seaworthy
