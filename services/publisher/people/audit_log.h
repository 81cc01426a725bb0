// Who did what: append-only records in a hash chain (docs/accounts.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/clock.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// What is recorded. Never a password, token or cookie. Long values are cut.
struct AuditEntry {
  std::string actor;    // An account's name, `api`, `command`; empty: unknown.
  std::string action;   // `sign-in`, `POST /desk/sources`.
  std::string target;   // What it was done to.
  std::string outcome;  // `ok`, `asked`, `refused`, `403`.
  std::string detail;
  std::string address;
};

// The last record of a chain.
struct AuditHead {
  uint64_t sequence = 0;                    // 0: none yet.
  std::string hash = std::string(64, '0');  // Hex.
  std::string Text() const;                 // `12:9f2c…`
  static std::optional<AuditHead> Parse(std::string_view text);
};

// Checks a chain line by line, from its first. One thread.
class AuditVerifier {
 public:
  // With `known`, the record of that sequence must have that hash.
  explicit AuditVerifier(std::optional<AuditHead> known = std::nullopt) : known_(std::move(known)) {}
  // Errors: DATA_LOSS naming the record and what is wrong with it.
  absl::Status Add(std::string_view line);
  // At the end: whether the known head and, where given, the stored one were
  // reached. Errors: DATA_LOSS.
  absl::StatusOr<AuditHead> Finish(const std::optional<AuditHead>& stored = std::nullopt) const;

 private:
  const std::optional<AuditHead> known_;
  AuditHead head_;
};

// Thread-safe. After a failed write nothing more is appended until the next
// start: whether the record is there is not known.
class AuditLog {
 public:
  // Goes on from the stored head. Errors: DATA_LOSS where that cannot be read.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(PeopleStore* store, Clock* clock);

  // Durable once OK. Errors: UNAVAILABLE.
  absl::Status Append(const AuditEntry& entry) { return Append(entry, {}); }
  // The record together with `changes`, all or nothing. Errors: ABORTED as
  // PeopleStore::Write, UNAVAILABLE.
  absl::Status Append(const AuditEntry& entry, PeopleBatch changes);
  AuditHead head() const;

  // The records as JSON lines without the line's end, from sequence `from` up,
  // until `visit` returns false.
  using Visitor = std::function<bool(std::string_view line)>;
  absl::Status Export(uint64_t from, const Visitor& visit) const;
  // The newest first, those below sequence `below` (0: all).
  absl::Status Newest(uint64_t below, const Visitor& visit) const;
  // The whole chain against the stored head, and a known one.
  absl::StatusOr<AuditHead> Verify(const std::optional<AuditHead>& known) const;

 private:
  AuditLog(PeopleStore* store, Clock* clock) : store_(store), clock_(clock) {}

  PeopleStore* const store_;
  Clock* const clock_;
  mutable absl::Mutex mutex_;
  AuditHead head_ ABSL_GUARDED_BY(mutex_);
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seaworthy
