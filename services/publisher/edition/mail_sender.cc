#include "services/publisher/edition/mail_sender.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

// Before the tries after the first.
constexpr std::array<absl::Duration, 7> kPauses = {absl::Minutes(1), absl::Minutes(5), absl::Minutes(30),
                                                   absl::Hours(2),   absl::Hours(6),   absl::Hours(12),
                                                   absl::Hours(24)};
// After the server would not have us at all; after our own store failed, or the aggregator was away.
constexpr absl::Duration kRefusedPause = absl::Minutes(15);
constexpr absl::Duration kTroublePause = absl::Seconds(10);
// How often the clock is looked at while something is due later.
constexpr absl::Duration kLongestWait = absl::Seconds(30);

std::string MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

bool IsWanted(const v1::MailEntry& entry, const v1::Subscriber& subscriber) {
  return entry.kind() == v1::MailEntry::CONFIRMATION ? subscriber.state() == v1::Subscriber::PENDING
                                                     : subscriber.state() == v1::Subscriber::CONFIRMED;
}

}  // namespace

absl::Status MailSender::Start() {
  SEAWORTHY_RETURN_IF_ERROR(options_.ledger->Recover());
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = false;
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void MailSender::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  options_.ledger->Wake();
  if (!thread_.joinable()) return;
  options_.mailer->Interrupt();
  thread_.join();
}

std::string MailSender::Trouble() const {
  absl::MutexLock lock(&mutex_);
  return trouble_;
}

void MailSender::Pause(const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  trouble_ = MessageOf(why);
  paused_until_ = options_.clock->Now() + kRefusedPause;
  spdlog::error("mail: {}; nothing is sent for {}", trouble_, absl::FormatDuration(kRefusedPause));
}

absl::Status MailSender::TryLater(v1::MailEntry& entry, const absl::Status& why) {
  if (entry.attempts() > kPauses.size()) {
    return options_.ledger->End(entry, v1::MailEntry::FAILED, MessageOf(why));
  }
  return options_.ledger->Postpone(entry, kPauses[std::max(1U, entry.attempts()) - 1], MessageOf(why));
}

absl::Status MailSender::TakeAnswer(v1::MailEntry& entry, const absl::Status& answer) {
  switch (answer.code()) {
    case absl::StatusCode::kOk: {
      absl::MutexLock lock(&mutex_);
      trouble_.clear();
      break;
    }
    case absl::StatusCode::kNotFound:
      SEAWORTHY_RETURN_IF_ERROR(options_.subscribers->Suspend(entry.subscriber_id(), MessageOf(answer)));
      return options_.ledger->End(entry, v1::MailEntry::FAILED, MessageOf(answer));
    case absl::StatusCode::kInvalidArgument:
      return options_.ledger->End(entry, v1::MailEntry::FAILED, MessageOf(answer));
    case absl::StatusCode::kUnknown:
      return options_.ledger->End(entry, v1::MailEntry::UNKNOWN, MessageOf(answer));
    case absl::StatusCode::kFailedPrecondition:
      Pause(answer);
      return TryLater(entry, answer);
    default:
      return TryLater(entry, answer);
  }
  return options_.ledger->End(entry, v1::MailEntry::SENT, "");
}

absl::Status MailSender::Deliver(v1::MailEntry& entry, const v1::Subscriber& subscriber, Mail mail) {
  mail.to = subscriber.address();
  mail.message_id = absl::StrCat(Sha256Hex(entry.mail_id()).substr(0, 32), "@", options_.id_domain);
  mail.before_end = [this, &entry] { return options_.ledger->Commit(entry); };
  return TakeAnswer(entry, options_.mailer->Send(mail));
}

absl::StatusOr<bool> MailSender::SendOne() {
  SEAWORTHY_ASSIGN_OR_RETURN(std::optional<v1::MailEntry> entry, options_.ledger->Take());
  if (!entry.has_value()) return false;
  const auto subscriber = options_.subscribers->Get(entry->subscriber_id());
  if (absl::IsNotFound(subscriber.status()) || (subscriber.ok() && !IsWanted(*entry, *subscriber))) {
    SEAWORTHY_RETURN_IF_ERROR(
        options_.ledger->End(*entry, v1::MailEntry::CANCELLED, "left or erased meanwhile"));
    return true;
  }
  SEAWORTHY_RETURN_IF_ERROR(subscriber.status());
  auto mail = options_.compose(*entry, *subscriber);
  if (mail.ok()) {
    SEAWORTHY_RETURN_IF_ERROR(Deliver(*entry, *subscriber, *std::move(mail)));
  } else if (absl::IsUnavailable(mail.status()) || absl::IsDeadlineExceeded(mail.status())) {
    // Whoever knows what it says is away: no mail's fault, and the next would fare no better.
    SEAWORTHY_RETURN_IF_ERROR(options_.ledger->HandBack(*entry));
    return mail.status();
  } else {
    SEAWORTHY_RETURN_IF_ERROR(TryLater(*entry, mail.status()));
  }
  return true;
}

absl::StatusOr<int> MailSender::SendDue() {
  for (int sent = 0;; ++sent) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_ || options_.clock->Now() < paused_until_) return sent;
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const bool any, SendOne());
    if (!any) return sent;
  }
}

void MailSender::Run() {
  const absl::Duration gap = absl::Seconds(1 / std::max(options_.per_second, 0.01));
  while (true) {
    absl::Time wait_until = absl::Now() + kLongestWait;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      const absl::Duration paused = paused_until_ - options_.clock->Now();
      if (paused > absl::ZeroDuration()) {
        wait_until = absl::Now() + std::min(paused, kLongestWait);
      } else {
        wait_until = absl::InfinitePast();
      }
    }
    const absl::Status prepared = options_.prepare ? options_.prepare() : absl::OkStatus();
    if (!prepared.ok()) spdlog::warn("mail: {}; tried again soon", MessageOf(prepared));
    if (wait_until == absl::InfinitePast()) {
      const absl::StatusOr<bool> sent = SendOne();
      if (!sent.ok()) spdlog::error("mail: {}; tried again soon", MessageOf(sent.status()));
      const absl::Time due = options_.ledger->NextDue().value_or(absl::InfiniteFuture());
      const absl::Duration until_due = std::clamp(due - options_.clock->Now(), gap, kLongestWait);
      wait_until = absl::Now() + (!sent.ok() ? kTroublePause : *sent ? gap : until_due);
    }
    options_.ledger->WaitForWork(wait_until);
  }
}

}  // namespace seaworthy
