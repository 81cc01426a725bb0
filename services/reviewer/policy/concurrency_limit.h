// How many calls an endpoint may have under way: its cap while it is well,
// fewer while it is in trouble (additive increase, multiplicative decrease).
#pragma once

#include <cstdint>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Starts at the cap, so that a healthy endpoint is never slowed. Not
// thread-safe.
class ConcurrencyLimit {
 public:
  explicit ConcurrencyLimit(int cap);

  // A slot; 0 where all are taken.
  uint64_t TryTake();
  // Gives a slot back. rate_limited, overloaded and timeout take three tenths
  // of the limit, once for all calls that were under way together; as many
  // answers as the limit is high raise it by one.
  void Release(uint64_t ticket, LlmOutcome outcome);
  // Gives a slot back that no call was made with.
  void Return() { --in_flight_; }

  int limit() const { return limit_; }
  int in_flight() const { return in_flight_; }

 private:
  const int cap_;
  int limit_;
  int in_flight_ = 0;
  int answers_ = 0;
  uint64_t next_ticket_ = 1;
  // Trouble of calls that began before this one has been heard already.
  uint64_t deaf_before_ = 0;
};

}  // namespace seaworthy
