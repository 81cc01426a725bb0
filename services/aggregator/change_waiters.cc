#include "services/aggregator/change_waiters.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "common/grpc_answer.h"
#include "services/aggregator/aggregator_impl.h"

namespace seaworthy {
namespace {

// How long a deadline or a cancelled call may go unnoticed.
constexpr absl::Duration kLook = absl::Milliseconds(50);

}  // namespace

ChangeWaiters::ChangeWaiters(AggregatorService* service) : service_(service), thread_([this] { Run(); }) {}

ChangeWaiters::~ChangeWaiters() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

grpc::ServerUnaryReactor* ChangeWaiters::Wait(grpc::CallbackServerContext* context,
                                              const v1::WaitForChangeRequest* request,
                                              v1::WaitForChangeResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  absl::StatusOr<v1::WaitForChangeResponse> state = service_->WaitForChange(*request, absl::ZeroDuration());
  if (state.ok() && state->applied_sequence() <= request->after_sequence()) {
    const SteadyDeadline deadline(
        std::min(absl::FromChrono(context->deadline()) - absl::Now(), kApplyTimeout));
    absl::MutexLock lock(&mutex_);
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back({context, request, response, reactor, deadline});
      return reactor;
    }
    state = absl::UnavailableError("too many wait for a change; ask again");
  }
  reactor->Finish(seaworthy::Answer(std::move(state), response));
  return reactor;
}

void ChangeWaiters::Answer(const absl::StatusOr<v1::WaitForChangeResponse>& state) {
  std::vector<Waiting> due;
  {
    absl::MutexLock lock(&mutex_);
    const auto waits_on = [&state](const Waiting& one) {
      return state.ok() && state->applied_sequence() <= one.request->after_sequence() &&
             !one.deadline.Passed() && !one.context->IsCancelled();
    };
    const auto first = std::partition(waiting_.begin(), waiting_.end(), waits_on);
    due.assign(std::make_move_iterator(first), std::make_move_iterator(waiting_.end()));
    waiting_.erase(first, waiting_.end());
  }
  for (const Waiting& one : due) one.reactor->Finish(seaworthy::Answer(state, one.response));
}

void ChangeWaiters::Run() {
  v1::WaitForChangeRequest moved;
  const auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); };
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&work));
      if (waiting_.empty()) return;
    }
    const auto state = service_->WaitForChange(moved, kLook);
    if (state.ok()) moved.set_after_sequence(state->applied_sequence());
    Answer(state);
  }
}

}  // namespace seaworthy
