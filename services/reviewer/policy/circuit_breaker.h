// Leaves an endpoint alone that does not answer, and asks now and then whether
// it does again.
#pragma once

#include <array>
#include <string>

#include "absl/time/time.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Closed: calls pass. Open: none does, until a time. Then half open: one probe
// at a time; its answer closes the breaker, its failure opens it for twice as
// long. Not thread-safe.
class CircuitBreaker {
 public:
  struct Options {
    // Opens after so many failures in a row (transport, timeout, overloaded,
    // cut_stream) …
    int consecutive = 5;
    // … or where `ratio` of the newest calls of `horizon` failed, if they are
    // at least `min_calls`.
    int min_calls = 20;
    double ratio = 0.5;
    absl::Duration horizon = absl::Seconds(60);
    // Open for this, doubled with each failed probe, up to `longest`; plus up
    // to a fifth at random.
    absl::Duration open_for = absl::Seconds(10);
    absl::Duration longest = absl::Minutes(5);
  };
  enum class State { kClosed, kOpen, kHalfOpen };
  enum class Admission { kPass, kProbe, kNo };

  explicit CircuitBreaker(Options options) : options_(options) {}

  // Whether a call may be made. Each kProbe is followed by one Record or
  // Forget with `probe` true.
  Admission Admit(absl::Time now);
  // How a call ended; `unit` is random in [0, 1). Calls that began before the
  // breaker opened change nothing.
  void Record(LlmOutcome outcome, bool probe, const std::string& message, absl::Time now, double unit);
  // The probe was not made after all.
  void Forget() { probing_ = false; }
  // Opens it until a time, for a reason that more calls would not change.
  void Trip(absl::Time until, const std::string& message);

  State state(absl::Time now) const;
  // Meaningful unless closed.
  absl::Time until() const { return until_; }
  // Whether a probe is under way.
  bool probing() const { return probing_; }
  // Why it opened; empty while closed.
  const std::string& message() const { return message_; }

 private:
  struct Seen {
    absl::Time when;
    bool failed = false;
  };
  static constexpr size_t kSeen = 32;

  void Remember(bool failed, absl::Time now);
  bool TooManyFailures(absl::Time now) const;
  void Open(const std::string& message, absl::Time now, double unit);
  void Close();

  const Options options_;
  bool open_ = false;
  bool probing_ = false;
  int in_a_row_ = 0;
  int trips_ = 0;
  absl::Time until_ = absl::InfinitePast();
  std::string message_;
  std::array<Seen, kSeen> seen_;
  size_t seen_count_ = 0;
};

}  // namespace seaworthy
