#include "services/reviewer/review_inputs.h"

#include <utility>

#include "absl/status/status.h"

namespace seaworthy {

std::shared_ptr<const ReviewInput> ReviewInputs::Find(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  const auto found = kept_.find(sequence);
  return found == kept_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const ReviewInput>> ReviewInputs::Get(const Record& record) {
  if (auto found = Find(record.sequence); found != nullptr) return found;
  v1::Event event;
  if (!event.ParseFromString(record.payload) || !event.has_review_requested()) {
    return absl::InvalidArgumentError("payload is no review.requested event");
  }
  auto input = Make(std::move(*event.mutable_review_requested()));
  if (!input.ok()) return input;
  absl::MutexLock lock(&mutex_);
  kept_[record.sequence] = *input;
  if (kept_.size() > kKept) kept_.erase(kept_.begin());
  return input;
}

absl::StatusOr<std::shared_ptr<const ReviewInput>> ReviewInputs::Make(v1::ReviewRequested asked) const {
  auto input = std::make_shared<ReviewInput>();
  if (objects_ != nullptr && !asked.revision().text_object().empty()) {
    auto text = objects_->Get(asked.revision().text_object());
    if (!text.ok() && !absl::IsNotFound(text.status())) return text.status();
    if (text.ok()) input->announcement_text = *std::move(text);
  }
  input->asked = std::move(asked);
  const std::vector<v1::KnownCompetitor> competitors(input->asked.competitors().begin(),
                                                     input->asked.competitors().end());
  input->claim_index =
      std::make_shared<ClaimIndex>(input->asked.revision(), input->announcement_text, competitors);
  return input;
}

}  // namespace seaworthy
