#include "cli/shutdown.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

namespace seaworthy::cli {
namespace {

constexpr unsigned kStopSeconds = 10;
constexpr int kInterrupted = 130;

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Only what POSIX allows in a signal handler.
void ExitAtOnce(int signal) {
  constexpr std::string_view kSecond = "seaworthy: second signal, ending at once\n";
  constexpr std::string_view kLate = "seaworthy: not stopped after 10 s, ending at once\n";
  const std::string_view message = signal == SIGALRM ? kLate : kSecond;
  [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, message.data(), message.size());
  _exit(kInterrupted);
}

int WaitForOne() {
  const sigset_t signals = StopSignals();
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
  return received;
}

// From now on a signal, or ten seconds, end the process. This thread takes
// them.
void EndAtTheNext() {
  const sigset_t signals = StopSignals();
  struct sigaction action {};
  action.sa_handler = ExitAtOnce;
  for (const int number : {SIGINT, SIGTERM, SIGALRM}) sigaction(number, &action, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  alarm(kStopSeconds);
}

}  // namespace

void CatchStopSignals() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int WaitForStopSignal() {
  const int received = WaitForOne();
  EndAtTheNext();
  return received;
}

StopSignal::StopSignal() : thread_([this] { Take(); }) {}

StopSignal::~StopSignal() {
  ending_ = true;
  // Its thread takes this as a signal like any other; all others block it.
  if (!came_.IsSet()) kill(getpid(), SIGTERM);
  over_.Notify();
  thread_.join();
}

void StopSignal::Take() {
  signal_ = WaitForOne();
  if (ending_) return;
  EndAtTheNext();
  came_.Set();
  // The only thread the next signal can reach.
  over_.WaitForNotification();
}

int StopSignal::Wait() const {
  came_.WaitFor(absl::InfiniteDuration());
  return signal_;
}

}  // namespace seaworthy::cli
