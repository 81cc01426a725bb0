// What others push: POST /api/v1/hooks/{source} with a signature, and the
// callback of WebSub hubs at /api/v1/websub/{source}.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clients.h"
#include "common/clock.h"
#include "services/publisher/access/router.h"
#include "services/publisher/api/hook.h"

namespace seaworthy {

// A webhook that is not there, a missing and a wrong signature get one and the
// same answer, after the same work. What is right is submitted under its
// source_id and entry_key, so that a delivery that comes again, as senders do
// and as somebody might who recorded it, has no further effect. Neither secret
// nor signature is ever logged. Thread-safe.
class Hooks {
 public:
  struct Options {
    IngestClient* ingest = nullptr;  // Not owned; may be null.
    Clock* clock = nullptr;          // Not owned.
    std::vector<Hook> hooks;
  };

  explicit Hooks(Options options);

  std::vector<Route> Routes() const;

 private:
  HttpResponse Receive(const Call& call) const;
  HttpResponse Submit(const Hook& hook, v1::SubmitAnnouncementRequest request) const;
  HttpResponse Callback(const Call& call) const;
  // For the operator who set a wrong secret; at most once a minute a hook.
  void TellOfRefusal(const Hook& hook) const;

  IngestClient* const ingest_;
  Clock* const clock_;
  std::map<std::string, Hook> hooks_;  // By source; constant after construction.
  Hook nobody_;                        // Checked where the source is not known.
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, absl::Time> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
