// What a program tells of its services: the hooks between them and
// common/telemetry. docs/telemetry.md.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/telemetry/telemetry.h"
#include "services/aggregator/aggregator_service.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/publisher/people/mailer.h"
#include "services/reviewer/reviewer_service.h"

namespace seaworthy::cli {

// The log of the program `service` on standard error, as configured.
absl::Status StartLog(const Config& config, const std::string& service);

// Listens, where that is configured. Started first, stopped first. Errors name
// the address.
absl::StatusOr<std::unique_ptr<Telemetry>> StartTelemetry(const Config& config, const std::string& service);

// The state's numbers; ready while it is at most 1,000 events behind `log`. With
// events followed: latencies and, where this one emits, spans. All outlive the
// telemetry's Stop.
void Observe(AggregatorService& service, EventLog* log, Telemetry& telemetry);
// Endpoints and lanes.
void Observe(ReviewerService& service, Telemetry& telemetry);

// The same, each use counted. `metrics` outlives it; null: as it is.
std::unique_ptr<Fetcher> CountFetches(std::unique_ptr<Fetcher> fetcher, Metrics* metrics);
std::unique_ptr<Mailer> CountMails(std::unique_ptr<Mailer> mailer, Metrics* metrics);

// For PublisherService::Options::answered; null where `metrics` is.
std::function<void(absl::string_view target, int status, absl::Duration took)> CountRequests(
    Metrics* metrics);

}  // namespace seaworthy::cli
