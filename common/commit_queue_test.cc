#include "common/commit_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/notification.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Writes numbers down in groups of at most `max_group`, the first group once it
// is let.
class Ledger {
 public:
  explicit Ledger(size_t max_group = 100, size_t max_waiting = 100)
      : max_group_(max_group), queue_(&mutex_, max_waiting) {}

  absl::Status Write(int number) {
    Entry self;
    self.number = number;
    absl::MutexLock lock(&mutex_);
    const auto joined = queue_.Join(self, [this] {
      ++asked_;
      return refusal_;
    });
    if (!joined.ok()) return joined.status();
    if (*joined) Lead();
    EXPECT_TRUE(self.written);
    return absl::OkStatus();
  }

  std::thread WriteElsewhere(int number) {
    return std::thread([this, number] { EXPECT_TRUE(Write(number).ok()); });
  }

  // Until so many wait behind the leader.
  void AwaitWaiting(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] { return leading_ && queue_.size() == count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(30)));
  }

  // Until callers have asked so often whether they are refused: each once, and
  // who waits for room when it begins to.
  void AwaitAsked(int count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] { return asked_ >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(30)));
  }

  void Refuse(absl::Status refusal) {
    absl::MutexLock lock(&mutex_);
    refusal_ = std::move(refusal);
    queue_.AskAgain();
  }

  void Let() { let_.Notify(); }
  void PutOneBack() { put_back_ = true; }
  std::vector<std::vector<int>> groups() {
    absl::MutexLock lock(&mutex_);
    return groups_;
  }

 private:
  struct Entry : CommitCaller {
    int number = 0;
    bool written = false;
  };

  void Lead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    leading_ = true;
    size_t taken = 0;
    auto group = queue_.Take([&](const Entry&) { return ++taken <= max_group_; });
    if (group.size() > 1 && std::exchange(put_back_, false)) {
      queue_.PutBack(group.back());
      group.pop_back();
    }
    mutex_.Unlock();
    let_.WaitForNotification();
    mutex_.Lock();
    std::vector<int>& numbers = groups_.emplace_back();
    for (Entry* entry : group) {
      numbers.push_back(entry->number);
      entry->written = true;
    }
    queue_.Finish(group);
  }

  const size_t max_group_;
  absl::Notification let_;
  absl::Mutex mutex_;
  CommitQueue<Entry> queue_;
  absl::Status refusal_;
  int asked_ = 0;
  bool leading_ = false;
  bool put_back_ = false;
  std::vector<std::vector<int>> groups_;
};

// Numbers 1 to `last`, each waiting by the time the next comes.
std::vector<std::thread> WriteInOrder(Ledger& ledger, int last) {
  std::vector<std::thread> writers;
  for (int number = 1; number <= last; ++number) {
    writers.push_back(ledger.WriteElsewhere(number));
    ledger.AwaitWaiting(static_cast<size_t>(number - 1));
  }
  return writers;
}

void Join(std::vector<std::thread>& writers) {
  for (std::thread& writer : writers) writer.join();
}

TEST(CommitQueue, WhoIsAloneLeadsItself) {
  Ledger ledger;
  ledger.Let();
  EXPECT_TRUE(ledger.Write(1).ok());
  EXPECT_TRUE(ledger.Write(2).ok());
  EXPECT_THAT(ledger.groups(), ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST(CommitQueue, WhoComesMeanwhileSharesTheNextGroup) {
  Ledger ledger;
  auto writers = WriteInOrder(ledger, 4);
  ledger.Let();
  Join(writers);
  EXPECT_THAT(ledger.groups(), ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4)));
}

TEST(CommitQueue, WhatDoesNotFitLeadsTheNextGroup) {
  Ledger ledger(/*max_group=*/2);
  auto writers = WriteInOrder(ledger, 4);
  ledger.Let();
  Join(writers);
  EXPECT_THAT(ledger.groups(), ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(CommitQueue, WhatIsPutBackComesFirst) {
  Ledger ledger(/*max_group=*/2);
  auto writers = WriteInOrder(ledger, 4);
  ledger.PutOneBack();
  ledger.Let();
  Join(writers);
  EXPECT_THAT(ledger.groups(), ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3, 4)));
}

TEST(CommitQueue, WhoIsRefusedNeverJoins) {
  Ledger ledger;
  ledger.Let();
  ledger.Refuse(absl::CancelledError("closed"));
  EXPECT_TRUE(absl::IsCancelled(ledger.Write(1)));
  EXPECT_THAT(ledger.groups(), SizeIs(0));
}

TEST(CommitQueue, AFullQueueIsWaitedFor) {
  Ledger ledger(/*max_group=*/100, /*max_waiting=*/2);
  auto writers = WriteInOrder(ledger, 3);
  writers.push_back(ledger.WriteElsewhere(4));
  ledger.AwaitAsked(4);
  ledger.Let();
  Join(writers);
  const auto groups = ledger.groups();
  EXPECT_THAT(groups, ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(CommitQueue, WhoWaitsForRoomMayBeRefused) {
  Ledger ledger(/*max_group=*/100, /*max_waiting=*/1);
  auto writers = WriteInOrder(ledger, 2);
  absl::Status refused;
  std::thread late([&] { refused = ledger.Write(3); });
  ledger.AwaitAsked(3);
  ledger.Refuse(absl::UnavailableError("blocked"));
  late.join();
  EXPECT_TRUE(absl::IsUnavailable(refused));
  ledger.Let();
  Join(writers);
  EXPECT_THAT(ledger.groups(), ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST(CommitQueue, ManyAtOnceAreAllAnsweredOnce) {
  constexpr int kWriters = 8;
  constexpr int kEach = 500;
  Ledger ledger(/*max_group=*/3, /*max_waiting=*/4);
  ledger.Let();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&ledger] {
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(ledger.Write(i).ok());
    });
  }
  Join(writers);
  size_t written = 0;
  for (const auto& group : ledger.groups()) written += group.size();
  EXPECT_EQ(written, static_cast<size_t>(kWriters * kEach));
}

}  // namespace
}  // namespace seaworthy
