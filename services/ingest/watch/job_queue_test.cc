#include "services/ingest/watch/job_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using ::testing::Eq;
using ::testing::Optional;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

class JobQueueTest : public ::testing::Test {
 protected:
  static WatchJob Job(const std::string& source, const std::string& host) {
    return {source, WatchJob::kRead, "", host};
  }
  // The source whose job is taken, empty for none.
  std::string Take(absl::Time now) {
    const auto job = queue_.Take(now);
    if (job.has_value()) taken_.push_back(*job);
    return job.has_value() ? job->source_id : "";
  }
  void FinishAll() {
    for (const WatchJob& job : taken_) queue_.Finish(job);
    taken_.clear();
  }

  JobQueue queue_;
  std::vector<WatchJob> taken_;
};

TEST_F(JobQueueTest, EarlierJobsComeFirstAndNoneBeforeItsTime) {
  queue_.Put(Job("late", "a:80"), kNow + absl::Seconds(2));
  queue_.Put(Job("early", "b:80"), kNow + absl::Seconds(1));
  EXPECT_THAT(Take(kNow), Eq(""));
  EXPECT_EQ(queue_.NextTime(), kNow + absl::Seconds(1));
  EXPECT_THAT(Take(kNow + absl::Seconds(2)), Eq("early"));
  EXPECT_THAT(Take(kNow + absl::Seconds(2)), Eq("late"));
}

TEST_F(JobQueueTest, AHostIsAskedOnceAtATime) {
  queue_.Put(Job("one", "a:80"), kNow);
  queue_.Put(Job("two", "a:80"), kNow);
  EXPECT_THAT(Take(kNow), Eq("one"));
  EXPECT_THAT(Take(kNow), Eq(""));
  EXPECT_EQ(queue_.NextTime(), absl::InfiniteFuture());
  FinishAll();
  EXPECT_THAT(Take(kNow), Eq("two"));
}

TEST_F(JobQueueTest, AClosedHostHoldsItsJobsAndNoOthers) {
  queue_.Put(Job("one", "a:80"), kNow);
  queue_.Put(Job("two", "b:80"), kNow);
  queue_.CloseHost("a:80", kNow + absl::Hours(1));
  queue_.CloseHost("a:80", kNow + absl::Minutes(1));
  EXPECT_THAT(Take(kNow + absl::Minutes(30)), Eq("two"));
  EXPECT_THAT(Take(kNow + absl::Minutes(30)), Eq(""));
  EXPECT_THAT(queue_.TimeOf(Job("one", "a:80")), Optional(kNow + absl::Hours(1)));
  EXPECT_THAT(Take(kNow + absl::Hours(1)), Eq("one"));
}

TEST_F(JobQueueTest, ABusySourceHoldsItsOtherJobs) {
  queue_.Put({"one", WatchJob::kPage, "x", "a:80"}, kNow);
  queue_.Put({"one", WatchJob::kPage, "y", "b:80"}, kNow);
  queue_.Put(Job("two", "b:80"), kNow + absl::Seconds(1));
  EXPECT_THAT(Take(kNow + absl::Seconds(1)), Eq("one"));
  EXPECT_THAT(Take(kNow + absl::Seconds(1)), Eq("two"));
  FinishAll();
  EXPECT_THAT(Take(kNow + absl::Seconds(1)), Eq("one"));
}

TEST_F(JobQueueTest, PuttingAgainMovesTheJobEvenToAnotherHost) {
  queue_.Put(Job("one", "a:80"), kNow);
  queue_.Put(Job("one", "b:80"), kNow + absl::Hours(1));
  EXPECT_EQ(queue_.size(), 1);
  EXPECT_THAT(Take(kNow), Eq(""));
  EXPECT_THAT(Take(kNow + absl::Hours(1)), Eq("one"));
}

TEST_F(JobQueueTest, RemovingASourceTakesAllItsJobs) {
  queue_.Put(Job("one", "a:80"), kNow);
  queue_.Put({"one", WatchJob::kPage, "x", "a:80"}, kNow);
  queue_.Put(Job("one-more", "a:80"), kNow);
  queue_.RemoveSource("one");
  EXPECT_THAT(Take(kNow), Eq("one-more"));
  EXPECT_EQ(queue_.size(), 0);
}

TEST_F(JobQueueTest, ASourceTakenWithoutAJobIsBusy) {
  queue_.Put(Job("one", "a:80"), kNow);
  EXPECT_TRUE(queue_.TakeSource("one"));
  EXPECT_FALSE(queue_.TakeSource("one"));
  EXPECT_THAT(Take(kNow), Eq(""));
  queue_.FinishSource("one");
  EXPECT_THAT(Take(kNow), Eq("one"));
}

}  // namespace
}  // namespace seaworthy
