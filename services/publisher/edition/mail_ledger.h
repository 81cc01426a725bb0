// What is to be mailed to whom, and what became of it: one entry a mail, so
// that a crash neither repeats nor loses one. docs/edition.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "seaworthy/v1/subscriber.pb.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// Thread-safe; one sender at a time may take mails. What returned OK is on disk.
class MailLedger {
 public:
  // Nothing is owned.
  MailLedger(PeopleStore* store, Clock* clock) : store_(store), clock_(clock) {}

  // After a crash: what the server cannot have taken is due again, what it may
  // have taken is UNKNOWN. Before the first Take.
  absl::Status Recover();

  // Adds a mail to a batch, due now unless `due_time` says later. Whoever
  // writes the batch calls Wake. A mail id is used once: see Has.
  void AddTo(PeopleBatch& batch, v1::MailEntry entry) const;
  // Adds those whose ids are new, at once. Errors: UNAVAILABLE.
  absl::Status Add(std::vector<v1::MailEntry> entries);
  absl::StatusOr<bool> Has(const std::string& mail_id) const;
  // Errors: NOT_FOUND.
  absl::StatusOr<v1::MailEntry> Get(const std::string& mail_id) const;

  // The mail due first, now PREPARED with one more attempt; nothing where none
  // is due.
  absl::StatusOr<std::optional<v1::MailEntry>> Take();
  // The server may take it from now on.
  absl::Status Commit(v1::MailEntry& entry);
  // How it ended: SENT, FAILED, UNKNOWN or CANCELLED.
  absl::Status End(v1::MailEntry& entry, v1::MailEntry::State state, const std::string& result);
  // Not now: due again after `delay`.
  absl::Status Postpone(v1::MailEntry& entry, absl::Duration delay, const std::string& result);

  // It was not begun: due again at once, and the attempt does not count.
  absl::Status HandBack(v1::MailEntry& entry);

  // An editor's word on one that is UNKNOWN or FAILED: send it again, or leave
  // it: taken as sent, or cancelled. Errors: NOT_FOUND, FAILED_PRECONDITION (it
  // is neither).
  absl::Status Resolve(const std::string& mail_id, bool send_again);

  // When the next is due; InfiniteFuture for none.
  absl::StatusOr<absl::Time> NextDue() const;
  // Waits until something may have been added or `until` (real time) has come.
  void WaitForWork(absl::Time until);
  void Wake();

  // Of one edition, or of all mails where it is empty: how many in each state.
  struct Counts {
    uint64_t queued = 0;
    uint64_t sending = 0;
    uint64_t sent = 0;
    uint64_t failed = 0;
    uint64_t unknown = 0;
    uint64_t cancelled = 0;
  };
  absl::StatusOr<Counts> Count(const std::string& edition_id) const;
  // Every mail to a subscriber; reads the whole ledger.
  absl::StatusOr<std::vector<v1::MailEntry>> OfSubscriber(const std::string& subscriber_id) const;
  // Those of an edition in a state, by id, at most `limit`.
  absl::StatusOr<std::vector<v1::MailEntry>> List(const std::string& edition_id, v1::MailEntry::State state,
                                                  size_t limit) const;

 private:
  // Replaces an entry and its place among what is due and what is begun.
  absl::Status Replace(const v1::MailEntry& before, v1::MailEntry& after);
  absl::Status ScanEntries(const std::string& edition_id,
                           const std::function<bool(const v1::MailEntry&)>& visit) const;

  PeopleStore* const store_;
  Clock* const clock_;
  absl::Mutex mutex_;
  absl::CondVar woken_;
  bool work_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seaworthy
