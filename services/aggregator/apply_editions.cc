// What happens to the weekly digest.
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/editions.h"

namespace seaworthy {

absl::Status Application::EditionDrafted(const v1::Edition& edition) { return EnterDraft(state_, edition); }

absl::Status Application::EditionDecided(const v1::EditionDecision& decision) {
  const std::string key = EditionRequestKey(decision);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  absl::Status taken;
  SEAWORTHY_RETURN_IF_ERROR(TakeEditionDecision(state_, decision, taken));
  state_.Put(Table::kOutcomes, key, EncodeOutcome(taken));
  return absl::OkStatus();
}

}  // namespace seaworthy
