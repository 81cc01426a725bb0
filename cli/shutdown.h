// SIGINT and SIGTERM as a value: the first asks for a stop, the second, or ten
// seconds of stopping, ends the process at once.
#pragma once

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/steady_wait.h"

namespace seaworthy::cli {

// Blocks the signals for this thread and every thread it makes from now on.
// Call before the first thread is started.
void CatchStopSignals();

// Waits for the first signal and returns its number. From then on a second
// signal exits with 130, and so does the process 10 s later.
int WaitForStopSignal();

// The same for a program that waits for others before it is ready: a thread of
// its own takes the first signal, whatever the program is at. One a process,
// after CatchStopSignals. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Waits, at most that long; true once there was one.
  bool WaitFor(absl::Duration wait) const { return came_.WaitFor(wait); }
  // Waits for it and returns its number.
  int Wait() const;

 private:
  void Take();

  std::atomic<bool> ending_{false};
  int signal_ = 0;  // Written before `came_`.
  SteadyFlag came_;
  absl::Notification over_;
  std::thread thread_;
};

}  // namespace seaworthy::cli
