// Which of several aggregators writes the events that follow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/event_log.h"
#include "common/lease.h"
#include "common/lease_keeper.h"

namespace seaworthy {

// Every aggregator computes the same effects of the same records. The one that
// holds the lease appends them; the others wait until they are in the log, or
// until they hold the lease and append them themselves. So whoever ends
// whenever, no effect is missing, and the ids of effects keep one from being
// there twice. Settle and Note are one thread's, the rest any thread's.
class Emission {
 public:
  // `lease` null: there is one aggregator, which leads. `log` is not owned.
  Emission(EventLog* log, std::unique_ptr<Lease> lease);

  // True where this aggregator is the one that emits.
  bool leading() const { return lease_ == nullptr || lease_->Held(); }
  // Who emits; empty: nobody, or not known.
  std::string leader() const { return lease_ == nullptr ? "" : lease_->State().holder; }

  // Returns once the effects of all records up to `through` are in the log;
  // `effects` are those of records not settled before. Errors: the log's,
  // CANCELLED where `stopping` said so.
  absl::Status Settle(absl::Span<const NewEvent> effects, uint64_t through,
                      const std::function<bool()>& stopping);
  // The state now reaches to `applied`, and every effect up to it is in the
  // log: others that come later need not look each up.
  void Note(uint64_t applied);
  // This aggregator cannot go on; another may.
  void Yield();
  // It is at work.
  void Alive();

 private:
  absl::StatusOr<bool> IsInLog(const NewEvent& effect) const;
  // True where a leader noted that everything up to `through` is done, in this
  // very log.
  bool NotedBeyond(uint64_t through);

  EventLog* const log_;
  const std::unique_ptr<Lease> lease_;
  SteadyWait wait_;
  std::string note_seen_;       // The last note looked into.
  uint64_t noted_through_ = 0;  // What a note that holds in this log says.
  absl::Duration note_at_ = -absl::InfiniteDuration();
};

}  // namespace seaworthy
