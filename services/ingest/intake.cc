#include "services/ingest/intake.h"

#include <algorithm>
#include <utility>

#include "common/hash.h"
#include "common/telemetry/log_trace.h"
#include "common/telemetry/trace_context.h"
#include "services/ingest/charset.h"
#include "services/ingest/document.h"
#include "services/ingest/feed/feed.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxIdempotencyKeyBytes = 255;
constexpr size_t kMaxEntryKeyBytes = 1000;
constexpr size_t kMaxSourceIdBytes = 64;
constexpr size_t kMaxFileNameBytes = 255;

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const unsigned char byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// Length before each part, so that no two lists of parts look alike.
std::string Framed(std::initializer_list<std::string_view> parts) {
  std::string framed;
  for (std::string_view part : parts) framed += Cat(part.size(), ":", part);
  return framed;
}

std::string IdOf(std::string_view of) { return Cat("ann-", Sha256Hex(of).substr(0, 24)); }

bool IsAnnouncementId(std::string_view id) {
  return id.size() == 28 && StartsWith(id, "ann-") &&
         id.substr(4).find_first_not_of("0123456789abcdef") == id.npos;
}

bool IsSourceId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxSourceIdBytes &&
         std::all_of(id.begin(), id.end(), [](char c) { return IsDigit(c) || IsLower(c) || c == '-'; });
}

std::string AnnouncementIdOf(const v1::SubmitAnnouncementRequest& request) {
  if (!request.source_id().empty()) {
    return EntryAnnouncementId(request.source_id(), request.entry_key(), Sha256Hex(request.document()));
  }
  if (!request.idempotency_key().empty()) return IdOf(Framed({"key", request.idempotency_key()}));
  return IdOf(Framed({"document", request.media_type(), request.source_url(), request.document()}));
}

absl::Status CheckSource(const v1::SubmitAnnouncementRequest& request) {
  if (!request.source_id().empty() && !IsSourceId(request.source_id())) {
    return absl::InvalidArgumentError("source_id must be 1 to 64 of a-z, 0-9 and `-`");
  }
  if (!request.entry_key().empty() && request.source_id().empty()) {
    return absl::InvalidArgumentError("entry_key needs source_id: it is unique within a source only");
  }
  if (request.entry_key().size() > kMaxEntryKeyBytes || HasControl(request.entry_key())) {
    return absl::InvalidArgumentError(
        Cat("entry_key is longer than ", kMaxEntryKeyBytes, " bytes or has control characters"));
  }
  if (!v1::SourceTier_IsValid(request.tier()))
    return absl::InvalidArgumentError("tier is none that is known");
  if (!request.replaces().empty() && !IsAnnouncementId(request.replaces())) {
    return absl::InvalidArgumentError("replaces is no announcement's id: `ann-` and 24 hex digits");
  }
  return absl::OkStatus();
}

absl::Status CheckMediaType(std::string_view type) {
  if (type.size() <= 200 && !HasControl(type)) return absl::OkStatus();
  return absl::InvalidArgumentError("the media type is none; send text/plain, text/markdown or text/html");
}

// Apart from the document.
absl::Status CheckRequest(const v1::SubmitAnnouncementRequest& request) {
  if (request.idempotency_key().size() > kMaxIdempotencyKeyBytes) {
    return absl::InvalidArgumentError(
        Cat("the idempotency key is longer than ", kMaxIdempotencyKeyBytes, " characters"));
  }
  if (absl::Status status = CheckMediaType(request.media_type()); !status.ok()) return status;
  if (absl::Status status = CheckSource(request); !status.ok()) return status;
  return CheckSourceUrl(request.source_url());
}

absl::Status CheckSize(std::string_view document) {
  if (document.size() <= kMaxDocumentBytes) return absl::OkStatus();
  return Reject("document_too_large", Cat("the document has ", document.size(), " bytes, more than ",
                                          kMaxDocumentBytes, "; send the announcement only"));
}

bool IsUtf16(std::string_view bytes) {
  return StartsWith(bytes, "\xff\xfe") || StartsWith(bytes, "\xfe\xff") ||
         (bytes.size() >= 4 && (bytes[0] == '\0') != (bytes[1] == '\0'));
}

// Detected; as declared where the document will be rejected.
std::string MediaTypeOf(std::string_view document, const std::string& declared, std::string_view file_name) {
  if (const std::string_view feed = FeedMediaType(document); !feed.empty()) return std::string(feed);
  auto type = DetectMediaType(document, declared, file_name);
  return type.ok() ? *type : declared;
}

// All but id, bytes and times.
v1::Announcement Described(const v1::SubmitAnnouncementRequest& request) {
  v1::Announcement announcement;
  announcement.set_media_type(request.media_type());
  announcement.set_source_url(request.source_url());
  announcement.set_file_name(BaseName(request.file_name()));
  announcement.set_idempotency_key(request.idempotency_key());
  announcement.set_source_id(request.source_id());
  announcement.set_entry_key(request.entry_key());
  announcement.set_tier(request.tier());
  announcement.set_replaces(request.replaces());
  return announcement;
}

absl::Status CheckRetry(const v1::RetryAnnouncementRequest& request) {
  if (request.request_id().size() > kMaxIdempotencyKeyBytes) {
    return absl::InvalidArgumentError(
        Cat("request_id is longer than ", kMaxIdempotencyKeyBytes, " characters"));
  }
  if (absl::Status status = CheckMediaType(request.media_type()); !status.ok()) return status;
  if (absl::Status status = CheckSourceUrl(request.source_url()); !status.ok()) return status;
  return CheckSize(request.document());
}

// The rejected announcement as it is sent again.
v1::Announcement Corrected(const v1::RetryAnnouncementRequest& request, const v1::Announcement& rejected,
                           std::string_view document) {
  v1::Announcement announcement;
  const std::string& id = rejected.announcement_id();
  announcement.set_media_type(request.media_type().empty() ? rejected.media_type() : request.media_type());
  announcement.set_source_url(request.source_url().empty() ? rejected.source_url() : request.source_url());
  announcement.set_file_name(rejected.file_name());
  announcement.set_source_id(rejected.source_id());
  announcement.set_entry_key(rejected.entry_key());
  announcement.set_tier(rejected.tier());
  announcement.set_feed_announcement_id(rejected.feed_announcement_id());
  announcement.set_replaces(id);
  announcement.set_announcement_id(
      IdOf(request.request_id().empty()
               ? Framed({"retry", id, announcement.media_type(), announcement.source_url(), document})
               : Framed({"retry", id, request.request_id()})));
  return announcement;
}

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace

absl::Status CheckSourceUrl(std::string_view url) {
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

std::string DocumentAsUtf8(const std::string& document, std::string_view media_type) {
  const bool legacy = IsUtf16(document) || FindInvalidUtf8(document) != std::string::npos ||
                      document.find('\x1b') != std::string::npos;
  if (!legacy || !CheckBinary(document).ok()) return document;
  auto text = ToUtf8(document, media_type);
  return text.ok() && text->size() <= kMaxDocumentBytes ? *std::move(text) : document;
}

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

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* stamp) {
  const int64_t nanos = absl::ToUnixNanos(time);
  stamp->set_seconds(nanos / 1'000'000'000);
  stamp->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

std::string EntryAnnouncementId(std::string_view source_id, std::string_view entry_key,
                                std::string_view document_hash) {
  return IdOf(Framed({"entry", source_id, entry_key, document_hash}));
}

NewEvent MakeReceived(const v1::Announcement& announcement, absl::Time now) {
  v1::Event event;
  SetTimestamp(now, event.mutable_create_time());
  *event.mutable_announcement_received()->mutable_announcement() = announcement;
  return {Cat("receive:", announcement.announcement_id()), std::string(kReceivedSubject),
          event.SerializeAsString()};
}

absl::StatusOr<v1::Announcement> AnnouncementOf(const absl::StatusOr<Record>& record) {
  if (!record.ok()) return record.status();
  v1::Event event;
  if (event.ParseFromString(record->payload)) {
    if (event.has_announcement_received()) return event.announcement_received().announcement();
    if (event.announcement_rejected().has_announcement()) return event.announcement_rejected().announcement();
  }
  return absl::DataLossError(Cat("record ", record->sequence, " of the log is no announcement"));
}

absl::StatusOr<v1::SubmitAnnouncementResponse> Intake::Submit(const v1::SubmitAnnouncementRequest& request) {
  if (request.document().empty()) {
    return absl::InvalidArgumentError("empty_document: the document is empty");
  }
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  if (absl::Status status = CheckSize(request.document()); !status.ok()) return Refuse(request, status);
  v1::Announcement announcement = Described(request);
  announcement.set_announcement_id(AnnouncementIdOf(request));
  return Receive(std::move(announcement), DocumentAsUtf8(request.document(), request.media_type()),
                 request.traceparent());
}

absl::StatusOr<v1::SubmitAnnouncementResponse> Intake::Receive(v1::Announcement announcement,
                                                               std::string_view document,
                                                               std::string_view traceparent) {
  auto hash = objects_->Put(document);
  if (!hash.ok()) return hash.status();
  const absl::Time now = clock_->Now();
  announcement.set_media_type(MediaTypeOf(document, announcement.media_type(), announcement.file_name()));
  SetTimestamp(now, announcement.mutable_receive_time());
  announcement.set_object_hash(*hash);
  announcement.set_size_bytes(document.size());
  announcement.set_state(v1::Announcement::RECEIVED);
  NewEvent received = MakeReceived(announcement, now);
  if (const auto sender = ParseTraceparent(traceparent)) {
    SetTraceparent(FormatTraceparent(sender->trace_id, sender->span_id), &received);
  }
  const LogTrace trace(TraceOf(received.dedup_id, received.payload));
  auto appended = log_->Append(received);
  if (!appended.ok()) return appended.status();
  v1::SubmitAnnouncementResponse response;
  response.set_repeated(appended->duplicate);
  if (appended->duplicate) {
    auto first = AnnouncementOf(log_->Read(appended->sequence));
    // Trimmed away: the id is known, what it came with is in the aggregator's state only.
    if (absl::IsOutOfRange(first.status())) first = announcement;
    if (!first.ok()) return first.status();
    if (first->object_hash() != *hash) {
      return absl::AlreadyExistsError(Cat("idempotency key ", announcement.idempotency_key(),
                                          " came before with another document (announcement ",
                                          announcement.announcement_id(),
                                          "); send this one with a key of its own"));
    }
    announcement = *std::move(first);
  }
  *response.mutable_announcement() = std::move(announcement);
  return response;
}

bool Intake::MayKeep() {
  const int64_t day = absl::ToUnixSeconds(clock_->Now()) / (24 * 60 * 60);
  absl::MutexLock lock(&mutex_);
  if (day != day_) kept_ = 0;
  day_ = day;
  if (kept_ >= max_refusals_a_day_) {
    ++only_counted_;
    return false;
  }
  ++kept_;
  return true;
}

uint64_t Intake::refusals_only_counted() const {
  absl::MutexLock lock(&mutex_);
  return only_counted_;
}

absl::Status Intake::Refuse(const v1::SubmitAnnouncementRequest& request, const absl::Status& why) {
  std::string id;
  // What was refused stays refused where it cannot be kept.
  if (!MayKeep() || !Keep(request, why, &id).ok()) return why;
  return {why.code(), Cat(Message(why), " (kept as ", id, ")")};
}

absl::Status Intake::Keep(const v1::SubmitAnnouncementRequest& request, const absl::Status& why,
                          std::string* id) {
  const Rejection rejection = SplitRejection(why);
  const std::string_view document = request.document();
  const std::string_view kept = document.substr(0, kMaxKeptBytes);
  auto hash = objects_->Put(kept);
  if (!hash.ok()) return hash.status();
  const absl::Time now = clock_->Now();
  v1::Event event;
  SetTimestamp(now, event.mutable_create_time());
  v1::AnnouncementRejected& rejected = *event.mutable_announcement_rejected();
  v1::Announcement& announcement = *rejected.mutable_announcement();
  announcement = Described(request);
  // It takes nothing's place.
  announcement.clear_replaces();
  *id = IdOf(
      Framed({"refused", rejection.code, Sha256Hex(document), request.source_id(), request.entry_key()}));
  announcement.set_announcement_id(*id);
  SetTimestamp(now, announcement.mutable_receive_time());
  announcement.set_object_hash(*hash);
  announcement.set_size_bytes(document.size());
  announcement.set_object_truncated(kept.size() < document.size());
  announcement.set_state(v1::Announcement::REJECTED);
  announcement.set_reject_code(rejection.code);
  const std::string& file = announcement.file_name();
  announcement.set_reason(file.empty() ? rejection.reason : Cat(file, ": ", rejection.reason));
  rejected.set_announcement_id(*id);
  rejected.set_code(announcement.reject_code());
  rejected.set_reason(announcement.reason());
  return log_->Append({Cat("refuse:", *id), std::string(kRejectedSubject), event.SerializeAsString()})
      .status();
}

absl::StatusOr<v1::Announcement> Intake::Get(const v1::GetReceivedAnnouncementRequest& request) {
  const std::string& id = request.announcement_id();
  if (id.empty() || id.size() > 64) return absl::NotFoundError("no announcement has this id");
  auto record = log_->FindByDedupId(Cat("receive:", id));
  if (absl::IsNotFound(record.status())) record = log_->FindByDedupId(Cat("refuse:", id));
  if (absl::IsNotFound(record.status())) return absl::NotFoundError(Cat("no announcement has the id ", id));
  return AnnouncementOf(record);
}

absl::Status Intake::CheckRejected(const std::string& id) {
  auto received = log_->FindByDedupId(Cat("receive:", id));
  if (absl::IsNotFound(received.status())) return absl::OkStatus();  // Refused at once.
  if (!received.ok()) return received.status();
  auto read = log_->FindByDedupId(Cat("read:", id));
  if (read.ok() && read->subject == kRejectedSubject) return absl::OkStatus();
  if (absl::IsNotFound(read.status())) {
    if (log_->FindByDedupId(Cat("dead:ingest:", received->sequence)).ok()) return absl::OkStatus();
    return absl::FailedPreconditionError(Cat("announcement ", id, " has not been read yet; wait for it"));
  }
  if (!read.ok()) return read.status();
  return absl::FailedPreconditionError(
      Cat("announcement ", id, " was not rejected; only a rejected one is tried again"));
}

absl::StatusOr<v1::SubmitAnnouncementResponse> Intake::Retry(const v1::RetryAnnouncementRequest& request) {
  v1::GetReceivedAnnouncementRequest wanted;
  wanted.set_announcement_id(request.announcement_id());
  auto rejected = Get(wanted);
  if (!rejected.ok()) return rejected.status();
  if (absl::Status status = CheckRejected(request.announcement_id()); !status.ok()) return status;
  if (absl::Status status = CheckRetry(request); !status.ok()) return status;
  auto document = DocumentOf(request, *rejected);
  if (!document.ok()) return document.status();
  return Receive(Corrected(request, *rejected, *document), DocumentAsUtf8(*document, request.media_type()));
}

absl::StatusOr<std::string> Intake::DocumentOf(const v1::RetryAnnouncementRequest& request,
                                               const v1::Announcement& rejected) {
  if (!request.document().empty()) return request.document();
  if (!rejected.object_truncated()) return objects_->Get(rejected.object_hash());
  return absl::FailedPreconditionError(Cat("only the first ", kMaxKeptBytes, " of ", rejected.size_bytes(),
                                           " bytes of announcement ", request.announcement_id(),
                                           " are kept; send the corrected document"));
}

}  // namespace seaworthy
