// Keeps the leases of one process: takes, renews and gives up what is wanted.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/lease.h"
#include "common/shared_table.h"

namespace seaworthy {

// Sleeps by the machine's steady clock: a wall clock that is set makes no wait
// longer. One waits, any thread wakes.
class SteadyWait {
 public:
  SteadyWait();
  ~SteadyWait();
  SteadyWait(const SteadyWait&) = delete;
  SteadyWait& operator=(const SteadyWait&) = delete;
  void WaitFor(absl::Duration timeout);
  void Wake();

 private:
  const int fd_;
};

// Thread-safe. Owns the table and one thread, which alone uses it; nothing else
// waits for the table, but the end of a lease for its release (kReleaseWait).
class LeaseKeeper : public Leases {
 public:
  // `clock` is not owned.
  LeaseKeeper(std::unique_ptr<SharedTable> table, std::string holder, const SteadyClock* clock);
  ~LeaseKeeper() override;
  std::unique_ptr<Lease> Want(const LeaseOptions& options) override;
  std::string holder() const override { return holder_; }

  // For tests: from now on nothing is renewed or given up, as if the process
  // had been killed.
  void Abandon();

 private:
  struct Seat;
  class Handle;

  void Run();
  // When the next seat is due.
  absl::Duration StepAll();
  absl::Status StepSeat(Seat& seat);
  void Close(const std::shared_ptr<Seat>& seat);
  bool HeldNow(const Seat& seat) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  int HeldOf(const std::string& group) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<SharedTable> table_;
  const std::string holder_;
  const SteadyClock* const clock_;
  SteadyWait wait_;
  mutable absl::Mutex mutex_;
  absl::CondVar closed_;
  std::vector<std::shared_ptr<Seat>> seats_ ABSL_GUARDED_BY(mutex_);
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace seaworthy
