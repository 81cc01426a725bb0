// The seeker between threads that seek and threads that answer.
#include <atomic>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "services/reviewer/policy/seeker_fixture.h"

namespace seaworthy {
namespace {

// Answers on threads of its own, one call in four badly.
class ThreadedEndpoint : public FakeEndpoint {
 public:
  explicit ThreadedEndpoint(const std::string& name) : FakeEndpoint(name) {
    for (int i = 0; i < 3; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~ThreadedEndpoint() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    for (std::thread& thread : threads_) thread.join();
  }
  void Start(const LlmCall& call, LlmDone done) override {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(done));
  }

 private:
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); }
  void Work() {
    while (true) {
      LlmDone done;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &ThreadedEndpoint::HasWork));
        if (waiting_.empty()) return;
        done = std::move(waiting_.front());
        waiting_.pop_front();
      }
      const int turn = turn_++;
      done(turn % 4 != 0 ? Ok() : turn % 8 == 0 ? Bad(LlmOutcome::kRateLimited) : Ok("{"));
    }
  }

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<LlmDone> waiting_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> turn_ = 0;
  std::vector<std::thread> threads_;
};

TEST_F(SeekerFixture, EveryRequestEndsOnceWhateverThreadsDo) {
  constexpr int kThreads = 4;
  constexpr int kEach = 1000;
  endpoints_["only"] = std::make_unique<ThreadedEndpoint>("only");
  Endpoint("only", AtOnce(8));
  RouteOf("dx", {"only"});
  const auto cache = NewMemoryAnswerCache(100);
  options_.cache = cache.get();
  options_.timer = nullptr;
  options_.retry.first_wait = absl::Milliseconds(1);
  VerdictSeeker seeker(options_);
  absl::BlockingCounter left(kThreads * kEach);
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        seeker.Seek(RequestFor("dx", "tool-" + std::to_string(i)), [&](Ended) {
          ++ended;
          left.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  left.Wait();
  EXPECT_EQ(ended, kThreads * kEach);
}

}  // namespace
}  // namespace seaworthy
