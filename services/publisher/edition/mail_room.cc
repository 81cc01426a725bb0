#include "services/publisher/edition/mail_room.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/publisher/pages/edition_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// An edition approved by another process is found by looking.
constexpr absl::Duration kLook = absl::Seconds(30);
constexpr absl::Duration kTidy = absl::Hours(1);
constexpr int kEditions = 10;
constexpr size_t kStep = 200;
// How far an edition's mails are written down: `@` the last subscriber's id, or
// that they all are.
constexpr char kProgress[] = "e";
constexpr char kAllQueued[] = "done";

std::string MailIdOf(const std::string& edition, const std::string& subscriber) {
  return absl::StrCat("edition/", edition, "/", subscriber);
}

}  // namespace

MailRoom::MailRoom(Options options)
    : options_(std::move(options)),
      ledger_(options_.store, options_.clock),
      subscribers_(options_.store, &ledger_, options_.clock),
      sender_({.ledger = &ledger_,
               .subscribers = &subscribers_,
               .mailer = options_.mailer,
               .clock = options_.clock,
               .compose = [this](const v1::MailEntry& entry,
                                 const v1::Subscriber& to) { return Compose(entry, to); },
               .id_domain = options_.id_domain,
               .per_second = options_.per_second,
               .prepare = [this] { return Prepare(); }}) {}

absl::Status MailRoom::Start() { return enabled() ? sender_.Start() : absl::OkStatus(); }

void MailRoom::Approved() {
  approved_ = true;
  ledger_.Wake();
}

absl::Status MailRoom::Prepare() {
  const absl::Time now = options_.clock->Now();
  bool look = approved_.exchange(false);
  bool tidy = false;
  {
    absl::MutexLock lock(&mutex_);
    look = look || now >= next_look_;
    tidy = now >= next_tidy_;
    if (look) next_look_ = now + kLook;
    if (tidy) next_tidy_ = now + kTidy;
  }
  if (tidy) SEAWORTHY_RETURN_IF_ERROR(subscribers_.ForgetUnconfirmed().status());
  return look ? QueueApproved() : absl::OkStatus();
}

absl::Status MailRoom::QueueApproved() {
  v1::ListEditionsRequest request;
  request.set_approved_only(true);
  request.set_page_size(kEditions);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ListEditionsResponse response,
                             options_.aggregator->ListEditions(request));
  for (const v1::Edition& edition : response.editions()) SEAWORTHY_RETURN_IF_ERROR(QueueEdition(edition));
  return absl::OkStatus();
}

absl::Status MailRoom::QueueEdition(const v1::Edition& edition) {
  const std::string key = absl::StrCat(kProgress, edition.edition_id());
  SEAWORTHY_ASSIGN_OR_RETURN(std::optional<std::string> progress, options_.store->Get(Family::kMails, key));
  while (progress != kAllQueued) {
    const std::string after = progress.has_value() ? progress->substr(1) : "";
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> ids, subscribers_.ConfirmedAfter(after, kStep));
    PeopleBatch batch;
    for (const std::string& id : ids) {
      const auto subscriber = subscribers_.Get(id);
      // Erased meanwhile, or came after the edition.
      if (!subscriber.ok() || TimeOf(subscriber->confirm_time()) > TimeOf(edition.decide_time())) continue;
      v1::MailEntry entry;
      entry.set_mail_id(MailIdOf(edition.edition_id(), id));
      SEAWORTHY_ASSIGN_OR_RETURN(const bool known, ledger_.Has(entry.mail_id()));
      if (known) continue;
      entry.set_kind(v1::MailEntry::EDITION);
      entry.set_edition_id(edition.edition_id());
      entry.set_subscriber_id(id);
      ledger_.AddTo(batch, std::move(entry));
    }
    const std::string reached = ids.size() < kStep ? kAllQueued : absl::StrCat("@", ids.back());
    batch.Expect(Family::kMails, key, progress);
    batch.Put(Family::kMails, key, reached);
    // The place and the mails up to it: both or neither.
    SEAWORTHY_RETURN_IF_ERROR(options_.store->Write(batch));
    ledger_.Wake();
    progress = reached;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Edition> MailRoom::EditionToSend(const std::string& id) {
  {
    absl::MutexLock lock(&mutex_);
    if (sending_.edition_id() == id) return sending_;
  }
  v1::GetEditionRequest request;
  request.set_edition_id(id);
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Edition edition, options_.aggregator->GetEdition(request));
  // What was approved stays so: the aggregator that told of it had seen more.
  if (edition.state() != v1::Edition::APPROVED) {
    return absl::FailedPreconditionError("the aggregator that answers has not seen that it was approved");
  }
  absl::MutexLock lock(&mutex_);
  sending_ = edition;
  return edition;
}

absl::StatusOr<Mail> MailRoom::Compose(const v1::MailEntry& entry, const v1::Subscriber& to) {
  const std::string base = options_.base_url();
  const std::string leave = absl::StrCat(base, "/unsubscribe/", subscribers_.LeaveToken(to.subscriber_id()));
  Mail mail;
  json view;
  const char* name = "mail_confirm";
  if (entry.kind() == v1::MailEntry::EDITION) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Edition edition, EditionToSend(entry.edition_id()));
    name = "mail_edition";
    view = EditionView(edition, base);
    mail.subject = edition.title();
  } else {
    view["confirm"] =
        absl::StrCat(base, "/subscribe/confirm/", subscribers_.ConfirmToken(to.subscriber_id()));
    mail.subject = "Confirm that you want the weekly edition";
  }
  view["leave"] = leave;
  view["site"] = base;
  mail.text = options_.texts.Render(name, view);
  mail.html = options_.templates->Render(name, view);
  mail.headers = {{"List-Unsubscribe", absl::StrCat("<", leave, ">")},
                  {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}};
  return mail;
}

}  // namespace seaworthy
