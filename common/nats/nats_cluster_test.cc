// The log with three replicas: servers go one at a time, and all of them.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/log_copy_test_support.h"
#include "common/nats/nats_test_cluster.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(60);

// Appends and answers under load, and remembers what was acknowledged. Thread-safe.
class Ledger {
 public:
  void Appended(const std::string& id, uint64_t sequence) {
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(acknowledged_.emplace(id, sequence).second) << id;
  }
  void Done(uint64_t sequence) {
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(done_.insert(sequence).second) << sequence << " was answered twice";
  }
  size_t appended() const {
    absl::MutexLock lock(&mutex_);
    return acknowledged_.size();
  }
  size_t done() const {
    absl::MutexLock lock(&mutex_);
    return done_.size();
  }
  std::map<std::string, uint64_t> acknowledged() const {
    absl::MutexLock lock(&mutex_);
    return acknowledged_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, uint64_t> acknowledged_ ABSL_GUARDED_BY(mutex_);
  std::set<uint64_t> done_ ABSL_GUARDED_BY(mutex_);
};

class NatsClusterTest : public testing::Test {
 protected:
  // Opens once the three have found each other.
  std::unique_ptr<EventLog> OpenAs(const std::string& instance) { return OpenOn(cluster_.Options(instance)); }

  void Write(EventLog& log, const std::string& prefix) {
    for (int i = 0; !stop_; ++i) {
      const std::string id = absl::StrCat(prefix, i);
      absl::StatusOr<Appended> appended = absl::UnavailableError("");
      while (!appended.ok() && !failed_) {
        appended = log.Append({id, "test.made", "payload"});
        if (appended.ok() || absl::IsUnavailable(appended.status())) continue;
        ADD_FAILURE() << appended.status();
        failed_ = true;
      }
      if (failed_) return;
      ledger_.Appended(id, appended->sequence);
    }
  }
  void Work(EventLog& log) {
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {"test.made"};
    options.ack_wait = absl::Minutes(10);
    const auto reader = *log.Subscribe(options);
    while (!failed_ && (!stop_ || ledger_.done() < ledger_.appended())) {
      const auto fetched = reader->Fetch(20, absl::Milliseconds(100));
      if (absl::IsUnavailable(fetched.status())) continue;
      failed_ = failed_ || !fetched.ok();
      ASSERT_TRUE(fetched.ok()) << fetched.status();
      for (const Delivery& delivery : *fetched) Answer(*reader, delivery);
    }
  }
  void Answer(Subscription& reader, const Delivery& delivery) {
    absl::Status status = absl::UnavailableError("");
    while (absl::IsUnavailable(status)) status = reader.Ack(delivery);
    EXPECT_TRUE(status.ok()) << status;
    ledger_.Done(delivery.record.sequence);
  }
  // Waits until so many more were acknowledged.
  bool WaitForMore(size_t count) {
    const size_t enough = ledger_.appended() + count;
    const absl::Time end = absl::Now() + kSoon;
    while (ledger_.appended() < enough && !failed_ && absl::Now() < end) usleep(5'000);
    return ledger_.appended() >= enough;
  }
  void ExpectAllThere(EventLog& log) {
    for (const auto& [id, sequence] : ledger_.acknowledged()) {
      const absl::StatusOr<Record> record = log.Read(sequence);
      ASSERT_TRUE(record.ok()) << record.status();
      EXPECT_EQ(record->dedup_id, id);
    }
    EXPECT_EQ(log.LastSequence(), ledger_.appended());
    for (const SubscriptionStatus& status : log.ListSubscriptions()) {
      EXPECT_EQ(status.pending + status.in_flight + status.retrying + status.dead, 0u) << status.name;
    }
  }

  NatsTestCluster cluster_;
  Ledger ledger_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> failed_ = false;
};

TEST_F(NatsClusterTest, EachServerKilledInTurnLosesAndRepeatsNothing) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  std::vector<std::thread> threads;
  threads.emplace_back([&] { Write(*one, "one "); });
  threads.emplace_back([&] { Write(*two, "two "); });
  threads.emplace_back([&] { Work(*one); });
  threads.emplace_back([&] { Work(*two); });
  EXPECT_TRUE(WaitForMore(20));
  for (int turn = 0; turn < NatsTestCluster::kNodes && !HasFailure(); ++turn) {
    NatsTestServer& node = cluster_.node(turn);
    node.Kill();
    EXPECT_TRUE(WaitForMore(20)) << "without server " << turn;
    node.Start();
    EXPECT_TRUE(WaitForMore(20)) << "with it again";
    EXPECT_TRUE(cluster_.WaitUntilWhole(kSoon));
  }
  stop_ = true;
  for (std::thread& thread : threads) thread.join();
  ExpectAllThere(*OpenAs("after"));
}

// One that is not sent the first of two records, and told `times` that it is gone.
class LossTest : public NatsClusterTest {
 protected:
  LossTest() {
    faults_.SayVersion(NatsTestCluster::kVersion);
    log_ = OpenOn(Through(&faults_, cluster_.Options("one")));
    writer_ = OpenAs("two");
  }

  void LoseOne(int times) {
    faults_.Silence();
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(writer_->Append(MadeEvent(static_cast<int>(writer_->LastSequence()) + 1)).ok());
    }
    faults_.Fail("Get", absl::NotFoundError("not there"), times);
    faults_.Fail("Next", absl::DataLossError("dropped"), times);
  }

  LinkFaults faults_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<EventLog> writer_;
};

// As from a server that leads anew and has not caught up.
TEST_F(LossTest, OneThatPassesIsNone) {
  for (uint64_t last = 2; last <= 4; last += 2) {
    LoseOne(3);
    EXPECT_TRUE(ReadUpTo(*log_, last).ok());
    EXPECT_TRUE(log_->Health().ok()) << log_->Health();
  }
}

TEST_F(LossTest, OneThatLastsEndsTheLog) {
  LoseOne(LinkFaults::kAlways);
  const absl::Time end = absl::Now() + kSoon;
  while (!absl::IsDataLoss(log_->Health()) && absl::Now() < end) usleep(5'000);
  EXPECT_TRUE(absl::IsDataLoss(log_->Health())) << log_->Health();
}

// Two of three are too few, and all three are enough again.
TEST_F(NatsClusterTest, WithoutMostServersNothingIsAcknowledgedAndItGoesOnByItself) {
  NatsEventLogOptions options = cluster_.Options("one");
  options.commit_timeout = absl::Seconds(3);
  const auto log = OpenOn(options);
  ASSERT_TRUE(log->Append({"before", "test.made", "payload"}).ok());
  ASSERT_TRUE(cluster_.WaitUntilWhole(kSoon));
  cluster_.node(0).Kill();
  cluster_.node(1).Kill();
  EXPECT_EQ(log->Append({"meanwhile", "test.made", "payload"}).status().code(),
            absl::StatusCode::kUnavailable);
  cluster_.node(0).Start();
  cluster_.node(1).Start();
  const absl::Time end = absl::Now() + kSoon;
  absl::StatusOr<Appended> appended = absl::UnavailableError("");
  while (absl::IsUnavailable(appended.status()) && absl::Now() < end)
    appended = log->Append({"meanwhile", "test.made", "payload"});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->sequence, 2u);
  EXPECT_EQ(OpenAs("after")->LastSequence(), 2u);
}

}  // namespace
}  // namespace seaworthy
