// Wires the services of one process: the one place, beside the mains, that
// knows concrete classes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/data_dir.h"
#include "cli/mail.h"
#include "cli/panel.h"
#include "common/clients.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/grpc_server.h"
#include "common/object_store.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/aggregator/aggregator_service.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fill/fact_filler.h"
#include "services/ingest/ingest_service.h"
#include "services/ingest/watch/watcher.h"
#include "services/publisher/api/hook.h"
#include "services/publisher/hooks_out/hook_poster.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/publisher_service.h"
#include "services/reviewer/reviewer_service.h"

namespace grpc {
class Service;
}

namespace seaworthy::cli {

// A data folder, opened by this process alone, and the log and objects that
// `config.log` names: the folder's own, or a NATS server's.
struct OpenData {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ObjectStore> objects;
};
absl::StatusOr<OpenData> OpenDataFolder(const Config& config);

// The aggregator over a folder's log. `store_dir` may be another than the
// folder's own; `objects` (null for rebuilding) is where it reads announcements.
absl::StatusOr<std::unique_ptr<AggregatorService>> OpenAggregator(const Config& config, EventLog* log,
                                                                  ObjectStore* objects,
                                                                  const std::string& store_dir);

// Personas, endpoint and reviewer, without a log: gives verdicts at once.
// `objects` (not owned) may hold announcement texts; may be null.
struct Panelists {
  std::vector<v1::Persona> personas;
  std::unique_ptr<Panel> panel;
  std::unique_ptr<ReviewerService> reviewer;
};
absl::StatusOr<Panelists> MakePanelists(const Config& config, ObjectStore* objects);

// Everything `seaworthy up` runs. Made by Start, ended by Stop or by the
// destructor; not thread-safe. What was acknowledged is durable whenever and
// however the process ends.
class Program {
 public:
  // Opens the data folder and starts every service, HTTP last. `config` is
  // resolved. Errors name what failed and the way out.
  static absl::StatusOr<std::unique_ptr<Program>> Start(const Config& config);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Stops HTTP, gRPC, ingest, reviewer and aggregator in this order, then
  // closes the log. Idempotent.
  void Stop();

  int http_port() const { return publisher_->port(); }
  std::string MakeDeskLink() { return publisher_->MakeDeskLink(); }
  // The audit log's last record: `NUMBER:HASH`.
  std::string AuditHeadText() const;
  const DataLayout& layout() const { return data_.dir->layout(); }
  // True where the token came from the data folder.
  bool token_from_file() const { return token_from_file_; }
  IngestService& ingest() { return *ingest_; }

 private:
  Program() = default;
  absl::Status OpenServices(const Config& config);
  absl::Status OpenWatcher(const Config& config);
  absl::Status ServeInProcess();
  absl::Status OpenPublisher(Config config);
  absl::Status StartWorkers();
  absl::Status ServeOnSocket();

  // Destroyed from the last to the first.
  OpenData data_;
  bool token_from_file_ = false;
  bool stopped_ = false;
  std::vector<v1::Persona> personas_;
  std::unique_ptr<Panel> panel_;
  std::unique_ptr<AggregatorService> aggregator_;
  std::unique_ptr<FactFiller> filler_;  // Null where none is configured.
  std::unique_ptr<IngestService> ingest_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<ReviewerService> reviewer_;
  std::unique_ptr<PeopleStore> people_;
  // In-process servers, one a service, for the publisher's clients.
  std::vector<std::unique_ptr<grpc::Service>> inner_services_;
  std::vector<std::unique_ptr<GrpcServer>> inner_servers_;
  std::unique_ptr<AggregatorClient> aggregator_client_;
  std::unique_ptr<IngestClient> ingest_client_;
  std::unique_ptr<ReviewerClient> reviewer_client_;
  std::vector<Hook> hooks_;
  std::unique_ptr<HookPoster> hook_poster_;
  OpenedMail mail_;
  std::unique_ptr<PublisherService> publisher_;
  // The socket for other processes of this user.
  std::vector<std::unique_ptr<grpc::Service>> socket_services_;
  std::unique_ptr<GrpcServer> socket_server_;
};

}  // namespace seaworthy::cli
