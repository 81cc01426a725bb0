// Who of several processes does what only one may do. docs/leases.md has the
// rules; nothing here trusts a wall clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace seaworthy {

// Time since some moment. Never goes back, is never set, and goes on while the
// machine sleeps. Thread-safe.
class SteadyClock {
 public:
  virtual ~SteadyClock() = default;
  virtual absl::Duration Now() const = 0;
  // The machine's (CLOCK_BOOTTIME); never destroyed.
  static SteadyClock* Real();
};

struct LeaseOptions {
  // What it is of: 1 to 100 of a-z, 0-9, `-` and `.` between them.
  std::string name = "";
  // A holder that did not renew for so long has lost it.
  absl::Duration ttl = absl::Seconds(5);
  // Of leases with the same group a process leaves a free one to others for a
  // moment, the longer the more it has, so that they are shared out. Empty: none.
  std::string group = "";
  // Given up where Alive was not called for so long: its owner is stuck.
  absl::Duration patience = absl::InfiniteDuration();
};

struct LeaseState {
  bool held = false;   // By this process, for certain, now.
  std::string holder;  // The instance that has it as far as is known; empty: none.
  uint64_t token = 0;  // Grows with every change of the holder.
  std::string note;    // What the holder left, see SetNote.
};

// A standing wish to be the holder. Thread-safe. Guarantee: of all processes at
// most one is told `held` at any moment, as long as steady clocks run alike to
// a fifth of the ttl. Whoever was told so may be stopped before it acts, so
// what it does must be harmless when done twice, or carry the token.
class Lease {
 public:
  virtual ~Lease() = default;  // Gives it up, so that another has it at once.
  virtual bool Held() const = 0;
  virtual LeaseState State() const = 0;
  // Travels with the next renewal and stays for the next holder.
  virtual void SetNote(std::string note) = 0;
  // Gives it up and does not want it for so long: this process cannot do what
  // the holder has to.
  virtual void Yield(absl::Duration pause) = 0;
  // The owner is at work; see LeaseOptions::patience.
  virtual void Alive() = 0;
};

// Thread-safe. Must outlive its leases.
class Leases {
 public:
  virtual ~Leases() = default;
  virtual std::unique_ptr<Lease> Want(const LeaseOptions& options) = 0;
  // Who this process is among the holders: its instance of the log.
  virtual std::string holder() const = 0;
};

// For the embedded log: there is one process, and it holds everything at once.
std::unique_ptr<Leases> NewAlwaysHeldLeases(std::string holder);

}  // namespace seaworthy
