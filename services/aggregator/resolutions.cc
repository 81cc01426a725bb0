#include "services/aggregator/resolutions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/ids.h"
#include "common/status_macros.h"
#include "seaworthy/v1/state_row.pb.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxNoteBytes = 1'000;
constexpr size_t kMaxUrlBytes = 2'000;
constexpr uint32_t kBins = 10;
constexpr uint32_t kMillion = 1'000'000;
constexpr char kCalibrationPrefix = 'c';

std::string RowKey(const std::string& id) { return "r" + id; }
std::string IndexPrefix(const std::string& id) { return "k" + Terminated(id); }
std::string CalibrationKey(const std::string& persona) {
  return std::string(1, kCalibrationPrefix) + persona;
}

// Of the revision it was given on, wherever it stands now.
std::string FirstVerdictId(const v1::Verdict& verdict) {
  const uint32_t from = verdict.provenance().carried_from();
  if (from == 0) return verdict.verdict_id();
  return MakeVerdictId({ToolId(verdict.tool_id()), from}, PersonaId(verdict.persona_id())).value();
}

bool IsHttpUrl(const std::string& url) {
  const size_t scheme = absl::StartsWith(url, "https://") ? 8 : absl::StartsWith(url, "http://") ? 7 : 0;
  if (scheme == 0 || url.size() > kMaxUrlBytes || url.size() == scheme) return false;
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return plain && url[scheme] != '/' && url[scheme] != '?' && url[scheme] != '#';
}

bool Counts(const v1::ResolvedPrediction& row) {
  const auto outcome = row.resolution().outcome();
  return outcome == v1::PredictionResolution::CAME_TRUE || outcome == v1::PredictionResolution::DID_NOT;
}

// Adds a resolution to a persona's counts, or takes it out again.
void AddToCounts(const v1::ResolvedPrediction& row, int64_t by, v1::CalibrationCounts& counts) {
  counts.set_persona_id(row.persona_id());
  while (counts.bins_size() < static_cast<int>(kBins)) counts.add_bins();
  if (!Counts(row)) return;
  const auto add = [by](uint64_t value, uint64_t more) {
    return by > 0 ? value + more : value - std::min(value, more);
  };
  if (!row.has_probability_micros()) {
    counts.set_without_probability(add(counts.without_probability(), 1));
    return;
  }
  const uint64_t micros = row.probability_micros();
  const bool came = row.resolution().outcome() == v1::PredictionResolution::CAME_TRUE;
  v1::CalibrationCounts::Bin& bin =
      *counts.mutable_bins(static_cast<int>(std::min<uint64_t>(micros * kBins / kMillion, kBins - 1)));
  const uint64_t off = came ? kMillion - micros : micros;
  bin.set_count(add(bin.count(), 1));
  bin.set_came_true(add(bin.came_true(), came ? 1 : 0));
  bin.set_probability_micros(add(bin.probability_micros(), micros));
  counts.set_squares(add(counts.squares(), off * off));
}

v1::Calibration ToCalibration(const v1::CalibrationCounts& counts) {
  v1::Calibration calibration;
  calibration.set_persona_id(counts.persona_id());
  for (const v1::CalibrationCounts::Bin& counted : counts.bins()) {
    v1::CalibrationBin* bin = calibration.add_bins();
    bin->set_count(counted.count());
    bin->set_came_true(counted.came_true());
    bin->set_probability_sum(static_cast<double>(counted.probability_micros()) / kMillion);
    calibration.set_resolved(calibration.resolved() + counted.count());
    calibration.set_came_true(calibration.came_true() + counted.came_true());
  }
  calibration.set_without_probability(counts.without_probability());
  if (calibration.resolved() > 0) {
    calibration.set_brier(static_cast<double>(counts.squares()) / 1e12 /
                          static_cast<double>(calibration.resolved()));
  }
  return calibration;
}

v1::ResolvedPrediction MakeRow(const v1::Prediction& prediction, const v1::PredictionResolution& resolution) {
  v1::ResolvedPrediction row;
  *row.mutable_resolution() = resolution;
  row.set_persona_id(prediction.persona_id());
  if (prediction.has_probability()) {
    const double probability = std::clamp(prediction.probability(), 0.0, 1.0);
    row.set_probability_micros(static_cast<uint32_t>(std::lround(probability * kMillion)));
  }
  return row;
}

absl::Status Recount(StateTransaction& state, const v1::ResolvedPrediction& row, int64_t by) {
  const std::string key = CalibrationKey(row.persona_id());
  SEAWORTHY_ASSIGN_OR_RETURN(auto counts, state.Load<v1::CalibrationCounts>(Table::kHealth, key));
  v1::CalibrationCounts counted = std::move(counts).value_or(v1::CalibrationCounts());
  AddToCounts(row, by, counted);
  state.Store(Table::kHealth, key, counted);
  return absl::OkStatus();
}

const char* OutcomeName(v1::PredictionResolution::Outcome outcome) {
  if (outcome == v1::PredictionResolution::CAME_TRUE) return "came true";
  return outcome == v1::PredictionResolution::DID_NOT ? "did not come true" : "void";
}

// Why it cannot be resolved so now.
absl::Status CheckNow(const v1::Prediction& prediction, const v1::PredictionResolution& asked) {
  const bool opens = asked.outcome() == v1::PredictionResolution::OPEN_AGAIN;
  if (opens && !prediction.has_resolution()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the prediction `", asked.prediction_id(), "` is open already"));
  }
  if (opens || !prediction.has_resolution()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(prediction.resolution().editor(), " has resolved `", asked.prediction_id(), "` as ",
                   OutcomeName(prediction.resolution().outcome()), "; open it again first"));
}

}  // namespace

std::string MakePredictionId(const v1::Verdict& verdict, const std::string& text) {
  return "p-" + ToHex(Sha256(Terminated(FirstVerdictId(verdict)) + text).substr(0, 8));
}

void IndexPrediction(StateTransaction& state, const v1::Prediction& prediction, const std::string& key) {
  state.Put(Table::kResolutions, IndexPrefix(prediction.prediction_id()) + key, "");
}

void UnindexPrediction(StateTransaction& state, const v1::Prediction& prediction, const std::string& key) {
  state.Delete(Table::kResolutions, IndexPrefix(prediction.prediction_id()) + key);
}

absl::Status FillResolution(const StateReader& state, v1::Prediction& prediction) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto row, state.Load<v1::ResolvedPrediction>(
                                                 Table::kResolutions, RowKey(prediction.prediction_id())));
  const bool resolved =
      row.has_value() && row->resolution().outcome() != v1::PredictionResolution::OPEN_AGAIN;
  if (resolved) *prediction.mutable_resolution() = row->resolution();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Prediction>> LoadPrediction(const StateReader& state,
                                                             const std::string& id) {
  std::string key;
  const std::string prefix = IndexPrefix(id);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kResolutions, prefix, "", [&](std::string_view found, std::string_view) {
        key = std::string(found.substr(prefix.size()));
        return false;
      }));
  if (key.empty()) return std::optional<v1::Prediction>();
  SEAWORTHY_ASSIGN_OR_RETURN(auto prediction, state.Load<v1::Prediction>(Table::kPredictions, key));
  if (prediction.has_value()) SEAWORTHY_RETURN_IF_ERROR(FillResolution(state, *prediction));
  return prediction;
}

absl::StatusOr<bool> IsPublicPrediction(const StateReader& state, const std::string& id) {
  bool found = false;
  const std::string prefix = IndexPrefix(id) + "p";
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kResolutions, prefix, "", [&found](std::string_view, std::string_view) {
        found = true;
        return false;
      }));
  return found;
}

absl::Status CheckResolution(const v1::PredictionResolution& resolution) {
  const auto outcome = resolution.outcome();
  const bool known = v1::PredictionResolution::Outcome_IsValid(outcome) &&
                     outcome != v1::PredictionResolution::OUTCOME_UNSPECIFIED;
  if (!known) {
    return absl::InvalidArgumentError("say how it came out: came true, did not, void, or open again");
  }
  if (outcome != v1::PredictionResolution::OPEN_AGAIN && !IsHttpUrl(resolution.source_url())) {
    return absl::InvalidArgumentError(
        "a source is needed: an absolute http or https URL where readers can see it, at most 2,000 bytes");
  }
  if (resolution.source_url().size() > kMaxUrlBytes || resolution.note().size() > kMaxNoteBytes ||
      !IsPlainUtf8(resolution.note()) || !IsPlainUtf8(resolution.source_url())) {
    return absl::InvalidArgumentError(
        absl::StrCat("the note is ", resolution.note().size(),
                     " bytes; at most 1,000 of plain text in one paragraph, and a source of at most 2,000"));
  }
  return absl::OkStatus();
}

absl::Status TakeResolution(StateTransaction& state, const v1::PredictionResolution& asked,
                            absl::Status& taken) {
  taken = CheckResolution(asked);
  if (!taken.ok()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto prediction, LoadPrediction(state, asked.prediction_id()));
  if (!prediction.has_value()) {
    taken = absl::NotFoundError(absl::StrCat("no prediction `", asked.prediction_id(), "`"));
    return absl::OkStatus();
  }
  taken = CheckNow(*prediction, asked);
  if (!taken.ok()) return absl::OkStatus();
  const std::string key = RowKey(asked.prediction_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Load<v1::ResolvedPrediction>(Table::kResolutions, key));
  if (before.has_value()) SEAWORTHY_RETURN_IF_ERROR(Recount(state, *before, -1));
  const v1::ResolvedPrediction after = MakeRow(*prediction, asked);
  state.Store(Table::kResolutions, key, after);
  return Recount(state, after, 1);
}

std::string ResolutionRequestKey(const v1::PredictionResolution& resolution) {
  return Terminated(resolution.prediction_id()) + resolution.request_id();
}

absl::StatusOr<std::vector<v1::Calibration>> ReadCalibrations(const StateReader& state) {
  std::vector<v1::Calibration> calibrations;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kHealth, CalibrationKey(""), "", [&](std::string_view, std::string_view value) {
        v1::CalibrationCounts counts;
        damaged |= !counts.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (!damaged) calibrations.push_back(ToCalibration(counts));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds damaged counts; run `seaworthy rebuild`");
  return calibrations;
}

absl::StatusOr<std::vector<v1::Calibration>> RecountCalibrations(const StateReader& state) {
  std::map<std::string, v1::CalibrationCounts> counts;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kResolutions, RowKey(""), "", [&](std::string_view, std::string_view value) {
        v1::ResolvedPrediction row;
        damaged |= !row.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (!damaged) AddToCounts(row, 1, counts[row.persona_id()]);
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged resolution; run `seaworthy rebuild`");
  std::vector<v1::Calibration> calibrations;
  for (const auto& [persona, counted] : counts) calibrations.push_back(ToCalibration(counted));
  return calibrations;
}

}  // namespace seaworthy
