// Who is signed in at the desk: one-time links and sessions, in memory.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/people/role.h"

namespace seaworthy {

// A signed-in editor.
struct DeskSession {
  std::string editor;
  std::string csrf_token;  // In every form of this session.
  Role role = Role::kOperator;
};

// Tokens are 32 random bytes in hex; only their SHA-256 is kept. Numbers are
// bounded: the oldest goes first. Thread-safe.
class DeskSessions {
 public:
  static constexpr absl::Duration kLinkLife = absl::Hours(24);
  static constexpr absl::Duration kIdleLife = absl::Minutes(30);
  static constexpr absl::Duration kAbsoluteLife = absl::Hours(8);
  static constexpr size_t kMaxLinks = 32;
  static constexpr size_t kMaxSessions = 256;

  explicit DeskSessions(Clock* clock) : clock_(clock) {}

  // A token that signs in once.
  std::string MakeLinkToken();
  // Whether it would sign in; does not use it up.
  bool IsLinkToken(const std::string& token);
  // Uses up a link token; a session token for a cookie, or nothing.
  std::optional<std::string> SignIn(const std::string& link_token);
  // The session of a cookie, its idle time begun anew; or nothing.
  std::optional<DeskSession> Find(const std::string& session_token);
  void SignOut(const std::string& session_token);

 private:
  struct Entry {
    DeskSession session;
    absl::Time created;
    absl::Time seen;
  };
  void DropExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  absl::Mutex mutex_;
  std::map<std::string, absl::Time> links_ ABSL_GUARDED_BY(mutex_);  // By hash.
  std::map<std::string, Entry> sessions_ ABSL_GUARDED_BY(mutex_);    // By hash.
};

}  // namespace seaworthy
