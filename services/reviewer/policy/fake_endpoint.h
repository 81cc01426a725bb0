// An endpoint for tests that answers when and what it is told to.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Thread-safe. Answers at once from a script, then as `otherwise`; or, while
// `holding`, when Answer is called.
class FakeEndpoint : public LlmEndpoint {
 public:
  explicit FakeEndpoint(std::string name) : name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  const std::string& model() const override { return model_; }
  const std::string& parameters() const override { return parameters_; }
  bool wants_prompt() const override { return wants_prompt_; }
  void Start(const LlmCall& call, LlmDone done) override {
    LlmReply reply;
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      last_ = call;
      if (holding_) {
        held_.emplace_back(call, std::move(done));
        return;
      }
      reply = otherwise_;
      if (!script_.empty()) {
        reply = script_.front();
        script_.pop_front();
      }
    }
    done(std::move(reply));
  }

  static LlmReply Ok(std::string raw = R"({"vote":"ship","quote":"Fine."})") {
    LlmReply reply;
    reply.outcome = LlmOutcome::kOk;
    reply.raw = std::move(raw);
    reply.sent = "sent";
    reply.model = "fake-model-2026";
    reply.usage.input_tokens = 1000;
    reply.usage.output_tokens = 100;
    return reply;
  }
  static LlmReply Bad(LlmOutcome outcome, std::string message = "as told") {
    LlmReply reply;
    reply.outcome = outcome;
    reply.message = std::move(message);
    return reply;
  }

  FakeEndpoint& Then(LlmReply reply) {
    absl::MutexLock lock(&mutex_);
    script_.push_back(std::move(reply));
    return *this;
  }
  FakeEndpoint& Otherwise(LlmReply reply) {
    absl::MutexLock lock(&mutex_);
    otherwise_ = std::move(reply);
    return *this;
  }
  FakeEndpoint& Hold() {
    absl::MutexLock lock(&mutex_);
    holding_ = true;
    return *this;
  }
  // Answers at once again, but for the calls held.
  void Release() {
    absl::MutexLock lock(&mutex_);
    holding_ = false;
  }
  FakeEndpoint& Rules() {
    wants_prompt_ = false;
    return *this;
  }
  // Answers the oldest call held.
  void Answer(LlmReply reply = Ok()) {
    std::pair<LlmCall, LlmDone> first;
    {
      absl::MutexLock lock(&mutex_);
      first = std::move(held_.front());
      held_.pop_front();
    }
    first.second(std::move(reply));
  }
  // The persona of the oldest call held.
  std::string HeldPersona() const {
    absl::MutexLock lock(&mutex_);
    return held_.front().first.request->persona->persona_id();
  }
  size_t held() const {
    absl::MutexLock lock(&mutex_);
    return held_.size();
  }
  int calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  LlmCall last() const {
    absl::MutexLock lock(&mutex_);
    return last_;
  }

 private:
  const std::string name_;
  const std::string model_ = "fake-model";
  const std::string parameters_ = R"({"temperature":0})";
  bool wants_prompt_ = true;
  mutable absl::Mutex mutex_;
  bool holding_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  LlmCall last_ ABSL_GUARDED_BY(mutex_);
  LlmReply otherwise_ ABSL_GUARDED_BY(mutex_) = Ok();
  std::deque<LlmReply> script_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<LlmCall, LlmDone>> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
