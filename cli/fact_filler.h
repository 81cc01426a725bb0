// A language model as ingest's FactFiller: ingest and reviewer do not know of
// each other, so they meet here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/config.h"
#include "services/ingest/fill/fact_filler.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/policy/budget.h"
#include "services/reviewer/policy/endpoint_gate.h"
#include "services/reviewer/policy/price_table.h"

namespace seaworthy::cli {

// Asks an endpoint, once for each question, with the announcement marked as
// data. Believes nothing itself: that is FillFacts' affair. After three
// failures in a row nobody is asked for a minute, so that an endpoint that is
// down does not hold up reading. What a call costs at most is set aside before
// it; where the budget is spent nobody is asked. Failures are logged at most
// once a minute.
// Thread-safe.
class LlmFactFiller : public FactFiller {
 public:
  // How often it was asked and how that ended.
  struct Counts {
    uint64_t asked = 0;
    uint64_t answered = 0;
    uint64_t failed = 0;
    uint64_t skipped = 0;  // During a pause, or without money.
  };
  // What calls are paid from. Without budget or price none is counted. None is
  // owned.
  struct Money {
    Budget* budget = nullptr;
    const PriceTable* prices = nullptr;
    EndpointLimits limits;
  };

  // Neither is owned.
  LlmFactFiller(LlmEndpoint* endpoint, Clock* clock, Money money);
  LlmFactFiller(LlmEndpoint* endpoint, Clock* clock) : LlmFactFiller(endpoint, clock, Money()) {}
  ~LlmFactFiller() override;

  absl::StatusOr<std::vector<FillCandidate>> Fill(const FillQuestion& question,
                                                  absl::Duration deadline) override;
  void Stop() override;
  Counts counts() const;

 private:
  struct Waiting;
  // Micro-dollars set aside. Errors: RESOURCE_EXHAUSTED.
  absl::StatusOr<uint64_t> Reserve(size_t prompt_bytes);
  absl::StatusOr<std::vector<FillCandidate>> Ask(const FillQuestion& question, absl::Duration deadline);
  void Count(const absl::Status& status);

  LlmEndpoint* const endpoint_;
  Clock* const clock_;
  const std::shared_ptr<const Money> money_;  // Answers may come after the filler is gone.
  const std::string nonce_key_;
  const std::shared_ptr<Waiting> waiting_;
  mutable absl::Mutex mutex_;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  int failures_in_a_row_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time paused_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time told_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// What is sent for a question.
LlmPrompt FillPrompt(const FillQuestion& question, std::string_view nonce_key);

// The facts of an answer: {"facts": [{"field", "value", "quote"}]} and nothing
// else. The marks of `question`'s prompt become spaces. Errors:
// INVALID_ARGUMENT.
absl::StatusOr<std::vector<FillCandidate>> ParseFill(const std::string& raw, const FillQuestion& question);

// The filler of `[ingest] fill`, null where none is configured. `config` is
// resolved. `budget` and `prices` may be null and are not owned. Errors name the
// endpoint, the reason and the way out.
absl::StatusOr<std::unique_ptr<FactFiller>> OpenFactFiller(const Config& config, Budget* budget = nullptr,
                                                           const PriceTable* prices = nullptr);

}  // namespace seaworthy::cli
