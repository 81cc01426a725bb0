// Who is signed in at the desk: sessions, one-time links, known devices.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/people/accounts.h"
#include "services/publisher/people/role.h"
#include "services/publisher/people/session_table.h"

namespace seaworthy {

// A signed-in editor.
struct DeskSession {
  std::string editor;      // The account's name.
  std::string csrf_token;  // In every form of this session.
  Role role = Role::kOperator;
  std::string hash;  // Of the session's token.
  std::string how;   // `link`, `password`, `mail`, `proxy`.
  std::string mail;  // Of `proxy`.
  absl::Time created;
};

// Tokens are 32 random bytes in hex; only their SHA-256 is kept, in the people
// store. Thread-safe.
class DeskSessions {
 public:
  static constexpr absl::Duration kLinkLife = absl::Hours(24);
  static constexpr absl::Duration kMailLinkLife = absl::Minutes(15);
  static constexpr absl::Duration kIdleLife = absl::Minutes(30);
  static constexpr absl::Duration kAbsoluteLife = absl::Hours(8);
  static constexpr absl::Duration kDeviceLife = absl::Hours(180 * 24);
  static constexpr size_t kMaxLinks = 32;     // Of an account.
  static constexpr size_t kMaxSessions = 20;  // Of an account.
  static constexpr size_t kMaxDevices = 20;   // Of an account.
  static constexpr int kMailLinksADay = 5;

  struct Options {
    PeopleStore* store = nullptr;  // None is owned.
    Accounts* accounts = nullptr;
    AuditLog* audit = nullptr;
    Clock* clock = nullptr;
  };
  explicit DeskSessions(Options options);

  // A token that signs the account in once. Errors: those of the store.
  absl::StatusOr<std::string> MakeLink(const std::string& account, const std::string& how);
  // The same for `owner`; empty where the store fails.
  std::string MakeLinkToken();
  // Whether a mail link may be sent to the account now.
  absl::StatusOr<bool> MayMail(const std::string& account) const;
  // Whether it would sign in; does not use it up.
  bool IsLinkToken(const std::string& token) const;

  // Tokens for two cookies.
  struct SignedIn {
    std::string session;
    std::string device;
  };
  // Uses up a link token. Errors: UNAUTHENTICATED, those of the store.
  absl::StatusOr<SignedIn> SignIn(const std::string& link_token, const SignInClient& client);
  std::optional<std::string> SignIn(const std::string& link_token);
  // For somebody who has shown who it is; ends the session `replaced` (a
  // token; may be empty) and makes `more` happen with it. `mail` is the
  // proxy's word.
  struct Begun {
    std::string account;
    std::string how;
    std::string mail;
    std::string replaced;
  };
  absl::StatusOr<SignedIn> Begin(const Begun& begun, const SignInClient& client, PeopleBatch more);
  // The hash of the client's device cookie where the account has signed in
  // with it before; else empty.
  std::string KnownDevice(const std::string& account, const std::string& device) const;

  // The session of a cookie, its idle time begun anew; or nothing.
  std::optional<DeskSession> Find(const std::string& session_token);
  // Whether it would be found; its idle time goes on.
  bool IsLive(const std::string& session_token) const;
  absl::Status SignOut(const std::string& session_token, const std::string& address = "");
  // Sessions that have not ended, oldest first.
  absl::StatusOr<std::vector<SessionRow>> List(const std::string& account) const;
  // Ends one of the account's sessions. Errors: NOT_FOUND.
  absl::Status End(const std::string& account, const std::string& hash, const ChangedBy& by);

 private:
  bool Over(const SessionRow& row, absl::Time now) const;
  absl::Time SeenOf(const SessionRow& row) const;
  // Drops what is over, and the oldest of the account beyond its bounds.
  absl::Status MakeRoom(const std::string& account, PeopleBatch& batch) const;
  absl::Status DropDevices(const std::string& account, PeopleBatch& batch) const;
  std::string DeviceFor(const std::string& account, const SignInClient& client, PeopleBatch& batch) const;

  const Options options_;
  const std::string csrf_key_;
  mutable absl::Mutex mutex_;
  // By hash: later than the store's, which is written once a minute.
  std::map<std::string, absl::Time> seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
