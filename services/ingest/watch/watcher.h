// Reads the sources an operator named, when they are due, and submits what is
// new in them. docs/sources.md tells what is kept and what is promised.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/lease.h"
#include "common/shared_table.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/watch/source_reader.h"

namespace seaworthy {

// Thread-safe. One thread follows the log's `source.changed` events; `workers`
// threads make the requests, one at a time for each host and each source. The
// time a host may be asked again is on disk before it is asked; an entry is
// marked as seen after its submission is durable. Killed anywhere, it loses no
// entry it was given and asks no host sooner than it may.
class Watcher {
 public:
  struct Options {
    EventLog* log = nullptr;     // Not owned.
    Clock* clock = nullptr;      // Not owned.
    Fetcher* fetcher = nullptr;  // Not owned; null where `polling` is false.
    SubmitCall submit;           // IngestService::SubmitAnnouncement.
    ExtractCall extract;         // IngestService::ExtractAnnouncement.
    std::string dir;             // DATA/watch.
    // Where hubs reach the publisher; empty or of this machine: no WebSub.
    std::string public_url;
    // For api.github.com; empty: it allows only 60 requests an hour.
    std::string github_token;
    EntryLimits limits;
    size_t max_pages = 20;  // Fetched for summaries, of one reading.
    int workers = 4;
    absl::Duration host_spacing = absl::Seconds(2);
    // Not owned. Of several watchers of one log each source is read by one,
    // and what it learnt goes on to the next (docs/leases.md). Null: there is one.
    Leases* leases = nullptr;
    SharedTable* shared = nullptr;
    absl::Duration lease_ttl = absl::Seconds(15);
    // False: sources are kept and shown, but nothing is asked.
    bool polling = true;
    // True: nothing is asked but by RunDue.
    bool manual = false;
    // False: what it keeps survives a kill but not a power cut. For tests.
    bool sync = true;
  };

  // Opens its store. Errors: as WatchStore::Open.
  static absl::StatusOr<std::unique_ptr<Watcher>> Open(Options options);
  virtual ~Watcher() = default;  // Stops.

  // Follows the log and begins to ask. Idempotent.
  virtual absl::Status Start() = 0;
  // Ends the requests under way. Idempotent.
  virtual void Stop() = 0;

  // The calls of v1.IngestService; errors as described there.
  virtual absl::StatusOr<v1::SourceView> ChangeSource(const v1::ChangeSourceRequest& request) = 0;
  virtual absl::StatusOr<v1::ListSourcesResponse> ListSources(const v1::ListSourcesRequest& request) = 0;
  virtual absl::StatusOr<v1::SourceView> ReadSource(const v1::ReadSourceRequest& request) = 0;
  virtual absl::StatusOr<v1::HandleWebSubResponse> HandleWebSub(const v1::HandleWebSubRequest& request) = 0;
  // An announcement that somebody sends under a source's id: what came of it
  // shows with the source. Errors: FAILED_PRECONDITION (the source is a webhook
  // and paused), and as SubmitAnnouncement.
  virtual absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitSent(
      const v1::SubmitAnnouncementRequest& request) = 0;

  // With `manual`: does all that is due by the clock now and returns when it
  // is done.
  virtual void RunDue() = 0;
  // When something is due next; InfiniteFuture for nothing.
  virtual absl::Time NextTime() = 0;
  // How many waiting requests there are.
  virtual size_t Waiting() = 0;
};

}  // namespace seaworthy
