#include "services/aggregator/votes/vote_collector.h"

namespace seaworthy {

absl::Status VoteCollector::Cast(const v1::CommunityVote& vote) {
  absl::MutexLock lock(&mutex_);
  if (waiting_ >= kMaxWaiting) {
    return absl::ResourceExhaustedError("too many votes come at once; vote again in a minute");
  }
  const bool leads = open_ == nullptr;
  if (leads) open_ = std::make_shared<Batch>();
  const std::shared_ptr<Batch> batch = open_;
  *batch->event.mutable_vote_cast()->add_votes() = vote;
  if (batch->event.vote_cast().votes_size() == kMaxVotes) {
    open_.reset();
    full_.SignalAll();
  }
  ++waiting_;
  if (leads) {
    Lead(batch);
  } else {
    mutex_.Await(absl::Condition(&batch->done));
  }
  --waiting_;
  return batch->status;
}

void VoteCollector::Lead(const std::shared_ptr<Batch>& batch) {
  const SteadyDeadline gather(kGather);
  while (open_ == batch && !gather.Passed()) full_.WaitWithTimeout(&mutex_, gather.Left());
  if (open_ == batch) open_.reset();
  *batch->event.mutable_create_time() = batch->event.vote_cast().votes(0).vote_time();
  mutex_.Unlock();
  const absl::Status status = write_(batch->event);
  mutex_.Lock();
  batch->status = status;
  batch->done = true;
}

}  // namespace seaworthy
