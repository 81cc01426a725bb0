// A mail server that keeps what it takes and answers as it is told.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/people/mailer.h"

namespace seaworthy {

// Thread-safe.
class FakeMailer : public Mailer {
 public:
  absl::Status Send(const Mail& mail) override {
    absl::MutexLock lock(&mutex_);
    if (!answer_.ok()) return answer_;
    if (mail.before_end) {
      if (absl::Status went = mail.before_end(); !went.ok()) return went;
    }
    taken_.push_back(mail);
    return absl::OkStatus();
  }
  void Answer(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(status);
  }
  std::vector<Mail> taken() const {
    absl::MutexLock lock(&mutex_);
    return taken_;
  }
  // The mails an address got.
  std::vector<Mail> To(const std::string& address) const {
    std::vector<Mail> mails;
    for (const Mail& mail : taken()) {
      if (mail.to == address) mails.push_back(mail);
    }
    return mails;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Status answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<Mail> taken_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
