// Votes on their way into the log.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/steady_wait.h"
#include "seaworthy/v1/community_vote.pb.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// Thread-safe; owns no thread. Votes that come within a few milliseconds are
// one event: the first caller waits for more, writes for all and answers them.
// A vote is answered once the event is durable and applied, or with why not.
class VoteCollector {
 public:
  static constexpr int kMaxVotes = 500;
  static constexpr size_t kMaxWaiting = 4'096;
  static constexpr absl::Duration kGather = absl::Milliseconds(3);

  // Appends the event and waits until it is applied; called from any thread.
  using Write = std::function<absl::Status(const v1::Event& event)>;
  explicit VoteCollector(Write write) : write_(std::move(write)) {}

  // Errors: RESOURCE_EXHAUSTED (4,096 wait already); those of the write.
  absl::Status Cast(const v1::CommunityVote& vote);

 private:
  struct Batch {
    v1::Event event;
    bool done = false;
    absl::Status status;
  };
  void Lead(const std::shared_ptr<Batch>& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Write write_;
  absl::Mutex mutex_;
  SteadyCondVar full_;                                   // A batch takes no more votes.
  std::shared_ptr<Batch> open_ ABSL_GUARDED_BY(mutex_);  // Takes votes still.
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
