// What comes in: announcements made durable, refusals kept, rejected ones
// tried again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/ingest_service.pb.h"

namespace seaworthy {

inline constexpr std::string_view kReceivedSubject = "announcement.received";
inline constexpr std::string_view kRejectedSubject = "announcement.rejected";
// Of a document refused for its size.
inline constexpr size_t kMaxKeptBytes = 64 * 1024;
// Refusals kept a day; more are only counted.
inline constexpr int kMaxRefusalsADay = 1000;

// Thread-safe. What a call answers with OK is durable; its effects happen once
// however often it is repeated. Owns nothing it is given.
class Intake {
 public:
  Intake(EventLog* log, ObjectStore* objects, Clock* clock, int max_refusals_a_day = kMaxRefusalsADay)
      : log_(log), objects_(objects), clock_(clock), max_refusals_a_day_(max_refusals_a_day) {}

  // The calls of v1.IngestService; errors as described there. What Submit
  // refuses for its content is kept as a rejected announcement.
  absl::StatusOr<v1::SubmitAnnouncementResponse> Submit(const v1::SubmitAnnouncementRequest& request);
  absl::StatusOr<v1::SubmitAnnouncementResponse> Retry(const v1::RetryAnnouncementRequest& request);
  absl::StatusOr<v1::Announcement> Get(const v1::GetReceivedAnnouncementRequest& request);

  // Refusals that were not kept, for the day's share was.
  uint64_t refusals_only_counted() const;

 private:
  // Appends it, in its sender's trace, and answers; the first answer where it
  // came before. A malformed `traceparent` counts for nothing.
  absl::StatusOr<v1::SubmitAnnouncementResponse> Receive(v1::Announcement announcement,
                                                         std::string_view document,
                                                         std::string_view traceparent = {});
  // Keeps what was refused and returns `why` with the announcement's id.
  absl::Status Refuse(const v1::SubmitAnnouncementRequest& request, const absl::Status& why);
  absl::Status Keep(const v1::SubmitAnnouncementRequest& request, const absl::Status& why, std::string* id);
  bool MayKeep();
  // The bytes to try again. Errors: FAILED_PRECONDITION where not all are kept.
  absl::StatusOr<std::string> DocumentOf(const v1::RetryAnnouncementRequest& request,
                                         const v1::Announcement& rejected);
  // Errors: FAILED_PRECONDITION where it was not rejected.
  absl::Status CheckRejected(const std::string& id);

  EventLog* const log_;
  ObjectStore* const objects_;
  Clock* const clock_;
  const int max_refusals_a_day_;
  mutable absl::Mutex mutex_;
  int64_t day_ ABSL_GUARDED_BY(mutex_) = 0;  // Since 1970.
  int kept_ ABSL_GUARDED_BY(mutex_) = 0;     // On that day.
  uint64_t only_counted_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The announcement a record of the log is about, received or refused.
// Errors: DATA_LOSS.
absl::StatusOr<v1::Announcement> AnnouncementOf(const absl::StatusOr<Record>& record);

// The id of an entry's state: the same for the same bytes of one entry.
std::string EntryAnnouncementId(std::string_view source_id, std::string_view entry_key,
                                std::string_view document_hash);

// Errors: INVALID_ARGUMENT; an empty address is fine.
absl::Status CheckSourceUrl(std::string_view url);

// The document as UTF-8 where it declares another charset and is in it; else as
// it came, to be refused when it is read. Evidence counts in these bytes.
std::string DocumentAsUtf8(const std::string& document, std::string_view media_type);

// Without folders and control characters.
std::string BaseName(std::string_view path);

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* stamp);

// `announcement.received` of it.
NewEvent MakeReceived(const v1::Announcement& announcement, absl::Time now);

}  // namespace seaworthy
