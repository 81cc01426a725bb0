#include "common/telemetry/telemetry.h"

#include <utility>

#include "common/status_macros.h"
#include "common/telemetry/process_metrics.h"
#include "common/telemetry/status_metrics.h"

namespace seaworthy {

Telemetry::Telemetry(Options options) : options_(std::move(options)) {}
Telemetry::~Telemetry() { Stop(); }

absl::StatusOr<std::unique_ptr<Telemetry>> Telemetry::Start(Options options) {
  auto made = std::unique_ptr<Telemetry>(new Telemetry(std::move(options)));
  Telemetry* self = made.get();
  self->health_.AddReadiness("start", [self] {
    return self->started_ ? absl::OkStatus() : absl::UnavailableError("the services are being started");
  });
  self->metrics_.AddSource([self](MetricSamples& samples) {
    const Options& of = self->options_;
    samples.Add("seaworthy_build_info", 1, {{"version", of.version}, {"service", of.service}});
    samples.Add("seaworthy_ready", self->health_.Ready().ok ? 1 : 0);
    samples.Add("seaworthy_review_budget_usd", of.budget_usd_per_day);
    AddProcessSamples(samples);
    if (!of.data_dir.empty()) AddDiskSamples(of.data_dir, samples);
    if (!of.data_dir.empty()) AddBackupSample(of.data_dir, samples);
    if (!of.certificate_file.empty()) AddCertificateSample(of.certificate_file, samples);
  });
  if (!self->options_.config.listen.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(
        self->server_, TelemetryServer::Start(self->options_.config.listen, &self->metrics_, &self->health_));
  }
  return made;
}

void Telemetry::LookAt(EventLog* log) {
  metrics_.AddSource([log](MetricSamples& samples) { AddLogSamples(*log, samples); });
  // On a full disk reads go on, so whoever asks is sent here still.
  health_.AddLiveness("log", [log] {
    const absl::Status status = log->Health();
    const bool mends = absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
    return mends || absl::IsCancelled(status) ? absl::OkStatus() : status;
  });
  health_.AddReadiness("log", [log] {
    const absl::Status status = log->Health();
    return absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
  });
}

void Telemetry::Follow(EventLog* log, std::function<bool()> exports) {
  // Nobody would see what comes of it.
  if (options_.config.otlp_url.empty() && options_.config.listen.empty()) return;
  if (!options_.config.otlp_url.empty()) {
    exporter_ = std::make_unique<SpanExporter>(
        SpanExporter::Options{.url = options_.config.otlp_url, .metrics = &metrics_});
  }
  watch_ = std::make_unique<EventWatch>(EventWatch::Options{
      .log = log, .metrics = &metrics_, .exporter = exporter_.get(), .exports = std::move(exports)});
  watch_->Start();
  health_.AddLiveness("events", [watch = watch_.get()] { return watch->Turning(); });
}

void Telemetry::Stop() {
  health_.DropChecks();
  metrics_.DropSources();
  if (watch_ != nullptr) watch_->Stop();
  if (exporter_ != nullptr) exporter_->Stop();
}

}  // namespace seaworthy
