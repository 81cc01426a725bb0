#include "cli/observe.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/telemetry/logging.h"
#include "common/telemetry/status_metrics.h"

namespace seaworthy::cli {
namespace {

// What the state may be behind and still be of use.
constexpr uint64_t kMaxLag = 1000;

std::string InstanceOf(const Config& config) {
  if (!config.log.instance.empty()) return config.log.instance;
  char host[256] = {};
  return gethostname(host, sizeof(host) - 1) == 0 ? host : "";
}

class CountingFetcher : public Fetcher {
 public:
  CountingFetcher(std::unique_ptr<Fetcher> inner, Metrics* metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}
  absl::StatusOr<FetchResult> Fetch(const FetchRequest& request) override {
    absl::StatusOr<FetchResult> result = inner_->Fetch(request);
    metrics_->Count("seaworthy_fetches_total", {{"outcome", Outcome(result)}});
    return result;
  }

 private:
  static std::string Outcome(const absl::StatusOr<FetchResult>& result) {
    if (result.ok()) return result->http_status < 400 ? "ok" : "http_error";
    const std::string_view code = FetchErrorCode(result.status());
    return code.empty() ? "failed" : std::string(code);
  }

  const std::unique_ptr<Fetcher> inner_;
  Metrics* const metrics_;
};

class CountingMailer : public Mailer {
 public:
  CountingMailer(std::unique_ptr<Mailer> inner, Metrics* metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}
  absl::Status Send(const Mail& mail) override {
    absl::Status sent = inner_->Send(mail);
    metrics_->Count("seaworthy_mails_total", {{"outcome", sent.ok() ? "sent" : "failed"}});
    return sent;
  }
  void Interrupt() override { inner_->Interrupt(); }

 private:
  const std::unique_ptr<Mailer> inner_;
  Metrics* const metrics_;
};

// Of a closed set: addresses are strangers' words.
const char* RouteClass(absl::string_view target) {
  for (const char* name : {"desk", "api", "mcp", "assets"}) {
    absl::string_view rest = target;
    if (absl::ConsumePrefix(&rest, absl::StrCat("/", name)) &&
        (rest.empty() || rest[0] == '/' || rest[0] == '?')) {
      return name;
    }
  }
  return "site";
}

}  // namespace

absl::Status StartLog(const Config& config, const std::string& service) {
  return StartLogging({.format = config.telemetry.log_format,
                       .level = config.telemetry.log_level,
                       .service = service,
                       .instance = InstanceOf(config)});
}

absl::StatusOr<std::unique_ptr<Telemetry>> StartTelemetry(const Config& config, const std::string& service) {
  return Telemetry::Start({.config = config.telemetry,
                           .service = service,
                           .version = SEAWORTHY_VERSION,
                           .data_dir = config.data_dir,
                           .certificate_file = config.services.certificate_file,
                           .budget_usd_per_day = config.panel.budget_usd_per_day});
}

void Observe(AggregatorService& service, EventLog* log, Telemetry& telemetry) {
  telemetry.metrics().AddSource([&service](MetricSamples& samples) {
    const auto status = service.GetStatus({});
    if (status.ok()) AddStateSamples(*status, samples);
  });
  telemetry.health().AddReadiness("state", [&service] {
    const auto status = service.GetStatus({});
    if (!status.ok()) return status.status();
    if (status->applied_sequence() + kMaxLag >= status->log_sequence()) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("the state is at event ", status->applied_sequence(), " of ",
                                               status->log_sequence(), " and catches up"));
  });
  telemetry.Follow(log, [&service] {
    const auto status = service.GetStatus({});
    return status.ok() && status->leading();
  });
}

void Observe(ReviewerService& service, Telemetry& telemetry) {
  telemetry.metrics().AddSource([&service](MetricSamples& samples) {
    const auto status = service.GetReviewerStatus({});
    if (status.ok()) AddReviewerSamples(*status, samples);
  });
}

std::unique_ptr<Fetcher> CountFetches(std::unique_ptr<Fetcher> fetcher, Metrics* metrics) {
  if (metrics == nullptr || fetcher == nullptr) return fetcher;
  return std::make_unique<CountingFetcher>(std::move(fetcher), metrics);
}

std::unique_ptr<Mailer> CountMails(std::unique_ptr<Mailer> mailer, Metrics* metrics) {
  if (metrics == nullptr || mailer == nullptr) return mailer;
  return std::make_unique<CountingMailer>(std::move(mailer), metrics);
}

std::function<void(absl::string_view target, int status, absl::Duration took)> CountRequests(
    Metrics* metrics) {
  if (metrics == nullptr) return nullptr;
  return [metrics](absl::string_view target, int status, absl::Duration took) {
    const std::string route = RouteClass(target);
    metrics->Count("seaworthy_http_requests_total", {{"route", route}, {"status", absl::StrCat(status)}});
    metrics->Observe("seaworthy_http_request_seconds", absl::ToDoubleSeconds(took), {{"route", route}});
  };
}

}  // namespace seaworthy::cli
