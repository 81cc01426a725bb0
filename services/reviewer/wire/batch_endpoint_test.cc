#include "services/reviewer/wire/batch_endpoint.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "services/reviewer/text.h"
#include "services/reviewer/wire/testing/ask.h"
#include "services/reviewer/wire/testing/loopback_server.h"

namespace seaworthy {
namespace {

using testing::Answer;
using testing::Ask;
using testing::CallOf;
using testing::LoopbackServer;
using testing::Script;

// A provider whose batch of two calls ends at the second poll.
class BatchEndpointTest : public ::testing::Test {
 protected:
  BatchEndpointTest() : server_([this](std::string_view request) { return Play(request); }) {}

  Script Play(std::string_view request) {
    constexpr const char* kOk =
        R"(,"result":{"type":"succeeded","message":{"content":[{"type":"text","text":"{}"}],"stop_reason":"end_turn"}}})";
    const int status = status_;
    if (status != 200) return Answer(status, R"({"error":{"message":"m"}})");
    if (request.starts_with("POST")) {
      Note(request);
      return Answer(200, R"({"id":"b1","processing_status":"in_progress"})");
    }
    if (request.starts_with("GET /v1/messages/batches/b1/results")) {
      std::string lines;
      for (const std::string& id : ids()) text::Append(&lines, R"({"custom_id":")", id, "\"", kOk, "\n");
      return Answer(200, std::move(lines));
    }
    const bool ended = ends_ && ++polls_ > 1;
    return Answer(200,
                  text::Cat(R"({"id":"b1","processing_status":")", ended ? "ended" : "in_progress", "\"}"));
  }
  // The ids of a submission, at most two: the provider loses the rest.
  void Note(std::string_view request) {
    constexpr std::string_view kId = R"("custom_id":")";
    absl::MutexLock lock(&mutex_);
    for (size_t at = 0; (at = request.find(kId, at)) != request.npos && ids_.size() < 2;) {
      at += kId.size();
      ids_.emplace_back(request.substr(at, request.find('"', at) - at));
    }
    ++submissions_;
  }
  std::vector<std::string> ids() {
    absl::MutexLock lock(&mutex_);
    return ids_;
  }
  int submissions() {
    absl::MutexLock lock(&mutex_);
    return submissions_;
  }
  std::unique_ptr<BatchEndpoint> Endpoint(absl::Duration gather = absl::Milliseconds(30),
                                          const std::string& folder = "") {
    EndpointConfig config;
    config.name = "night";
    config.url = "anthropic:" + server_.url();
    config.model = "c";
    return std::make_unique<BatchEndpoint>(config, *BatchClient::Make(config, "", &client_),
                                           BatchPace{gather, absl::Milliseconds(5)}, folder);
  }

  std::atomic<int> status_ = 200;
  std::atomic<bool> ends_ = true;
  std::atomic<int> polls_ = 0;
  absl::Mutex mutex_;
  std::vector<std::string> ids_ ABSL_GUARDED_BY(mutex_);
  int submissions_ ABSL_GUARDED_BY(mutex_) = 0;
  HttpClient client_;
  LoopbackServer server_;
};

TEST_F(BatchEndpointTest, CallsTravelTogetherAndAreAnswered) {
  const auto endpoint = Endpoint(absl::Milliseconds(300));
  absl::BlockingCounter left(2);
  std::atomic<int> ok = 0;
  for (const char* user : {"one", "two"}) {
    endpoint->Start(CallOf(user), [&, user](const LlmReply& reply) {
      ok += reply.outcome == LlmOutcome::kOk && reply.sent.find(user) != std::string::npos ? 1 : 0;
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(ok, 2);
  EXPECT_EQ(submissions(), 1);
}

TEST_F(BatchEndpointTest, ACallMissingFromTheResultsIsATimeout) {
  const auto endpoint = Endpoint();
  absl::BlockingCounter left(3);
  std::atomic<int> late = 0;
  for (int i = 0; i < 3; ++i) {
    endpoint->Start(CallOf("x"), [&](const LlmReply& reply) {
      late += reply.outcome == LlmOutcome::kTimeout ? 1 : 0;
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(late, 1);
}

TEST_F(BatchEndpointTest, WhatTheProviderSaysOfABatchHoldsForItsCalls) {
  const auto endpoint = Endpoint();
  status_ = 402;
  EXPECT_EQ(Ask(*endpoint, CallOf("x")).outcome, LlmOutcome::kSpendCapped);
  status_ = 503;
  EXPECT_EQ(Ask(*endpoint, CallOf("x")).outcome, LlmOutcome::kOverloaded);
  status_ = 401;
  EXPECT_EQ(Ask(*endpoint, CallOf("x")).outcome, LlmOutcome::kRejected);
}

TEST_F(BatchEndpointTest, TheDeadlineHolds) {
  ends_ = false;
  EXPECT_EQ(Ask(*Endpoint(), CallOf("x", absl::Milliseconds(150))).outcome, LlmOutcome::kTimeout);
}

TEST_F(BatchEndpointTest, ACallAskedAgainAfterACrashIsNotPaidAgain) {
  const std::string folder = ::testing::TempDir() + "/batch_journal";
  std::filesystem::remove_all(folder);
  ends_ = false;
  auto endpoint = Endpoint(absl::Milliseconds(30), folder);
  endpoint->Start(CallOf("x"), [](const LlmReply&) {});
  server_.WaitForRequests(2);
  endpoint.reset();
  ends_ = true;
  endpoint = Endpoint(absl::Milliseconds(30), folder);
  EXPECT_EQ(Ask(*endpoint, CallOf("x")).outcome, LlmOutcome::kOk);
  EXPECT_EQ(submissions(), 1);
  // What was answered is another call when it is asked again.
  Ask(*endpoint, CallOf("x"));
  EXPECT_EQ(submissions(), 2);
}

TEST_F(BatchEndpointTest, DestroyingItEndsItsCalls) {
  ends_ = false;
  auto endpoint = Endpoint();
  LlmOutcome outcome = LlmOutcome::kOk;
  endpoint->Start(CallOf("x"), [&](const LlmReply& reply) { outcome = reply.outcome; });
  server_.WaitForRequests(3);
  endpoint.reset();
  EXPECT_EQ(outcome, LlmOutcome::kTransport);
}

}  // namespace
}  // namespace seaworthy
