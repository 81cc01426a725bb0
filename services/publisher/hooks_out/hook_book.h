// Which webhooks there are and what waits for each, in the people store
// (docs/api.md, Webhooks that go out).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/edition.pb.h"
#include "services/publisher/hooks_out/out_hook.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// Knows no network and starts no thread. Thread-safe. Every change is one
// batch: how far the list of published changes is read, and what is to be sent
// because of it, are never apart.
class HookBook {
 public:
  static constexpr size_t kMaxHooks = 20;
  static constexpr size_t kMaxWaiting = 10'000;  // Of a webhook.
  static constexpr absl::Duration kDeadAfter = absl::Hours(72);
  static constexpr absl::Duration kLongestPause = absl::Minutes(10);  // Of a whole webhook.
  static constexpr absl::Duration kLongestRetryAfter = absl::Hours(24);

  struct Options {
    PeopleStore* store = nullptr;  // Not owned.
    Clock* clock = nullptr;        // Not owned.
  };
  // Errors: DATA_LOSS, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<HookBook>> Open(const Options& options);

  // What is asked for; `secret` is made. Errors: INVALID_ARGUMENT,
  // RESOURCE_EXHAUSTED, those of the store.
  absl::StatusOr<OutHook> Add(const std::string& url, std::vector<std::string> events,
                              const std::string& description);
  struct Listed {
    OutHook hook;
    size_t waiting = 0;
  };
  std::vector<Listed> List() const;  // By id.
  absl::StatusOr<Listed> Get(const std::string& id) const;
  // Errors of these: NOT_FOUND, those of the store.
  absl::Status Remove(const std::string& id);
  absl::Status Enable(const std::string& id);
  absl::Status Ping(const std::string& id);

  // After which change to read on.
  uint64_t cursor() const;
  // Takes a page of changes up; `base_url` is of the pages that events name.
  // Errors: those of the store; then nothing of it has happened.
  absl::Status Take(const v1::ListPublishedChangesResponse& page, const std::string& base_url);
  // The same of approved editions; whether any was new. Those of the very
  // first call are old news: they are noted and told to nobody.
  absl::StatusOr<bool> TakeEditions(const std::vector<v1::Edition>& approved, const std::string& base_url);

  // An event to send now, of a webhook none is under way to; ends with Settle.
  struct Claimed {
    OutHook hook;
    HookEvent event;
  };
  std::optional<Claimed> Claim();
  // How a try ended: an HTTP status, or 0 and why there is none.
  struct Outcome {
    int status = 0;
    std::string error;
    std::optional<absl::Duration> retry_after;
  };
  absl::Status Settle(const Claimed& claimed, const Outcome& outcome);
  // Gives a claim back as if it had not been tried: the program stops.
  void Release(const Claimed& claimed);
  // When the next event may be sent.
  absl::Time NextDue() const;

 private:
  struct Place {  // Of an event that waits.
    int tries = 0;
    absl::Time next_try = absl::InfinitePast();
  };
  struct Entry {
    OutHook hook;
    std::map<std::string, Place> waiting;  // By the event's key.
    bool busy = false;
  };
  // What one call takes up: all of it is kept, or nothing.
  struct Taken {
    PeopleBatch batch;
    std::map<std::string, std::set<std::string>> added;  // Keys by webhook.
    std::map<std::string, OutHook> overfull;
  };

  explicit HookBook(const Options& options) : options_(options) {}
  absl::Status Load();
  absl::Status LoadHooks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::string> TypeOf(const v1::PublishedChange& change, PeopleBatch& batch,
                                     std::map<std::string, std::string>& seen) const;
  HookEvent EventOf(const v1::PublishedChange& change, const std::string& type,
                    const std::string& base_url) const;
  HookEvent EventOf(const v1::Edition& edition, const std::string& base_url) const;
  // Has an event wait for whoever wants it.
  void Offer(const HookEvent& event, Taken& taken) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Keep(const Taken& taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The key of the first event of an entry that may be sent; empty: none.
  static std::string Ready(const Entry& entry, absl::Time now);
  void Fail(const HookEvent& event, const Outcome& outcome, absl::Time now, Entry& entry, PeopleBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Entry> hooks_ ABSL_GUARDED_BY(mutex_);
  uint64_t cursor_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
