// What reviews are made from, read once for all personas.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/claims/claim_index.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// A `review.requested` event and the announcement's visible text.
struct ReviewInput {
  v1::ReviewRequested asked;
  std::string announcement_text;
  // Shared by the checks of all personas.
  std::shared_ptr<const ClaimIndex> claim_index;
};

// The newest inputs by record, so that the lanes of a panel, which see the same
// record at about the same time, parse it once. Thread-safe.
class ReviewInputs {
 public:
  // `objects` is not owned; null: no texts.
  explicit ReviewInputs(ObjectStore* objects) : objects_(objects) {}

  // Errors: INVALID_ARGUMENT (no review.requested event), those of the object
  // store but NOT_FOUND: without its text a review still has the facts.
  absl::StatusOr<std::shared_ptr<const ReviewInput>> Get(const Record& record);

  // The same for an event that comes by a call.
  absl::StatusOr<std::shared_ptr<const ReviewInput>> Make(v1::ReviewRequested asked) const;

 private:
  static constexpr size_t kKept = 512;

  std::shared_ptr<const ReviewInput> Find(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  ObjectStore* const objects_;
  absl::Mutex mutex_;
  std::map<uint64_t, std::shared_ptr<const ReviewInput>> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
