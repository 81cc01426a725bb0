#include "services/publisher/edition/subscribers.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/publisher/edition/mail_address.h"

namespace seaworthy {
namespace {

constexpr size_t kTokenMacDigits = 32;
constexpr size_t kMaxConsentBytes = 500;
constexpr size_t kMaxReasonBytes = 300;
constexpr int kSoftBounces = 3;
constexpr absl::Duration kSoftBounceWindow = absl::Hours(24 * 30);
// Whoever loses a race that often has a broken store.
constexpr int kMaxTries = 8;

std::string SubscriberKey(const std::string& id) { return absl::StrCat("s", id); }

template <typename Message>
absl::StatusOr<Message> Parsed(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) {
    return absl::DataLossError(
        "a subscriber's record in DATA/people is damaged; restore the folder from a backup");
  }
  return message;
}

absl::Status NoSuchSubscriber() {
  return absl::NotFoundError("this link belongs to no subscriber; it may have been erased");
}

// How many confirmation mails the last day and all time allow.
bool MayConfirm(const v1::AddressHistory& history, absl::Time now) {
  const int sent = history.confirmation_times_size();
  if (sent >= static_cast<int>(Subscribers::kMaxConfirmations)) return false;
  return sent == 0 || now - TimeOf(history.confirmation_times(sent - 1)) >= Subscribers::kConfirmationGap;
}

}  // namespace

Subscribers::Subscribers(PeopleStore* store, MailLedger* ledger, Clock* clock)
    : store_(store),
      ledger_(ledger),
      clock_(clock),
      address_key_(store->KeyFor("subscriber addresses")),
      token_key_(store->KeyFor("subscriber links")) {}

std::string Subscribers::AddressKey(std::string_view normalized) const {
  // Local parts differ by case in theory only; who asks twice is one.
  return absl::StrCat(
      "a", ToHex(HmacSha256(address_key_, absl::AsciiStrToLower({normalized.data(), normalized.size()})))
               .substr(0, kTokenMacDigits));
}

std::string Subscribers::Mac(std::string_view purpose, std::string_view text) const {
  return ToHex(HmacSha256(token_key_, absl::StrCat(std::string(purpose), "\n", std::string(text))))
      .substr(0, kTokenMacDigits);
}

std::string Subscribers::ConfirmToken(const std::string& subscriber_id) const {
  const std::string what =
      absl::StrCat(subscriber_id, ".", absl::ToUnixSeconds(clock_->Now() + kConfirmationLife));
  return absl::StrCat(what, ".", Mac("confirm", what));
}

std::string Subscribers::LeaveToken(const std::string& subscriber_id) const {
  return absl::StrCat(subscriber_id, ".", Mac("leave", subscriber_id));
}

absl::StatusOr<v1::Subscriber> Subscribers::FindByConfirmToken(std::string_view token) const {
  const size_t dot = token.rfind('.');
  if (dot == token.npos) return NoSuchSubscriber();
  const std::string_view what = token.substr(0, dot);
  if (!SecretEquals(std::string(token.substr(dot + 1)), Mac("confirm", what))) return NoSuchSubscriber();
  const size_t first = what.find('.');
  int64_t until = 0;
  if (first == what.npos || !absl::SimpleAtoi(std::string(what.substr(first + 1)), &until))
    return NoSuchSubscriber();
  if (clock_->Now() > absl::FromUnixSeconds(until)) {
    return absl::DeadlineExceededError("this link has ended; ask for another where you subscribed");
  }
  return Get(std::string(what.substr(0, first)));
}

absl::StatusOr<v1::Subscriber> Subscribers::FindByLeaveToken(std::string_view token) const {
  const size_t dot = token.find('.');
  if (dot == token.npos) return NoSuchSubscriber();
  const std::string id(token.substr(0, dot));
  if (!SecretEquals(std::string(token.substr(dot + 1)), Mac("leave", id))) return NoSuchSubscriber();
  return Get(id);
}

absl::StatusOr<v1::Subscriber> Subscribers::Get(const std::string& subscriber_id) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes,
                             store_->Get(Family::kSubscribers, SubscriberKey(subscriber_id)));
  if (!bytes.has_value()) return NoSuchSubscriber();
  return Parsed<v1::Subscriber>(*bytes);
}

absl::StatusOr<std::optional<v1::Subscriber>> Subscribers::OfHistory(
    const v1::AddressHistory& history) const {
  if (history.subscriber_id().empty()) return std::optional<v1::Subscriber>();
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Subscriber subscriber, Get(history.subscriber_id()));
  return std::optional<v1::Subscriber>(std::move(subscriber));
}

absl::StatusOr<v1::AddressHistory> Subscribers::HistoryOf(std::string_view address) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string normalized, NormalizedAddress(address));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kSubscribers, AddressKey(normalized)));
  return bytes.has_value() ? Parsed<v1::AddressHistory>(*bytes) : v1::AddressHistory();
}

absl::StatusOr<std::optional<v1::Subscriber>> Subscribers::FindByAddress(std::string_view address) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::AddressHistory history, HistoryOf(address));
  return OfHistory(history);
}

absl::StatusOr<AddressRecord> Subscribers::RecordOf(std::string_view address) const {
  AddressRecord record;
  SEAWORTHY_ASSIGN_OR_RETURN(record.history, HistoryOf(address));
  SEAWORTHY_ASSIGN_OR_RETURN(record.subscriber, OfHistory(record.history));
  if (record.subscriber.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(record.mails, ledger_->OfSubscriber(record.subscriber->subscriber_id()));
  }
  return record;
}

absl::Status Subscribers::Ask(std::string_view address, std::string_view consent) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string normalized, NormalizedAddress(address));
  absl::Status asked;
  for (int i = 0; i < kMaxTries; ++i) {
    asked = AskOnce(normalized, consent);
    if (!absl::IsAborted(asked)) return asked;
  }
  return absl::UnavailableError("the address is being changed just now; ask again");
}

absl::Status Subscribers::AskOnce(const std::string& address, std::string_view consent) {
  const std::string key = AddressKey(address);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kSubscribers, key));
  v1::AddressHistory history;
  if (bytes.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(history, Parsed<v1::AddressHistory>(*bytes));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(std::optional<v1::Subscriber> known, OfHistory(history));
  // Nothing to do for who gets it already, and no way back for what bounces.
  if (known.has_value() &&
      (known->state() == v1::Subscriber::CONFIRMED || known->state() == v1::Subscriber::SUSPENDED)) {
    return absl::OkStatus();
  }
  const absl::Time now = clock_->Now();
  if (!MayConfirm(history, now)) return absl::OkStatus();
  if (!known.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const SubscriberCounts counts, Count());
    if (counts.pending >= kMaxPending) {
      return absl::ResourceExhaustedError("many addresses wait for their confirmation; try again tomorrow");
    }
  }
  v1::Subscriber subscriber = known.value_or(v1::Subscriber());
  PeopleBatch batch;
  if (subscriber.subscriber_id().empty()) subscriber.set_subscriber_id(RandomHex(16));
  const std::string subscriber_key = SubscriberKey(subscriber.subscriber_id());
  batch.Expect(Family::kSubscribers, key, bytes);
  batch.Expect(Family::kSubscribers, subscriber_key,
               known.has_value() ? std::optional<std::string>(known->SerializeAsString()) : std::nullopt);
  subscriber.set_address(address);
  subscriber.set_state(v1::Subscriber::PENDING);
  SetTimestamp(now, subscriber.mutable_request_time());
  subscriber.clear_confirm_time();
  subscriber.clear_end_time();
  subscriber.set_consent(std::string(consent.substr(0, kMaxConsentBytes)));
  history.set_subscriber_id(subscriber.subscriber_id());
  SetTimestamp(now, history.add_confirmation_times());
  batch.Put(Family::kSubscribers, key, history.SerializeAsString());
  batch.Put(Family::kSubscribers, subscriber_key, subscriber.SerializeAsString());
  v1::MailEntry mail;
  mail.set_mail_id(
      absl::StrCat("confirm/", subscriber.subscriber_id(), "/", history.confirmation_times_size()));
  mail.set_kind(v1::MailEntry::CONFIRMATION);
  mail.set_subscriber_id(subscriber.subscriber_id());
  ledger_->AddTo(batch, std::move(mail));
  SEAWORTHY_RETURN_IF_ERROR(store_->Write(batch));
  ledger_->Wake();
  return absl::OkStatus();
}

template <typename ChangeRecord>
absl::Status Subscribers::Change(const std::string& subscriber_id, const ChangeRecord& change) {
  absl::Status written;
  for (int i = 0; i < kMaxTries; ++i) {
    SEAWORTHY_ASSIGN_OR_RETURN(v1::Subscriber subscriber, Get(subscriber_id));
    const std::string before = subscriber.SerializeAsString();
    change(subscriber);
    const std::string after = subscriber.SerializeAsString();
    if (after == before) return absl::OkStatus();
    PeopleBatch batch;
    batch.Expect(Family::kSubscribers, SubscriberKey(subscriber_id), before);
    batch.Put(Family::kSubscribers, SubscriberKey(subscriber_id), after);
    written = store_->Write(batch);
    if (!absl::IsAborted(written)) return written;
  }
  return absl::UnavailableError("the subscriber is being changed just now; try again");
}

absl::Status Subscribers::Confirm(const std::string& subscriber_id) {
  return Change(subscriber_id, [&](v1::Subscriber& subscriber) {
    // Who left or was suspended meanwhile does not come back by an old link.
    if (subscriber.state() != v1::Subscriber::PENDING) return;
    subscriber.set_state(v1::Subscriber::CONFIRMED);
    SetTimestamp(clock_->Now(), subscriber.mutable_confirm_time());
  });
}

absl::Status Subscribers::Leave(const std::string& subscriber_id) {
  return Change(subscriber_id, [&](v1::Subscriber& subscriber) {
    if (subscriber.state() == v1::Subscriber::UNSUBSCRIBED) return;
    subscriber.set_state(v1::Subscriber::UNSUBSCRIBED);
    SetTimestamp(clock_->Now(), subscriber.mutable_end_time());
  });
}

absl::Status Subscribers::Suspend(const std::string& subscriber_id, std::string_view reason) {
  return Change(subscriber_id, [&](v1::Subscriber& subscriber) {
    if (subscriber.state() == v1::Subscriber::UNSUBSCRIBED) return;
    if (subscriber.state() == v1::Subscriber::SUSPENDED) return;
    subscriber.set_state(v1::Subscriber::SUSPENDED);
    subscriber.set_end_reason(std::string(reason.substr(0, kMaxReasonBytes)));
    SetTimestamp(clock_->Now(), subscriber.mutable_end_time());
  });
}

absl::Status Subscribers::NoteSoftBounce(const std::string& subscriber_id, std::string_view reason) {
  bool enough = false;
  SEAWORTHY_RETURN_IF_ERROR(Change(subscriber_id, [&](v1::Subscriber& subscriber) {
    auto& times = *subscriber.mutable_soft_bounce_times();
    while (!times.empty() && clock_->Now() - TimeOf(times.Get(0)) > kSoftBounceWindow)
      times.erase(times.begin());
    if (times.size() < kSoftBounces) SetTimestamp(clock_->Now(), times.Add());
    enough = times.size() >= kSoftBounces;
  }));
  return enough ? Suspend(subscriber_id, reason) : absl::OkStatus();
}

absl::Status Subscribers::Erase(const std::string& subscriber_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Subscriber subscriber, Get(subscriber_id));
  const std::string key = AddressKey(subscriber.address());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kSubscribers, key));
  PeopleBatch batch;
  if (bytes.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto history, Parsed<v1::AddressHistory>(*bytes));
    history.clear_subscriber_id();
    batch.Put(Family::kSubscribers, key, history.SerializeAsString());
  }
  batch.Delete(Family::kSubscribers, SubscriberKey(subscriber_id));
  return store_->Write(batch);
}

absl::Status Subscribers::EraseAddress(std::string_view address) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, FindByAddress(address));
  return known.has_value() ? Erase(known->subscriber_id()) : absl::OkStatus();
}

absl::StatusOr<size_t> Subscribers::ForgetUnconfirmed() {
  std::vector<std::string> ids;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kSubscribers, "s", "", [&](std::string_view, std::string_view value) {
        v1::Subscriber subscriber;
        const bool sound = subscriber.ParseFromArray(value.data(), static_cast<int>(value.size()));
        const bool old = clock_->Now() - TimeOf(subscriber.request_time()) > kForgetAfter;
        if (sound && subscriber.state() == v1::Subscriber::PENDING && old) {
          ids.push_back(subscriber.subscriber_id());
        }
        return true;
      }));
  for (const std::string& id : ids) SEAWORTHY_RETURN_IF_ERROR(Erase(id));
  return ids.size();
}

absl::StatusOr<SubscriberCounts> Subscribers::Count() const {
  SubscriberCounts counts;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kSubscribers, "s", "", [&](std::string_view, std::string_view value) {
        v1::Subscriber subscriber;
        damaged = damaged || !subscriber.ParseFromArray(value.data(), static_cast<int>(value.size()));
        counts.pending += subscriber.state() == v1::Subscriber::PENDING ? 1 : 0;
        counts.confirmed += subscriber.state() == v1::Subscriber::CONFIRMED ? 1 : 0;
        counts.unsubscribed += subscriber.state() == v1::Subscriber::UNSUBSCRIBED ? 1 : 0;
        counts.suspended += subscriber.state() == v1::Subscriber::SUSPENDED ? 1 : 0;
        return true;
      }));
  if (damaged) return absl::DataLossError("a subscriber's record in DATA/people is damaged");
  return counts;
}

absl::StatusOr<std::vector<std::string>> Subscribers::ConfirmedAfter(const std::string& subscriber_id,
                                                                     size_t limit) const {
  std::vector<std::string> ids;
  // The least key above the one given.
  const std::string from = subscriber_id.empty() ? "" : SubscriberKey(subscriber_id) + '\0';
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kSubscribers, "s", from, [&](std::string_view, std::string_view value) {
        v1::Subscriber subscriber;
        if (subscriber.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
            subscriber.state() == v1::Subscriber::CONFIRMED) {
          ids.push_back(subscriber.subscriber_id());
        }
        return ids.size() < limit;
      }));
  return ids;
}

}  // namespace seaworthy
