// Sends what the ledger has due. docs/edition.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/edition/mail_ledger.h"
#include "services/publisher/edition/subscribers.h"
#include "services/publisher/people/mailer.h"

namespace seaworthy {

// One thread, one mail at a time. Killed anywhere, no mail goes out twice and
// none is lost: what may have been taken waits for an editor. Thread-safe.
class MailSender {
 public:
  // What an entry says to whom, but for its id. Errors: NOT_FOUND (it is not
  // wanted any more: cancelled), others: tried again later.
  using Compose = std::function<absl::StatusOr<Mail>(const v1::MailEntry& entry, const v1::Subscriber& to)>;

  struct Options {
    MailLedger* ledger = nullptr;        // Not owned.
    Subscribers* subscribers = nullptr;  // Not owned.
    Mailer* mailer = nullptr;            // Not owned.
    Clock* clock = nullptr;              // Not owned.
    Compose compose;
    std::string id_domain;  // Behind the `@` of Message-IDs.
    double per_second = 5;
    // Called by the thread before it looks for work; may be empty. What fails
    // is tried again.
    std::function<absl::Status()> prepare = nullptr;
  };

  explicit MailSender(Options options) : options_(std::move(options)) {}
  ~MailSender() { Stop(); }

  // Takes up what a crash left and begins. Errors: the store's.
  absl::Status Start();
  // Ends after the mail under way. Idempotent.
  void Stop();

  // Sends what is due now, on the caller's thread; for commands and tests. How
  // many mails were taken up. Errors: the store's.
  absl::StatusOr<int> SendDue();

  // Why nothing goes out now, for a person; empty where all is well.
  std::string Trouble() const;

 private:
  void Run();
  absl::StatusOr<bool> SendOne();
  absl::Status Deliver(v1::MailEntry& entry, const v1::Subscriber& subscriber, Mail mail);
  absl::Status TakeAnswer(v1::MailEntry& entry, const absl::Status& answer);
  absl::Status TryLater(v1::MailEntry& entry, const absl::Status& why);
  void Pause(const absl::Status& why);

  const Options options_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::string trouble_ ABSL_GUARDED_BY(mutex_);
  absl::Time paused_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::thread thread_;
};

}  // namespace seaworthy
