#include "services/ingest/ingest_service.h"

#include <algorithm>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/hash.h"
#include "seaworthy/v1/event.pb.h"
#include "services/ingest/announcement_document.h"
#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"
#include "services/ingest/revision_bounds.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kReceived = "announcement.received";
constexpr std::string_view kRejected = "announcement.rejected";
constexpr std::string_view kAnnounced = "tool.announced";
constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxKeyBytes = 255;
constexpr size_t kMaxFileNameBytes = 255;
constexpr absl::Duration kRetryDelay = absl::Seconds(1);
constexpr absl::Duration kFetchWait = absl::Milliseconds(200);

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const unsigned char byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

absl::Status CheckUrl(std::string_view url) {
  if (url.empty()) return absl::OkStatus();
  if (url.size() > kMaxUrlBytes) {
    return absl::InvalidArgumentError(Cat("source_url has ", url.size(), " characters, more than ",
                                          kMaxUrlBytes, "; leave it out or send the short address"));
  }
  const bool web = StartsWith(url, "https://") || StartsWith(url, "http://");
  const std::string_view rest = web ? url.substr(url.find("//") + 2) : "";
  const bool host = !rest.empty() && rest[0] != '/' && rest[0] != '?' && rest[0] != '#';
  if (!host || HasControl(url) || FindInvalidUtf8(url) != url.npos ||
      url.find_first_of(" <>\"") != url.npos) {
    return absl::InvalidArgumentError("source_url is no http or https address; leave it out or correct it");
  }
  return absl::OkStatus();
}

// Without folders and control characters.
std::string BaseName(std::string_view path) {
  const size_t slash = path.find_last_of("/\\");
  if (slash != path.npos) path = path.substr(slash + 1);
  std::string name;
  for (char c : path) {
    if (!HasControl(std::string_view(&c, 1))) name.push_back(c);
  }
  if (FindInvalidUtf8(name) != name.npos) return "";
  return std::string(Utf8Prefix(name, kMaxFileNameBytes));
}

// Length before each part, so that no two lists of parts look alike.
std::string Framed(std::initializer_list<std::string_view> parts) {
  std::string framed;
  for (std::string_view part : parts) framed += Cat(part.size(), ":", part);
  return framed;
}

std::string AnnouncementIdOf(const v1::SubmitAnnouncementRequest& request) {
  const std::string of =
      request.idempotency_key().empty()
          ? Framed({"document", request.media_type(), request.source_url(), request.document()})
          : Framed({"key", request.idempotency_key()});
  return Cat("ann-", Sha256Hex(of).substr(0, 24));
}

void SetTime(absl::Time time, google::protobuf::Timestamp* stamp) {
  const int64_t nanos = absl::ToUnixNanos(time);
  stamp->set_seconds(nanos / 1'000'000'000);
  stamp->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

void AddHidden(const HiddenTexts& hidden, v1::Revision* tool) {
  for (const auto& [kind, run] : hidden.runs()) {
    v1::HiddenText* text = tool->add_hidden_texts();
    text->set_kind(kind);
    text->set_bytes(static_cast<uint32_t>(std::min<uint64_t>(run.bytes, UINT32_MAX)));
    text->set_excerpt(run.excerpt);
  }
}

}  // namespace

class IngestService::Impl {
 public:
  explicit Impl(const Options& options) : options_(options) {}
  ~Impl() { Stop(); }

  const Options& options() const { return options_; }

  absl::Status Start() {
    absl::MutexLock lock(&mutex_);
    if (!threads_.empty() || options_.workers <= 0) return absl::OkStatus();
    SubscriptionOptions options;
    options.name = "ingest";
    options.subjects = {std::string(kReceived)};
    options.max_in_flight = static_cast<size_t>(options_.workers) * 2;
    auto subscription = options_.log->Subscribe(options);
    if (!subscription.ok()) return subscription.status();
    subscription_ = *std::move(subscription);
    stopping_ = false;
    for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { Work(); });
    return absl::OkStatus();
  }

  void Stop() {
    std::vector<std::thread> threads;
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      threads.swap(threads_);
    }
    for (std::thread& thread : threads) thread.join();
    subscription_.reset();
  }

  absl::StatusOr<v1::SubmitAnnouncementResponse> Submit(const v1::SubmitAnnouncementRequest& request) {
    if (absl::Status status = CheckRequest(request); !status.ok()) return status;
    const std::string id = AnnouncementIdOf(request);
    auto hash = options_.objects->Put(request.document());
    if (!hash.ok()) return hash.status();
    const absl::Time now = options_.clock->Now();
    v1::Event event;
    SetTime(now, event.mutable_create_time());
    v1::Announcement& announcement = *event.mutable_announcement_received()->mutable_announcement();
    announcement.set_announcement_id(id);
    announcement.set_media_type(MediaTypeOf(request));
    announcement.set_source_url(request.source_url());
    announcement.set_file_name(BaseName(request.file_name()));
    SetTime(now, announcement.mutable_receive_time());
    announcement.set_object_hash(*hash);
    announcement.set_size_bytes(request.document().size());
    announcement.set_state(v1::Announcement::RECEIVED);
    announcement.set_idempotency_key(request.idempotency_key());
    auto appended =
        options_.log->Append({Cat("receive:", id), std::string(kReceived), event.SerializeAsString()});
    if (!appended.ok()) return appended.status();
    v1::SubmitAnnouncementResponse response;
    response.set_repeated(appended->duplicate);
    if (!appended->duplicate) {
      *response.mutable_announcement() = std::move(announcement);
      return response;
    }
    auto first = FromRecord(options_.log->Read(appended->sequence));
    if (!first.ok()) return first.status();
    if (first->object_hash() != *hash) {
      return absl::AlreadyExistsError(Cat("idempotency key ", request.idempotency_key(),
                                          " came before with another document (announcement ", id,
                                          "); send this one with a key of its own"));
    }
    *response.mutable_announcement() = *std::move(first);
    return response;
  }

  absl::StatusOr<v1::Announcement> Get(const v1::GetReceivedAnnouncementRequest& request) {
    const std::string& id = request.announcement_id();
    if (id.empty() || id.size() > 64) return absl::NotFoundError("no announcement has this id");
    auto record = options_.log->FindByDedupId(Cat("receive:", id));
    if (absl::IsNotFound(record.status())) return absl::NotFoundError(Cat("no announcement has the id ", id));
    return FromRecord(std::move(record));
  }

  absl::StatusOr<v1::ExtractAnnouncementResponse> Extract(const v1::ExtractAnnouncementRequest& request) {
    if (absl::Status status = CheckUrl(request.source_url()); !status.ok()) return status;
    v1::Announcement announcement;
    announcement.set_media_type(request.media_type());
    announcement.set_file_name(BaseName(request.file_name()));
    announcement.set_source_url(request.source_url());
    return ReadTools(announcement, request.document());
  }

 private:
  static absl::Status CheckRequest(const v1::SubmitAnnouncementRequest& request) {
    if (request.document().empty())
      return absl::InvalidArgumentError("empty_document: the document is empty");
    if (request.document().size() > kMaxDocumentBytes) {
      return Reject("document_too_large",
                    Cat("the document has ", request.document().size(), " bytes, more than ",
                        kMaxDocumentBytes, "; send the announcement only"));
    }
    if (request.idempotency_key().size() > kMaxKeyBytes) {
      return absl::InvalidArgumentError(
          Cat("the idempotency key is longer than ", kMaxKeyBytes, " characters"));
    }
    if (request.media_type().size() > 200 || HasControl(request.media_type())) {
      return absl::InvalidArgumentError(
          "the media type is none; send text/plain, text/markdown or text/html");
    }
    return CheckUrl(request.source_url());
  }

  // Detected; as declared where the document will be rejected.
  static std::string MediaTypeOf(const v1::SubmitAnnouncementRequest& request) {
    auto type = DetectMediaType(request.document(), request.media_type(), BaseName(request.file_name()));
    return type.ok() ? *type : request.media_type();
  }

  static absl::StatusOr<v1::Announcement> FromRecord(absl::StatusOr<Record> record) {
    if (!record.ok()) return record.status();
    v1::Event event;
    if (!event.ParseFromString(record->payload) || !event.has_announcement_received()) {
      return absl::DataLossError(Cat("record ", record->sequence, " of the log is no announcement"));
    }
    return event.announcement_received().announcement();
  }

  bool Stopping() {
    absl::MutexLock lock(&mutex_);
    return stopping_;
  }

  void Work() {
    while (!Stopping()) {
      auto deliveries = subscription_->Fetch(1, kFetchWait);
      if (!deliveries.ok()) return;  // The log is closing.
      for (const Delivery& delivery : *deliveries) Handle(delivery);
    }
  }

  // A failed acknowledgement brings the delivery again; its event is
  // deduplicated, so nothing is lost or doubled by going on.
  void Handle(const Delivery& delivery) {
    auto announcement = FromRecord(delivery.record);
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
    auto effect = EffectOf(*announcement, *std::move(bytes));
    if (!effect.ok()) {
      subscription_->RetryAfter(delivery, kRetryDelay, Message(effect.status())).IgnoreError();
      return;
    }
    const absl::Status acked = subscription_->Ack(delivery, {&*effect, 1});
    if (!acked.ok()) subscription_->RetryAfter(delivery, kRetryDelay, Message(acked)).IgnoreError();
  }

  static std::string Message(const absl::Status& status) {
    return std::string(status.message().data(), status.message().size());
  }

  // The event that says what became of the announcement. Errors: the object
  // store's.
  absl::StatusOr<NewEvent> EffectOf(const v1::Announcement& announcement, std::string bytes) {
    v1::Event event;
    SetTime(options_.clock->Now(), event.mutable_create_time());
    auto read = ReadTools(announcement, std::move(bytes));
    std::string_view subject = kAnnounced;
    if (read.ok()) {
      auto text = options_.objects->Put(read->text());
      if (!text.ok()) return text.status();
      v1::ToolAnnounced& announced = *event.mutable_tool_announced();
      announced.set_announcement_id(announcement.announcement_id());
      for (v1::Revision& tool : *read->mutable_tools()) {
        tool.set_text_object(*text);
        *announced.add_tools() = std::move(tool);
      }
      BoundEvent(&announced);
    } else {
      const Rejection rejection = SplitRejection(read.status());
      v1::AnnouncementRejected& rejected = *event.mutable_announcement_rejected();
      rejected.set_announcement_id(announcement.announcement_id());
      rejected.set_code(rejection.code);
      const std::string& file = announcement.file_name();
      rejected.set_reason(file.empty() ? rejection.reason : Cat(file, ": ", rejection.reason));
      subject = kRejected;
    }
    return NewEvent{Cat("read:", announcement.announcement_id()), std::string(subject),
                    event.SerializeAsString()};
  }

  // Never fails otherwise than by a status, whatever the bytes are.
  static absl::StatusOr<v1::ExtractAnnouncementResponse> ReadTools(const v1::Announcement& announcement,
                                                                   std::string bytes) {
    try {
      auto document = ReadDocument(std::move(bytes), announcement.media_type(), announcement.file_name());
      if (!document.ok()) return document.status();
      auto tools = ExtractTools(*document);
      if (!tools.ok()) return tools.status();
      v1::ExtractAnnouncementResponse response;
      for (v1::Revision& tool : *tools) {
        for (v1::Fact& fact : *tool.mutable_facts()) {
          fact.mutable_evidence()->set_announcement_id(announcement.announcement_id());
        }
        if (!announcement.announcement_id().empty())
          tool.add_announcement_ids(announcement.announcement_id());
        if (!announcement.source_url().empty()) tool.add_source_urls(announcement.source_url());
        AddHidden(document->hidden, &tool);
        *response.add_tools() = std::move(tool);
      }
      response.set_text(std::move(document->text));
      return response;
    } catch (const std::exception& error) {
      return Reject("unreadable", Cat("the document could not be read: ", std::string_view(error.what())));
    }
  }

  const Options options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Subscription> subscription_;  // Set before the threads start, reset after they end.
};

IngestService::IngestService(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
IngestService::~IngestService() = default;
absl::Status IngestService::Start() { return impl_->Start(); }
void IngestService::Stop() { impl_->Stop(); }
absl::StatusOr<v1::SubmitAnnouncementResponse> IngestService::SubmitAnnouncement(
    const v1::SubmitAnnouncementRequest& request) {
  return impl_->Submit(request);
}
absl::StatusOr<v1::Announcement> IngestService::GetReceivedAnnouncement(
    const v1::GetReceivedAnnouncementRequest& request) {
  return impl_->Get(request);
}
absl::StatusOr<v1::GetAnnouncementDocumentResponse> IngestService::GetAnnouncementDocument(
    const v1::GetAnnouncementDocumentRequest& request) {
  return ReadAnnouncementDocument(*impl_->options().objects, request);
}
absl::StatusOr<v1::ExtractAnnouncementResponse> IngestService::ExtractAnnouncement(
    const v1::ExtractAnnouncementRequest& request) {
  return impl_->Extract(request);
}

}  // namespace seaworthy
