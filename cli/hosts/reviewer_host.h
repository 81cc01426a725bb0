// The reviewer with its personas, endpoints and money.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/hosts/service_host.h"
#include "cli/open_data.h"
#include "cli/panel.h"
#include "common/config.h"
#include "common/object_store.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/reviewer/reviewer_service.h"

namespace seaworthy::cli {

// Personas, endpoint and reviewer, without a log: gives verdicts at once.
// `objects` (not owned) may hold announcement texts; may be null.
struct Panelists {
  std::vector<v1::Persona> personas;
  std::unique_ptr<Panel> panel;
  std::unique_ptr<ReviewerService> reviewer;
};
absl::StatusOr<Panelists> MakePanelists(const Config& config, ObjectStore* objects);

class ReviewerHost : public ServiceHost {
 public:
  // Answers for `personas`, or for all where none is named. `data` outlives it.
  // Errors: INVALID_ARGUMENT naming a persona there is not; those of
  // Panel::Open.
  static absl::StatusOr<std::unique_ptr<ReviewerHost>> Open(Config config, const OpenData& data,
                                                            const std::vector<std::string>& personas = {});
  ~ReviewerHost() override;

  absl::Status Start() override;
  void Stop() override;
  void Observe(Telemetry& telemetry) override;
  std::unique_ptr<grpc::Service> NewGrpcService() override;
  ReviewerService& service() { return *service_; }
  Panel& panel() { return *panel_; }

 private:
  ReviewerHost() = default;
  // Destroyed from the last to the first.
  std::unique_ptr<Panel> panel_;
  std::unique_ptr<ReviewerService> service_;
};

}  // namespace seaworthy::cli
