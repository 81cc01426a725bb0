// An endpoint whose calls travel in the provider's batches.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/batch_client.h"
#include "services/reviewer/wire/batch_journal.h"

namespace seaworthy {

struct BatchPace {
  // How long calls are gathered, from the first of them.
  absl::Duration gather = absl::Seconds(5);
  absl::Duration poll = absl::Seconds(20);
};

// Gathers calls, submits them as one batch, asks for it until it has ended. As
// LlmEndpoint; a call's deadline counts from Start, so that it must be long
// (`deadline_seconds`, two days at most). A call that is asked again after a
// crash waits for the batch it is in already; only a crash between a
// submission's answer and its entry in the journal pays twice. One thread of
// its own.
class BatchEndpoint : public LlmEndpoint {
 public:
  // Calls in one batch, and calls waiting for one; more are kOverloaded.
  static constexpr size_t kMaxPerBatch = 2000;
  static constexpr size_t kMaxWaiting = 8000;

  // `journal_folder` is this endpoint's alone; empty: a crash pays twice.
  BatchEndpoint(const EndpointConfig& config, std::unique_ptr<BatchClient> client, BatchPace pace = {},
                std::string journal_folder = "");
  ~BatchEndpoint() override;

  const std::string& name() const override { return name_; }
  const std::string& model() const override { return model_; }
  const std::string& parameters() const override { return client_->parameters(); }
  void Start(const LlmCall& call, LlmDone done) override;

 private:
  struct Call {
    std::shared_ptr<const LlmPrompt> prompt;
    LlmDone done;
    absl::Time begin;
    absl::Time until;
  };
  struct Batch {
    std::string id;
    std::map<std::string, Call> calls;  // By custom id.
    absl::Time next_poll;
  };

  void Run();
  // False once it stops. Waits for calls to gather, or for the next poll.
  bool Gather(std::vector<Call>* calls);
  void Submit(std::vector<Call> calls);
  // Adds the call to the batch that holds it already; false where none does.
  bool Rejoin(const std::string& id, Call& call);
  void PollBatches();
  // True where the batch is over and its calls are answered.
  bool PollOne(Batch* batch);
  void EndLate(Batch* batch);
  void EndAll(Batch* batch, LlmOutcome outcome, const std::string& why);
  void End(const Call& call, LlmOutcome outcome, const std::string& why) const;

  const std::string name_;
  const std::string model_;
  const BatchPace pace_;
  const std::unique_ptr<BatchClient> client_;
  std::vector<Batch> running_;  // The thread's own, as the journal.
  BatchJournal journal_;
  absl::Notification finished_;

  absl::Mutex mutex_;
  std::deque<Call> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace seaworthy
