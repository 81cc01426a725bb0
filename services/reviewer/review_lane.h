// One persona's queue: requests from the log in, verdicts into the log.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/reviewer/policy/verdict_seeker.h"
#include "services/reviewer/review_inputs.h"

namespace seaworthy {

// Takes `review.requested` from subscription `reviewer.PERSONA` and appends
// `verdict.given` or `review.failed`, each exactly once (dedup id: the verdict
// id, and the round where an editor wants it again), request and answer stored first. Two threads: one takes
// requests while there is room and the persona's route is open, one writes down what came, many at a time. A
// request that cannot be asked now (every endpoint closed, the budget spent) is held, not failed, and asked
// again once it can. Killed at any moment, what was not written down is asked again.
class ReviewLane {
 public:
  struct Options {
    EventLog* log = nullptr;          // Not owned.
    ObjectStore* objects = nullptr;   // Not owned.
    Clock* clock = nullptr;           // Not owned.
    VerdictSeeker* seeker = nullptr;  // Not owned; may outlive the lane's calls.
    ReviewInputs* inputs = nullptr;   // Not owned.
    std::shared_ptr<const v1::Persona> persona;
    // The prompt in the object store.
    std::string prompt_object;
    // Requests taken and not written down, at most.
    size_t max_in_flight = 64;
    // Every persona there is, on the one lane that fails requests to others;
    // empty on the rest.
    std::set<std::string> known_personas;
  };

  explicit ReviewLane(Options options);
  // Stops.
  ~ReviewLane();
  ReviewLane(const ReviewLane&) = delete;
  ReviewLane& operator=(const ReviewLane&) = delete;

  // Errors as EventLog::Subscribe.
  absl::Status Start();
  // Takes nothing more, gives calls under way `grace` to come back, hands the
  // rest back to the log. Idempotent.
  void Stop(absl::Duration grace);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// The `review.failed` event; logs it.
NewEvent MakeReviewFailed(const v1::Revision& revision, const std::string& persona_id,
                          const std::string& outcome, const std::string& reason, absl::Time now,
                          uint32_t round = 0);

}  // namespace seaworthy
