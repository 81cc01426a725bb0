// Reviewer: facts -> verdict, through an LLM endpoint. Stateless.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/reviewer_service.pb.h"
#include "services/reviewer/policy/verdict_seeker.h"
#include "services/reviewer/review_inputs.h"
#include "services/reviewer/review_lane.h"

namespace grpc {
class Service;
}

namespace seaworthy {

// Thread-safe. A lane for each persona takes `review.requested` from the log
// and appends `verdict.given` or `review.failed` (review_lane.h).
class ReviewerService {
 public:
  struct Options {
    EventLog* log = nullptr;            // Not owned; null: no lanes, calls only.
    ObjectStore* objects = nullptr;     // Not owned; may be null without a log.
    Clock* clock = nullptr;             // Not owned.
    VerdictSeeker* seeker = nullptr;    // Not owned.
    std::vector<v1::Persona> personas;  // Answered for, in their order.
    // Every persona there is, where other processes answer for some. A request
    // to none of these and those fails.
    std::set<std::string> known;
    // Reviews of one persona under way at once, at most.
    size_t max_in_flight = 64;
  };

  explicit ReviewerService(Options options);
  ~ReviewerService();  // Stops.

  // Starts the lanes. Errors as EventLog::Subscribe.
  absl::Status Start();
  // Waits a moment for what is under way; the rest is asked again after the
  // next start. Idempotent.
  void Stop();

  // The calls of v1.ReviewerService; errors as described there.
  absl::StatusOr<v1::Verdict> ReviewRevision(const v1::ReviewRevisionRequest& request);
  absl::StatusOr<v1::ListPersonasResponse> ListPersonas(const v1::ListPersonasRequest& request);
  absl::StatusOr<v1::ReviewerStatus> GetReviewerStatus(const v1::GetReviewerStatusRequest& request);

 private:
  const Options options_;
  std::vector<std::shared_ptr<const v1::Persona>> personas_;
  std::unique_ptr<ReviewInputs> inputs_;
  std::vector<std::unique_ptr<ReviewLane>> lanes_;
};

// The class above as a gRPC service; `service` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(ReviewerService* service);

}  // namespace seaworthy
