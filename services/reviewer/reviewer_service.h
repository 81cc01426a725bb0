// Reviewer: facts -> verdict, through an LLM endpoint. Stateless.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/reviewer_service.pb.h"
#include "services/reviewer/llm_endpoint.h"

namespace grpc {
class Service;
}

namespace seaworthy {

// Thread-safe. `workers` threads take `review.requested` from the log's
// subscription `reviewer` and append `verdict.given`, or `review.failed` once
// the tries are used up; each exactly once (dedup id: the verdict id).
class ReviewerService {
 public:
  struct Options {
    EventLog* log = nullptr;            // Not owned; may be null with 0 workers.
    ObjectStore* objects = nullptr;     // Not owned; may be null with 0 workers.
    Clock* clock = nullptr;             // Not owned.
    LlmEndpoint* endpoint = nullptr;    // Not owned.
    std::vector<v1::Persona> personas;  // In their order.
    int workers = 4;                    // Reviews under way at once; 0 for none.
  };

  explicit ReviewerService(Options options);
  ~ReviewerService();  // Stops.

  // Starts the workers. Errors as EventLog::Subscribe.
  absl::Status Start();
  // Finishes what is under way. Idempotent.
  void Stop();

  // The calls of v1.ReviewerService; errors as described there.
  absl::StatusOr<v1::Verdict> ReviewRevision(const v1::ReviewRevisionRequest& request);
  absl::StatusOr<v1::ListPersonasResponse> ListPersonas(const v1::ListPersonasRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The class above as a gRPC service; `service` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(ReviewerService* service);

}  // namespace seaworthy
