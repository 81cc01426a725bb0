#include "services/ingest/ingest_service.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/steady_wait.h"
#include "common/telemetry/log_trace.h"
#include "common/telemetry/trace_context.h"
#include "services/ingest/announcement_document.h"
#include "services/ingest/announcement_reading.h"
#include "services/ingest/charset.h"
#include "services/ingest/intake.h"
#include "services/ingest/text.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(1);
constexpr absl::Duration kFetchWait = absl::Milliseconds(200);
// Between two looks at a log that cannot be written to.
constexpr absl::Duration kLogTrouble = absl::Seconds(1);

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace

class IngestService::Impl {
 public:
  explicit Impl(const Options& options)
      : options_(options), intake_(options.log, options.objects, options.clock) {}
  ~Impl() { Stop(); }

  const Options& options() const { return options_; }
  Intake& intake() { return intake_; }

  absl::Status Start() {
    absl::MutexLock lock(&mutex_);
    if (!threads_.empty() || options_.workers <= 0) return absl::OkStatus();
    SubscriptionOptions options;
    options.name = "ingest";
    options.subjects = {std::string(kReceivedSubject)};
    options.max_in_flight = static_cast<size_t>(options_.workers) * 2;
    auto subscription = options_.log->Subscribe(options);
    if (!subscription.ok()) return subscription.status();
    subscription_ = *std::move(subscription);
    stopping_.Set(false);
    for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { Work(); });
    return absl::OkStatus();
  }

  void Stop() {
    std::vector<std::thread> threads;
    {
      absl::MutexLock lock(&mutex_);
      stopping_.Set();
      threads.swap(threads_);
    }
    for (std::thread& thread : threads) thread.join();
    subscription_.reset();
  }

 private:
  void Work() {
    while (!stopping_.IsSet()) {
      auto deliveries = subscription_->Fetch(1, kFetchWait);
      if (absl::IsCancelled(deliveries.status())) return;  // The log is closing.
      if (!deliveries.ok()) {
        // A full disk, or a broker that is away: it passes.
        spdlog::error("ingest: cannot fetch: {}; it tries again every second", Message(deliveries.status()));
        stopping_.WaitFor(kLogTrouble);
        continue;
      }
      for (const Delivery& delivery : *deliveries) Handle(delivery);
    }
  }

  // What has been read is written as soon as the log takes it. A repeat changes
  // nothing: its events are deduplicated.
  void Settle(const Delivery& delivery, const std::vector<NewEvent>& effects) {
    while (true) {
      const absl::Status acked = subscription_->Ack(delivery, effects);
      if (acked.ok() || absl::IsCancelled(acked)) return;
      if (!absl::IsUnavailable(acked)) {
        subscription_->RetryAfter(delivery, kRetryDelay, Message(acked)).IgnoreError();
        return;
      }
      if (stopping_.WaitFor(kLogTrouble)) return;
    }
  }

  void Handle(const Delivery& delivery) {
    const LogTrace trace(delivery.record);
    auto announcement = AnnouncementOf(delivery.record);
    if (!announcement.ok()) {
      subscription_->Reject(delivery, Message(announcement.status())).IgnoreError();
      return;
    }
    auto bytes = options_.objects->Get(announcement->object_hash());
    if (!bytes.ok()) {
      const std::string reason = Cat("object ", announcement->object_hash(), ": ", Message(bytes.status()));
      subscription_->RetryAfter(delivery, kRetryDelay, reason).IgnoreError();
      return;
    }
    auto effects =
        EffectsOf(*announcement, *std::move(bytes), options_.objects, options_.clock, options_.filler);
    if (!effects.ok()) {
      subscription_->RetryAfter(delivery, kRetryDelay, Message(effects.status())).IgnoreError();
      return;
    }
    for (const NewEvent& effect : *effects) {
      spdlog::debug("ingest: {} of {}", effect.subject, announcement->announcement_id());
    }
    SetCause(delivery.record, *effects);
    Settle(delivery, *effects);
  }

  const Options options_;
  Intake intake_;
  SteadyFlag stopping_;
  absl::Mutex mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Subscription> subscription_;  // Set before the threads start, reset after they end.
};

IngestService::IngestService(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
IngestService::~IngestService() = default;
absl::Status IngestService::Start() { return impl_->Start(); }
void IngestService::Stop() { impl_->Stop(); }
absl::StatusOr<v1::SubmitAnnouncementResponse> IngestService::SubmitAnnouncement(
    const v1::SubmitAnnouncementRequest& request) {
  return impl_->intake().Submit(request);
}
absl::StatusOr<v1::SubmitAnnouncementResponse> IngestService::RetryAnnouncement(
    const v1::RetryAnnouncementRequest& request) {
  return impl_->intake().Retry(request);
}
absl::StatusOr<v1::Announcement> IngestService::GetReceivedAnnouncement(
    const v1::GetReceivedAnnouncementRequest& request) {
  return impl_->intake().Get(request);
}
absl::StatusOr<v1::GetAnnouncementDocumentResponse> IngestService::GetAnnouncementDocument(
    const v1::GetAnnouncementDocumentRequest& request) {
  return ReadAnnouncementDocument(*impl_->options().objects, request);
}
absl::StatusOr<v1::ExtractAnnouncementResponse> IngestService::ExtractAnnouncement(
    const v1::ExtractAnnouncementRequest& request) {
  if (absl::Status status = CheckSourceUrl(request.source_url()); !status.ok()) return status;
  v1::Announcement announcement;
  announcement.set_media_type(request.media_type());
  announcement.set_file_name(BaseName(request.file_name()));
  announcement.set_source_url(request.source_url());
  return ReadTools(announcement, DocumentAsUtf8(request.document(), request.media_type()));
}

}  // namespace seaworthy
