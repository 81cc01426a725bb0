#include "services/publisher/edition/mail_ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "common/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxResultBytes = 500;

std::string MailKey(const std::string& id) { return absl::StrCat("m", id); }
std::string BegunKey(const std::string& id) { return absl::StrCat("u", id); }

std::string DuePrefix(absl::Time due) {
  uint64_t millis = static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixMillis(due)));
  std::string key = "q";
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>((millis >> shift) & 0xFF));
  return key;
}

std::string DueKey(const v1::MailEntry& entry) {
  return absl::StrCat(DuePrefix(TimeOf(entry.due_time())), entry.mail_id());
}

absl::Time DueOf(std::string_view key) {
  int64_t millis = 0;
  for (const char c : key.substr(1, 8)) millis = (millis << 8) | static_cast<unsigned char>(c);
  return absl::FromUnixMillis(millis);
}

bool IsBegun(v1::MailEntry::State state) {
  return state == v1::MailEntry::PREPARED || state == v1::MailEntry::COMMITTING;
}

absl::StatusOr<v1::MailEntry> Parsed(std::string_view bytes) {
  v1::MailEntry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a mail's entry in DATA/people is damaged; restore the folder from a backup");
  }
  return entry;
}

}  // namespace

void MailLedger::AddTo(PeopleBatch& batch, v1::MailEntry entry) const {
  entry.set_state(v1::MailEntry::QUEUED);
  SetTimestamp(clock_->Now(), entry.mutable_update_time());
  if (!entry.has_due_time()) *entry.mutable_due_time() = entry.update_time();
  batch.Expect(Family::kMails, MailKey(entry.mail_id()), std::nullopt);
  batch.Put(Family::kMails, MailKey(entry.mail_id()), entry.SerializeAsString());
  batch.Put(Family::kMails, DueKey(entry), "");
}

absl::StatusOr<bool> MailLedger::Has(const std::string& mail_id) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kMails, MailKey(mail_id)));
  return bytes.has_value();
}

absl::StatusOr<v1::MailEntry> MailLedger::Get(const std::string& mail_id) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kMails, MailKey(mail_id)));
  if (!bytes.has_value()) return absl::NotFoundError("no such mail; reload the list");
  return Parsed(*bytes);
}

absl::Status MailLedger::Add(std::vector<v1::MailEntry> entries) {
  PeopleBatch batch;
  for (v1::MailEntry& entry : entries) {
    SEAWORTHY_ASSIGN_OR_RETURN(const bool known, Has(entry.mail_id()));
    if (!known) AddTo(batch, std::move(entry));
  }
  if (batch.changes().empty()) return absl::OkStatus();
  SEAWORTHY_RETURN_IF_ERROR(store_->Write(batch));
  Wake();
  return absl::OkStatus();
}

absl::Status MailLedger::Replace(const v1::MailEntry& before, v1::MailEntry& after) {
  SetTimestamp(clock_->Now(), after.mutable_update_time());
  PeopleBatch batch;
  batch.Expect(Family::kMails, MailKey(before.mail_id()), before.SerializeAsString());
  if (before.state() == v1::MailEntry::QUEUED) batch.Delete(Family::kMails, DueKey(before));
  if (IsBegun(before.state())) batch.Delete(Family::kMails, BegunKey(before.mail_id()));
  if (after.state() == v1::MailEntry::QUEUED) batch.Put(Family::kMails, DueKey(after), "");
  if (IsBegun(after.state())) batch.Put(Family::kMails, BegunKey(after.mail_id()), "");
  batch.Put(Family::kMails, MailKey(after.mail_id()), after.SerializeAsString());
  return store_->Write(batch);
}

absl::Status MailLedger::Recover() {
  std::vector<std::string> begun;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kMails, "u", "", [&](std::string_view key, std::string_view) {
        begun.emplace_back(key.substr(1));
        return true;
      }));
  for (const std::string& id : begun) {
    SEAWORTHY_ASSIGN_OR_RETURN(v1::MailEntry entry, Get(id));
    const absl::Status ended =
        entry.state() == v1::MailEntry::COMMITTING
            ? End(entry, v1::MailEntry::UNKNOWN,
                  "the server stopped while the last bytes went out; the mail may have been taken")
            : Postpone(entry, absl::ZeroDuration(), "the server stopped before the mail was out");
    SEAWORTHY_RETURN_IF_ERROR(ended);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::MailEntry>> MailLedger::Take() {
  std::optional<std::string> first;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kMails, "q", "", [&](std::string_view key, std::string_view) {
        if (DueOf(key) <= clock_->Now()) first = std::string(key.substr(9));
        return false;
      }));
  if (!first.has_value()) return std::optional<v1::MailEntry>();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::MailEntry before, Get(*first));
  v1::MailEntry entry = before;
  entry.set_state(v1::MailEntry::PREPARED);
  entry.set_attempts(entry.attempts() + 1);
  SEAWORTHY_RETURN_IF_ERROR(Replace(before, entry));
  return std::optional<v1::MailEntry>(std::move(entry));
}

absl::Status MailLedger::Commit(v1::MailEntry& entry) {
  const v1::MailEntry before = entry;
  entry.set_state(v1::MailEntry::COMMITTING);
  return Replace(before, entry);
}

absl::Status MailLedger::End(v1::MailEntry& entry, v1::MailEntry::State state, const std::string& result) {
  const v1::MailEntry before = entry;
  entry.set_state(state);
  entry.set_result(std::string(Utf8Prefix(result, kMaxResultBytes)));
  entry.clear_due_time();
  return Replace(before, entry);
}

absl::Status MailLedger::Postpone(v1::MailEntry& entry, absl::Duration delay, const std::string& result) {
  const v1::MailEntry before = entry;
  entry.set_state(v1::MailEntry::QUEUED);
  entry.set_result(std::string(Utf8Prefix(result, kMaxResultBytes)));
  SetTimestamp(clock_->Now() + delay, entry.mutable_due_time());
  return Replace(before, entry);
}

absl::Status MailLedger::HandBack(v1::MailEntry& entry) {
  const v1::MailEntry before = entry;
  entry.set_state(v1::MailEntry::QUEUED);
  entry.set_attempts(entry.attempts() - 1);
  return Replace(before, entry);
}

absl::Status MailLedger::Resolve(const std::string& mail_id, bool send_again) {
  SEAWORTHY_ASSIGN_OR_RETURN(v1::MailEntry entry, Get(mail_id));
  const bool unknown = entry.state() == v1::MailEntry::UNKNOWN;
  if (!unknown && entry.state() != v1::MailEntry::FAILED) {
    return absl::FailedPreconditionError("this mail is not in doubt any more; reload the list");
  }
  if (!send_again) {
    return unknown ? End(entry, v1::MailEntry::SENT, "taken as sent by an editor")
                   : End(entry, v1::MailEntry::CANCELLED, "left by an editor");
  }
  SEAWORTHY_RETURN_IF_ERROR(Postpone(entry, absl::ZeroDuration(), "sent again by an editor"));
  Wake();
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> MailLedger::NextDue() const {
  absl::Time due = absl::InfiniteFuture();
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kMails, "q", "", [&](std::string_view key, std::string_view) {
        due = DueOf(key);
        return false;
      }));
  return due;
}

void MailLedger::WaitForWork(absl::Time until) {
  absl::MutexLock lock(&mutex_);
  while (!work_) {
    if (woken_.WaitWithDeadline(&mutex_, until)) break;
  }
  work_ = false;
}

void MailLedger::Wake() {
  absl::MutexLock lock(&mutex_);
  work_ = true;
  woken_.SignalAll();
}

absl::Status MailLedger::ScanEntries(const std::string& edition_id,
                                     const std::function<bool(const v1::MailEntry&)>& visit) const {
  const std::string prefix = edition_id.empty() ? "m" : MailKey(absl::StrCat("edition/", edition_id, "/"));
  absl::Status trouble;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kMails, prefix, "", [&](std::string_view, std::string_view value) {
        const auto entry = Parsed(value);
        if (!entry.ok()) trouble = entry.status();
        return entry.ok() && visit(*entry);
      }));
  return trouble;
}

absl::StatusOr<MailLedger::Counts> MailLedger::Count(const std::string& edition_id) const {
  Counts counts;
  SEAWORTHY_RETURN_IF_ERROR(ScanEntries(edition_id, [&](const v1::MailEntry& entry) {
    switch (entry.state()) {
      case v1::MailEntry::QUEUED:
        ++counts.queued;
        break;
      case v1::MailEntry::SENT:
        ++counts.sent;
        break;
      case v1::MailEntry::FAILED:
        ++counts.failed;
        break;
      case v1::MailEntry::UNKNOWN:
        ++counts.unknown;
        break;
      case v1::MailEntry::CANCELLED:
        ++counts.cancelled;
        break;
      default:
        ++counts.sending;
    }
    return true;
  }));
  return counts;
}

absl::StatusOr<std::vector<v1::MailEntry>> MailLedger::OfSubscriber(const std::string& subscriber_id) const {
  std::vector<v1::MailEntry> entries;
  SEAWORTHY_RETURN_IF_ERROR(ScanEntries("", [&](const v1::MailEntry& entry) {
    if (entry.subscriber_id() == subscriber_id) entries.push_back(entry);
    return true;
  }));
  return entries;
}

absl::StatusOr<std::vector<v1::MailEntry>> MailLedger::List(const std::string& edition_id,
                                                            v1::MailEntry::State state, size_t limit) const {
  std::vector<v1::MailEntry> entries;
  SEAWORTHY_RETURN_IF_ERROR(ScanEntries(edition_id, [&](const v1::MailEntry& entry) {
    if (entry.state() == state) entries.push_back(entry);
    return entries.size() < limit;
  }));
  return entries;
}

}  // namespace seaworthy
