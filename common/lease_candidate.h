// One process's part in one lease, without threads.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/lease.h"
#include "common/lease_record.h"
#include "common/shared_table.h"

namespace seaworthy {

// What its owner wants of it at a step.
struct LeaseWish {
  bool want = true;                                  // False: gives it up and only looks on.
  std::string note = "";                             // Empty: the note stays what it is.
  absl::Duration hesitation = absl::ZeroDuration();  // How long a free one is left to others.
};

// Not thread-safe. The holder renews; others watch the record, and take its
// place where it stayed the same for a whole ttl by their own steady clock. The
// table compares revisions, so of several one gets it.
class LeaseCandidate {
 public:
  // The two pointers are not owned.
  LeaseCandidate(SharedTable* table, const SteadyClock* clock, const LeaseOptions& options,
                 std::string holder);

  // Renews, gives up, takes or looks: at most four calls of the table. Errors:
  // the table's; then it is tried again soon.
  absl::Status Step(const LeaseWish& wish);

  // Until when this process is the holder for certain, by the clock.
  absl::Duration held_until() const { return held_until_; }
  // When the next step is due.
  absl::Duration next() const { return next_; }
  // The record as last read or written.
  const LeaseRecord& record() const { return record_; }
  uint64_t token() const;

 private:
  absl::Status Look(const LeaseWish& wish);
  absl::Status Take(absl::Duration now);
  absl::Status Renew(const LeaseWish& wish);
  absl::Status Release();
  // Notes what was read; true where that is a write of this candidate's.
  bool See(const SharedValue& value);
  bool MayTake(bool first, const LeaseWish& wish, absl::Duration now);
  void Hold(uint64_t revision, LeaseRecord record, absl::Duration sent);

  SharedTable* const table_;
  const SteadyClock* const clock_;
  const LeaseOptions options_;
  const std::string holder_;

  bool mine_ = false;      // As far as the table said last.
  bool looked_ = false;    // At least once.
  std::string nonce_;      // Of the holding now, or of the try whose outcome is not known.
  uint64_t tried_on_ = 0;  // The revision that try was to replace.
  uint64_t revision_ = 0;
  LeaseRecord record_;
  absl::Duration seen_since_;  // Since when `revision_` is the newest, as far as was seen.
  absl::Duration held_until_ = -absl::InfiniteDuration();
  absl::Duration next_;
};

}  // namespace seaworthy
