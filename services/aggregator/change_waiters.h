// Calls that wait until the state has changed, without a thread each.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/steady_wait.h"
#include "services/aggregator/aggregator_service.h"

namespace seaworthy {

// Every replica of the site keeps such a call open; a thread for each would leave
// none to answer with. Here one thread waits for all. Thread-safe.
class ChangeWaiters {
 public:
  // Waiting at once, at most; who comes then is refused with UNAVAILABLE.
  static constexpr size_t kMaxWaiting = 1024;

  // `service` outlives it.
  explicit ChangeWaiters(AggregatorService* service);
  // The server has stopped before: nobody waits any more.
  ~ChangeWaiters();

  // Answered once the state is past the request's place, at the call's deadline, or
  // where it is cancelled.
  grpc::ServerUnaryReactor* Wait(grpc::CallbackServerContext* context,
                                 const v1::WaitForChangeRequest* request,
                                 v1::WaitForChangeResponse* response);

 private:
  // gRPC keeps what it points to until it is answered.
  struct Waiting {
    grpc::CallbackServerContext* context;
    const v1::WaitForChangeRequest* request;
    v1::WaitForChangeResponse* response;
    grpc::ServerUnaryReactor* reactor;
    SteadyDeadline deadline;
  };

  void Run();
  // Answers whose time it is.
  void Answer(const absl::StatusOr<v1::WaitForChangeResponse>& state);

  AggregatorService* const service_;
  absl::Mutex mutex_;
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace seaworthy
