#include "cli/hosts/reviewer_host.h"

#include <grpcpp/impl/service_type.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/observe.h"
#include "common/clock.h"
#include "common/persona.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

// The personas named, in the order of their files; routes of the others go, as
// their endpoints are not needed here.
absl::StatusOr<std::vector<v1::Persona>> Choose(const std::vector<v1::Persona>& all,
                                                const std::vector<std::string>& names, Config& config) {
  if (names.empty()) return all;
  std::vector<v1::Persona> chosen;
  for (const v1::Persona& persona : all) {
    if (std::find(names.begin(), names.end(), persona.persona_id()) != names.end()) {
      chosen.push_back(persona);
    } else {
      config.panel.routes.erase(persona.persona_id());
    }
  }
  for (const std::string& name : names) {
    const auto same = [&name](const v1::Persona& persona) { return persona.persona_id() == name; };
    if (std::any_of(all.begin(), all.end(), same)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("[services] personas names `", name, "`, which is no file of ", config.prompts_dir));
  }
  return chosen;
}

}  // namespace

absl::StatusOr<Panelists> MakePanelists(const Config& config, ObjectStore* objects) {
  Panelists panelists;
  SEAWORTHY_ASSIGN_OR_RETURN(panelists.personas, LoadPersonas(config.prompts_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(panelists.panel, Panel::Open(config, panelists.personas, nullptr));
  ReviewerService::Options options;
  options.objects = objects;
  options.clock = Clock::Real();
  options.seeker = &panelists.panel->seeker();
  options.personas = panelists.personas;
  panelists.reviewer = std::make_unique<ReviewerService>(std::move(options));
  return panelists;
}

absl::StatusOr<std::unique_ptr<ReviewerHost>> ReviewerHost::Open(Config config, const OpenData& data,
                                                                 const std::vector<std::string>& personas) {
  auto host = std::unique_ptr<ReviewerHost>(new ReviewerHost);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::Persona> all, LoadPersonas(config.prompts_dir));
  ReviewerService::Options options;
  SEAWORTHY_ASSIGN_OR_RETURN(options.personas, Choose(all, personas, config));
  // Who names some leaves the rest to other processes.
  for (const v1::Persona& persona : all) options.known.insert(persona.persona_id());
  SEAWORTHY_ASSIGN_OR_RETURN(host->panel_, Panel::Open(config, options.personas, &data.dir->layout()));
  options.log = data.log.get();
  options.objects = data.objects.get();
  options.clock = Clock::Real();
  options.seeker = &host->panel_->seeker();
  options.max_in_flight = host->panel_->max_in_flight();
  host->service_ = std::make_unique<ReviewerService>(std::move(options));
  return host;
}

ReviewerHost::~ReviewerHost() { ReviewerHost::Stop(); }

absl::Status ReviewerHost::Start() { return service_->Start(); }

void ReviewerHost::Stop() {
  if (panel_ != nullptr) panel_->seeker().Stop();
  if (service_ != nullptr) service_->Stop();
}

void ReviewerHost::Observe(Telemetry& telemetry) { cli::Observe(*service_, telemetry); }

std::unique_ptr<grpc::Service> ReviewerHost::NewGrpcService() { return MakeGrpcService(service_.get()); }

}  // namespace seaworthy::cli
