// The panel's health and cost, counted as verdicts come.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/panel.pb.h"
#include "seaworthy/v1/panel_health.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Counts a verdict as it was given: at most two rows read and written, and
// its place among its persona's newest.
absl::Status CountVerdict(StateTransaction& state, const v1::Verdict& verdict, const Record& record);

// Counts who agrees with whom in a panel that has just become full.
absl::Status CountAgreement(StateTransaction& state, const v1::Panel& panel);

// Counts a review given up on.
absl::Status CountFailure(StateTransaction& state, const std::string& persona, const std::string& outcome);

// All of it, with the likeness of the newest verdicts, read now.
absl::StatusOr<v1::PanelHealth> ReadPanelHealth(const StateReader& state);

// The `spent_…` fields; `now` says which day is today.
absl::Status ReadSpend(const StateReader& state, absl::Time now, v1::AggregatorStatus& status);

}  // namespace seaworthy
