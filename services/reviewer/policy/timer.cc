#include "services/reviewer/policy/timer.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "common/steady_wait.h"

namespace seaworthy {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
// More would overflow the clock.
constexpr absl::Duration kLongest = absl::Hours(24 * 365);

// By the steady clock: a wall clock that is set moves no task that waits.
class ThreadTimer : public Timer {
 public:
  ThreadTimer() : thread_([this] { Run(); }) {}
  ~ThreadTimer() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      changed_.Signal();
    }
    thread_.join();
  }

  void At(absl::Time when, std::function<void()> task) override {
    absl::MutexLock lock(&mutex_);
    const SteadyTime due =
        SteadyTime::clock::now() + absl::ToChronoNanoseconds(std::min(when - absl::Now(), kLongest));
    const bool first = tasks_.empty() || due < tasks_.begin()->first;
    tasks_.emplace(due, std::move(task));
    if (first) changed_.Signal();
  }

  void RunAll() override {
    std::multimap<SteadyTime, std::function<void()>> all;
    {
      absl::MutexLock lock(&mutex_);
      all.swap(tasks_);
    }
    for (auto& [when, task] : all) task();
  }

 private:
  void Run() {
    while (auto task = Next()) task();
  }

  // The next task once it is due; empty when stopping.
  std::function<void()> Next() {
    absl::MutexLock lock(&mutex_);
    while (!stopping_) {
      if (tasks_.empty()) {
        changed_.Wait(&mutex_);
      } else if (const auto left = tasks_.begin()->first - SteadyTime::clock::now(); left.count() > 0) {
        changed_.WaitWithTimeout(&mutex_, absl::FromChrono(left));
      } else {
        return std::move(tasks_.extract(tasks_.begin()).mapped());
      }
    }
    return nullptr;
  }

  absl::Mutex mutex_;
  SteadyCondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<SteadyTime, std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Timer> NewThreadTimer() { return std::make_unique<ThreadTimer>(); }

void FakeTimer::At(absl::Time when, std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  tasks_.emplace(when, std::move(task));
}

void FakeTimer::RunAll() {
  while (auto task = Next(absl::InfiniteFuture())) task();
}

void FakeTimer::Advance(absl::Duration by) {
  const absl::Time until = clock_->Now() + by;
  while (auto task = Next(until)) task();
  if (clock_->Now() < until) clock_->Advance(until - clock_->Now());
}

size_t FakeTimer::waiting() const {
  absl::MutexLock lock(&mutex_);
  return tasks_.size();
}

std::function<void()> FakeTimer::Next(absl::Time until) {
  absl::MutexLock lock(&mutex_);
  if (tasks_.empty() || tasks_.begin()->first > until) return nullptr;
  auto first = tasks_.extract(tasks_.begin());
  const absl::Time now = clock_->Now();
  if (until != absl::InfiniteFuture() && now < first.key()) clock_->Advance(first.key() - now);
  return std::move(first.mapped());
}

}  // namespace seaworthy
