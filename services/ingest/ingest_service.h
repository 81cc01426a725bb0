// Ingest: announcement -> tool facts. Stateless: what it knows is in the log
// and the object store, so it can be killed and started anywhere.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/ingest_service.pb.h"

namespace grpc {
class Service;
}

namespace seaworthy {

class FactFiller;

// Thread-safe. Submissions are durable on return; readers (`workers` threads)
// take them from the log's subscription `ingest`, so each is read at least
// once and its event appended exactly once.
class IngestService {
 public:
  struct Options {
    EventLog* log = nullptr;         // Not owned.
    ObjectStore* objects = nullptr;  // Not owned.
    Clock* clock = nullptr;          // Not owned.
    int workers = 2;                 // Announcements read at once; 0 for none.
    // Asked for facts the rules do not find; not owned, null: nobody is.
    FactFiller* filler = nullptr;
  };

  explicit IngestService(const Options& options);
  ~IngestService();  // Stops.

  // Starts the readers. Errors as EventLog::Subscribe.
  absl::Status Start();
  // Finishes what is being read. Idempotent.
  void Stop();

  // The calls of v1.IngestService; errors as described there.
  absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitAnnouncement(
      const v1::SubmitAnnouncementRequest& request);
  absl::StatusOr<v1::SubmitAnnouncementResponse> RetryAnnouncement(
      const v1::RetryAnnouncementRequest& request);
  absl::StatusOr<v1::Announcement> GetReceivedAnnouncement(const v1::GetReceivedAnnouncementRequest& request);
  absl::StatusOr<v1::GetAnnouncementDocumentResponse> GetAnnouncementDocument(
      const v1::GetAnnouncementDocumentRequest& request);
  absl::StatusOr<v1::ExtractAnnouncementResponse> ExtractAnnouncement(
      const v1::ExtractAnnouncementRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

class Watcher;

// The class above as a gRPC service, with `watcher` (may be null: its calls
// are UNIMPLEMENTED) for the calls on sources. Both must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(IngestService* service, Watcher* watcher = nullptr);

}  // namespace seaworthy
