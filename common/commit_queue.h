// Group commit: many callers, of whom one at a time leads and does the work of
// all that wait. Both engines of the log write so.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/status_macros.h"

namespace seaworthy {

// A caller while it waits, on its stack; what it wants and what comes of it are
// members of what derives from this.
class CommitCaller {
 public:
  CommitCaller() = default;
  CommitCaller(const CommitCaller&) = delete;
  CommitCaller& operator=(const CommitCaller&) = delete;

 private:
  template <typename Caller>
  friend class CommitQueue;
  bool answered_ = false;
  bool leads_ = false;
  absl::CondVar wake_;
};

// Every call with `mutex` held, which guards it. Owns neither threads nor callers.
//
//   SEAWORTHY_ASSIGN_OR_RETURN(const bool leads, queue.Join(self, refusal));
//   if (leads) {
//     group = queue.Take(fits);
//     ...  // Without the mutex, where that takes long.
//     queue.Finish(group);
//   }
//   // `self` is answered.
template <typename Caller>
class CommitQueue {
 public:
  using Group = std::vector<Caller*>;

  // While `max_waiting` wait, further callers wait before joining.
  explicit CommitQueue(absl::Mutex* mutex, size_t max_waiting = 1024)
      : mutex_(mutex), max_waiting_(max_waiting) {}

  // Waits until the caller has been answered (false), or is to lead (true): then
  // it is the first in the queue, and nobody else leads until Finish. Errors:
  // those of `refusal`, asked until there is room; who has joined is answered.
  absl::StatusOr<bool> Join(Caller& self, absl::FunctionRef<absl::Status()> refusal) {
    while (queue_.size() >= max_waiting_ && refusal().ok()) room_.Wait(mutex_);
    SEAWORTHY_RETURN_IF_ERROR(refusal());
    CommitCaller& turn = self;
    queue_.push_back(&self);
    while (leading_ && !turn.answered_ && !turn.leads_) turn.wake_.Wait(mutex_);
    if (turn.answered_) return false;
    leading_ = true;
    return true;
  }

  // Has those who wait for room ask again whether they are refused.
  void AskAgain() { room_.SignalAll(); }

  // By the leader: takes out all for which `fits` holds, asked in their order.
  // It must hold for the first, which is the leader.
  template <typename Fits>
  Group Take(const Fits& fits) {
    Group group;
    std::deque<Caller*> later;
    for (Caller* caller : queue_) fits(*caller) ? group.push_back(caller) : later.push_back(caller);
    queue_ = std::move(later);
    room_.SignalAll();
    return group;
  }

  // By the leader: one it took comes first in the next group.
  void PutBack(Caller* caller) { queue_.push_front(caller); }

  // By the leader: its group is answered, and who is first now leads.
  void Finish(const Group& group) {
    leading_ = !queue_.empty();
    if (leading_) Wake(*queue_.front(), &CommitCaller::leads_);
    for (Caller* caller : group) Wake(*caller, &CommitCaller::answered_);
  }

  // How many wait, those of the leader's group left out.
  size_t size() const { return queue_.size(); }

 private:
  static void Wake(CommitCaller& caller, bool CommitCaller::*what) {
    caller.*what = true;
    caller.wake_.Signal();
  }

  absl::Mutex* const mutex_;
  const size_t max_waiting_;
  absl::CondVar room_;
  std::deque<Caller*> queue_;
  bool leading_ = false;
};

}  // namespace seaworthy
