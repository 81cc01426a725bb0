// How sessions, links and devices lie in the people store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// Where somebody sits. Untrusted.
struct SignInClient {
  std::string address;
  std::string agent;   // The browser's User-Agent, cut.
  std::string device;  // The device cookie; empty: none.
};

// One session, by the SHA-256 of its cookie.
struct SessionRow {
  std::string hash;  // Hex.
  std::string account;
  std::string how;   // `link`, `password`, `mail`, `proxy`.
  std::string mail;  // Of `proxy`: as the proxy says it.
  std::string address;
  std::string agent;
  absl::Time created;
  absl::Time seen;
};

// A link that signs an account in once.
struct LinkRow {
  std::string account;
  std::string how;  // `link`, `mail`.
  absl::Time created;
  absl::Time expires;
};

// 64 hex digits: what is kept of a token.
std::string TokenHash(const std::string& token);

void PutSession(const SessionRow& row, PeopleBatch& batch);
// Deletes the session.
void EndSession(const std::string& hash, PeopleBatch& batch);
absl::StatusOr<std::optional<SessionRow>> GetSession(const PeopleStore& store, const std::string& hash);
// Oldest first.
absl::StatusOr<std::vector<SessionRow>> SessionsOf(const PeopleStore& store, const std::string& account);
absl::StatusOr<std::vector<SessionRow>> AllSessions(const PeopleStore& store);
// Deletes its sessions, its links and the devices it is known on.
absl::Status EndSessionsOf(const PeopleStore& store, const std::string& account, PeopleBatch& batch);

std::string LinkKey(const std::string& hash);
std::string EncodeLink(const LinkRow& row);
std::optional<LinkRow> DecodeLink(std::string_view bytes);

// A browser that has signed in as `account`: holds when it first did.
std::string DeviceKey(const std::string& account, const std::string& hash);
// In `accounts`: how often in a row the account's password was wrong.
std::string FailuresKey(const std::string& account);

}  // namespace seaworthy
