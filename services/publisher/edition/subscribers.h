// Who gets the edition: asking, confirming, leaving, erasing. docs/edition.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "seaworthy/v1/subscriber.pb.h"
#include "services/publisher/edition/mail_ledger.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// How many there are, by state.
struct SubscriberCounts {
  uint64_t pending = 0;
  uint64_t confirmed = 0;
  uint64_t unsubscribed = 0;
  uint64_t suspended = 0;
};

// Everything that is kept of an address.
struct AddressRecord {
  std::optional<v1::Subscriber> subscriber;  // Nothing where it is erased or was never known.
  v1::AddressHistory history;
  std::vector<v1::MailEntry> mails;
};

// Thread-safe. What returned OK is on disk. An address is in the subscriber's
// record alone; all else goes by its keyed hash or the subscriber's id.
class Subscribers {
 public:
  static constexpr size_t kMaxPending = 1000;
  static constexpr size_t kMaxConfirmations = 3;
  static constexpr absl::Duration kConfirmationGap = absl::Hours(24);
  static constexpr absl::Duration kConfirmationLife = absl::Hours(48);
  // Longer than a confirmation is tried and its link lives.
  static constexpr absl::Duration kForgetAfter = absl::Hours(24 * 7);

  // Nothing is owned.
  Subscribers(PeopleStore* store, MailLedger* ledger, Clock* clock);

  // Somebody asks with an address and agrees to `consent`. Writes down a
  // confirmation mail where the caps allow one. OK tells nothing about whether
  // it did. Errors: INVALID_ARGUMENT (no address), RESOURCE_EXHAUSTED (too many
  // wait already), UNAVAILABLE.
  absl::Status Ask(std::string_view address, std::string_view consent);

  // The token of a confirmation link sent now, and of the link that ends it.
  std::string ConfirmToken(const std::string& subscriber_id) const;
  std::string LeaveToken(const std::string& subscriber_id) const;

  // Who a token belongs to. Errors: NOT_FOUND (forged, erased),
  // DEADLINE_EXCEEDED (a confirmation link too old).
  absl::StatusOr<v1::Subscriber> FindByConfirmToken(std::string_view token) const;
  absl::StatusOr<v1::Subscriber> FindByLeaveToken(std::string_view token) const;

  // Each changes nothing where it is so already. Errors: NOT_FOUND,
  // UNAVAILABLE.
  absl::Status Confirm(const std::string& subscriber_id);
  absl::Status Leave(const std::string& subscriber_id);
  absl::Status Suspend(const std::string& subscriber_id, std::string_view reason);
  // A mail came back for now; the third within 30 days suspends.
  absl::Status NoteSoftBounce(const std::string& subscriber_id, std::string_view reason);
  // Forgets the address for good; the keyed hash with its counts stays.
  absl::Status Erase(const std::string& subscriber_id);
  // The same by address, for requests that come otherwise. OK also where it was
  // never known.
  absl::Status EraseAddress(std::string_view address);

  // Erases who has not confirmed within kForgetAfter; how many.
  absl::StatusOr<size_t> ForgetUnconfirmed();

  // Errors: NOT_FOUND.
  absl::StatusOr<v1::Subscriber> Get(const std::string& subscriber_id) const;
  // Nothing where nobody has it.
  absl::StatusOr<std::optional<v1::Subscriber>> FindByAddress(std::string_view address) const;
  absl::StatusOr<AddressRecord> RecordOf(std::string_view address) const;
  absl::StatusOr<SubscriberCounts> Count() const;

  // Up to `limit` confirmed ones after an id, by id.
  absl::StatusOr<std::vector<std::string>> ConfirmedAfter(const std::string& subscriber_id,
                                                          size_t limit) const;

 private:
  std::string AddressKey(std::string_view normalized) const;
  std::string Mac(std::string_view purpose, std::string_view text) const;
  // Reads, changes and writes one record; repeats where another was faster.
  template <typename ChangeRecord>
  absl::Status Change(const std::string& subscriber_id, const ChangeRecord& change);
  absl::StatusOr<v1::AddressHistory> HistoryOf(std::string_view address) const;
  absl::StatusOr<std::optional<v1::Subscriber>> OfHistory(const v1::AddressHistory& history) const;
  absl::Status AskOnce(const std::string& address, std::string_view consent);

  PeopleStore* const store_;
  MailLedger* const ledger_;
  Clock* const clock_;
  const std::string address_key_;
  const std::string token_key_;
};

}  // namespace seaworthy
