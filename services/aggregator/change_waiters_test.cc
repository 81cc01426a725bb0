#include "services/aggregator/change_waiters.h"

#include <grpcpp/impl/service_type.h>

#include <atomic>
#include <thread>

#include "common/clients.h"
#include "common/grpc_server.h"
#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {
namespace {

// Far fewer than wait; one that has answered is not free at once.
constexpr int kThreads = 8;
constexpr int kWaiters = 40;
constexpr absl::Duration kPatience = absl::Seconds(60);

class ChangeWaitersTest : public AggregatorFixture {
 protected:
  ChangeWaitersTest() {
    grpc_ = MakeGrpcService(service_.get());
    server_ = *GrpcServer::Start({.addresses = {}, .max_threads = kThreads}, {grpc_.get()});
    client_ = NewAggregatorClient(server_->InProcessChannel());
  }
  ~ChangeWaitersTest() override {
    for (std::thread& thread : threads_) thread.join();
    server_->Stop(absl::ZeroDuration());
  }

  void WaitInManyThreads() {
    for (int i = 0; i < kWaiters; ++i) threads_.emplace_back([this] { WaitUntilItMoves(); });
  }
  // As replicas do: again and again.
  void WaitUntilItMoves() {
    v1::WaitForChangeRequest request;
    request.set_after_sequence(log_->LastSequence());
    ++asking_;
    while (!over_) {
      const auto state = client_->WaitForChange(request, absl::Seconds(2));
      if (!state.ok() || state->applied_sequence() <= request.after_sequence()) continue;
      ++told_;
      return;
    }
  }
  static bool Becomes(const std::function<bool()>& condition) {
    const absl::Time end = absl::Now() + kPatience;
    while (!condition() && absl::Now() < end) std::this_thread::yield();
    return condition();
  }

  std::unique_ptr<grpc::Service> grpc_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<AggregatorClient> client_;
  std::vector<std::thread> threads_;
  std::atomic<int> asking_{0};
  std::atomic<int> told_{0};
  std::atomic<bool> over_{false};
};

TEST_F(ChangeWaitersTest, ManyWaitAndOthersAreAnswered) {
  WaitInManyThreads();
  EXPECT_TRUE(Becomes([this] { return asking_ == kWaiters; }));
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(client_->GetStatus({}).ok()) << i;
  EXPECT_EQ(told_, 0);
  Append("nothing.known", v1::Event());
  EXPECT_TRUE(Becomes([this] { return told_ == kWaiters; }));
  over_ = true;
}

TEST_F(ChangeWaitersTest, WhatMovedBeforeIsToldAtOnceAndNothingAtTheDeadline) {
  Append("nothing.known", v1::Event());
  Settle();
  EXPECT_EQ(client_->WaitForChange({})->applied_sequence(), log_->LastSequence());
  v1::WaitForChangeRequest request;
  request.set_after_sequence(log_->LastSequence());
  const auto waited = client_->WaitForChange(request, absl::Milliseconds(10));
  EXPECT_TRUE(absl::IsDeadlineExceeded(waited.status()) ||
              waited->applied_sequence() == log_->LastSequence());
}

TEST_F(ChangeWaitersTest, AServerThatStopsLeavesNobodyWaiting) {
  WaitInManyThreads();
  EXPECT_TRUE(Becomes([this] { return asking_ == kWaiters; }));
  over_ = true;
  server_->Stop(absl::ZeroDuration());
}

}  // namespace
}  // namespace seaworthy
