// Passwords as Argon2id (RFC 9106), in bounded memory.
#pragma once

#include <string>

#include "absl/base/call_once.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy {

// OK for a password an account may have: 12 to 256 bytes, not its name or mail
// address. Errors: INVALID_ARGUMENT, never naming the password.
absl::Status CheckPassword(const std::string& password, const std::string& name, const std::string& mail);

// Each computation takes kMemoryBytes; at most kAtOnce run and kWaiting wait,
// so that a flood of sign-ins can take neither the memory nor all of the
// server's threads. Thread-safe; calls block for some 0.1 s.
class PasswordHasher {
 public:
  static constexpr size_t kMemoryBytes = 32 << 20;
  static constexpr int kPasses = 3;
  static constexpr int kAtOnce = 2;
  static constexpr int kWaiting = 2;

  // A hash with its salt and parameters. Errors: RESOURCE_EXHAUSTED where too
  // many are under way; INTERNAL where memory is out.
  absl::StatusOr<std::string> Hash(const std::string& password);
  // Whether it is the password of `hash`; an empty hash takes as long and is
  // nobody's. Errors: RESOURCE_EXHAUSTED.
  absl::StatusOr<bool> Verify(const std::string& hash, const std::string& password);
  // The most computations that ever ran at once.
  int most_at_once() const;

 private:
  class Turn;
  bool Free() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_ < kAtOnce; }

  // The hash of a random password: what a try at an account without one takes as long as.
  const std::string& Nobodys();

  absl::once_flag nobodys_once_;
  std::string nobodys_;  // Constant once made.
  mutable absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  int most_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
