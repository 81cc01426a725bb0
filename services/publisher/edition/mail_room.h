// Everything the publisher mails: who is written to, what is due, what it says.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/clients.h"
#include "common/clock.h"
#include "services/publisher/edition/mail_ledger.h"
#include "services/publisher/edition/mail_sender.h"
#include "services/publisher/edition/mail_texts.h"
#include "services/publisher/edition/subscribers.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/people/mailer.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// Writes down the mails of an approved edition, each subscriber's once, whatever
// is killed when; its sender's thread sends them. Thread-safe.
class MailRoom {
 public:
  struct Options {
    PeopleStore* store = nullptr;            // Not owned.
    AggregatorClient* aggregator = nullptr;  // Not owned.
    Mailer* mailer = nullptr;                // Not owned; null: nothing is sent.
    const TemplateSet* templates = nullptr;  // Not owned.
    Clock* clock = nullptr;                  // Not owned.
    MailTexts texts;
    std::function<std::string()> base_url;  // Links begin with it.
    std::string id_domain;                  // Behind the `@` of Message-IDs.
    double per_second = 5;
  };
  explicit MailRoom(Options options);
  MailRoom(const MailRoom&) = delete;
  MailRoom& operator=(const MailRoom&) = delete;

  // Whether mail is set up.
  bool enabled() const { return options_.mailer != nullptr; }
  MailLedger& ledger() { return ledger_; }
  const MailLedger& ledger() const { return ledger_; }
  Subscribers& subscribers() { return subscribers_; }
  const Subscribers& subscribers() const { return subscribers_; }

  // Begins to send where mail is set up. Errors: the store's.
  absl::Status Start();
  // Ends after the mail under way. Idempotent.
  void Stop() { sender_.Stop(); }

  // Something was approved: its mails are written down at once.
  void Approved();
  // Writes down the mails of approved editions that have none yet, for whoever
  // had confirmed by then. Errors: the aggregator's, the store's.
  absl::Status QueueApproved();
  // Sends what is due on the caller's thread; for tests.
  absl::StatusOr<int> SendDue() { return sender_.SendDue(); }
  // Why nothing goes out now; empty where all is well.
  std::string Trouble() const { return sender_.Trouble(); }

  // What an entry says. Errors: NOT_FOUND (not wanted any more), the
  // aggregator's.
  absl::StatusOr<Mail> Compose(const v1::MailEntry& entry, const v1::Subscriber& to);

 private:
  absl::Status Prepare();
  absl::Status QueueEdition(const v1::Edition& edition);
  absl::StatusOr<v1::Edition> EditionToSend(const std::string& id);

  const Options options_;
  MailLedger ledger_;
  Subscribers subscribers_;
  std::atomic<bool> approved_{true};  // Looks at the first start too.
  absl::Mutex mutex_;
  v1::Edition sending_ ABSL_GUARDED_BY(mutex_);  // The one sent last; they come in runs.
  absl::Time next_look_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time next_tidy_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  MailSender sender_;
};

}  // namespace seaworthy
