// How predictions came out (table `resolutions`), and each persona's
// calibration (table `health`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/prediction.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// `p-` and 16 hex digits, of the verdict it was first given in and its words.
std::string MakePredictionId(const v1::Verdict& verdict, const std::string& text);

// Notes under which key of `predictions` one stands, so that it is found by id.
void IndexPrediction(StateTransaction& state, const v1::Prediction& prediction, const std::string& key);
void UnindexPrediction(StateTransaction& state, const v1::Prediction& prediction, const std::string& key);

// By id, with its resolution; nullopt where nobody predicted that.
absl::StatusOr<std::optional<v1::Prediction>> LoadPrediction(const StateReader& state, const std::string& id);

// Whether it stands in a comparison that readers see.
absl::StatusOr<bool> IsPublicPrediction(const StateReader& state, const std::string& id);

// Sets how it came out, where it is not open.
absl::Status FillResolution(const StateReader& state, v1::Prediction& prediction);

// Whether it can be taken at all. Errors: INVALID_ARGUMENT (no outcome, source
// that is no absolute http or https URL, note over 1,000 bytes or not plain).
absl::Status CheckResolution(const v1::PredictionResolution& resolution);

// Checks and, where that is OK, applies. `taken` says what became of it:
// NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION (resolved already, or open).
absl::Status TakeResolution(StateTransaction& state, const v1::PredictionResolution& resolution,
                            absl::Status& taken);

// Where the outcome of its request is kept.
std::string ResolutionRequestKey(const v1::PredictionResolution& resolution);

// By persona, as counted; the same from all resolutions, counted anew.
absl::StatusOr<std::vector<v1::Calibration>> ReadCalibrations(const StateReader& state);
absl::StatusOr<std::vector<v1::Calibration>> RecountCalibrations(const StateReader& state);

}  // namespace seaworthy
