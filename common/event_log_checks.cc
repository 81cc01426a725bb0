#include "common/event_log_checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/telemetry/log_trace.h"
#include "common/telemetry/trace_context.h"
#include "common/timestamps.h"
#include "common/utf8.h"
#include "seaworthy/v1/event.pb.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr std::string_view kDeadPrefix = "dead:";
constexpr size_t kMaxReasonBytes = 4096;
// Of one record, at most: it is delivered again by hand.
constexpr int kMaxLetters = 1000;

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Words of [a-z0-9_-] joined by dots.
bool IsDottedWords(std::string_view text) {
  char before = '.';
  for (char c : text) {
    if (c == '.' ? before == '.' : !IsWordCharacter(c)) return false;
    before = c;
  }
  return before != '.';
}

v1::Event DeadLetter(std::string_view subscription, const Record& record, uint32_t attempts,
                     std::string_view reason, absl::Time now) {
  v1::Event event;
  SetTimestamp(now, event.mutable_create_time());
  v1::DeadLetter& letter = *event.mutable_dead_letter();
  letter.set_subscription(std::string(subscription));
  letter.set_sequence(record.sequence);
  letter.set_subject(record.subject);
  letter.set_attempts(attempts);
  letter.set_reason(std::string(Utf8Prefix(reason, kMaxReasonBytes)));
  return event;
}

absl::Status CheckEvent(const NewEvent& event, size_t index) {
  if (event.dedup_id.empty() || event.dedup_id.size() > kMaxDedupIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat("event ", index, ": dedup_id has ", event.dedup_id.size(),
                                                   " bytes; 1 to ", kMaxDedupIdBytes, " are allowed"));
  }
  if (event.subject.size() > kMaxSubjectBytes || !IsDottedWords(event.subject)) {
    return absl::InvalidArgumentError(
        absl::StrCat("event ", index, ": the subject must be lower-case words joined by dots, at most ",
                     kMaxSubjectBytes, " bytes"));
  }
  if (event.payload.size() > kMaxPayloadBytes) {
    return absl::InvalidArgumentError(absl::StrCat("event ", index, ": the payload has ",
                                                   event.payload.size(), " bytes, at most ", kMaxPayloadBytes,
                                                   " are allowed; keep larger bytes in the object store"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEvents(absl::Span<const NewEvent> events) {
  if (events.size() > kMaxBatchEvents) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", events.size(), " events; at most ", kMaxBatchEvents, " are allowed"));
  }
  size_t bytes = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    SEAWORTHY_RETURN_IF_ERROR(CheckEvent(events[i], i));
    bytes += events[i].dedup_id.size() + events[i].subject.size() + events[i].payload.size();
  }
  if (bytes > kMaxBatchBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", bytes, " bytes; at most ", kMaxBatchBytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status TrimmedAway(uint64_t sequence, uint64_t first) {
  return absl::OutOfRangeError(absl::StrCat(
      "record ", sequence, " was trimmed away: the log begins at record ", first,
      ". A state that has not seen it must be restored from the backup that covers it: DATA/snapshot.json "
      "names the last one, `seaworthy restore` brings it back"));
}

absl::Status CheckSubscription(const SubscriptionOptions& options) {
  if (options.name.size() > kMaxSubscriptionNameBytes || !IsDottedWords(options.name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a subscription's name must be lower-case words joined by dots, at most ",
                     kMaxSubscriptionNameBytes, " bytes"));
  }
  for (const std::string& subject : options.subjects) {
    if (subject.size() > kMaxSubjectBytes || !IsDottedWords(subject)) {
      return absl::InvalidArgumentError(
          absl::StrCat("subscription ", options.name, ": not a subject: ", subject));
    }
  }
  if (options.max_in_flight == 0 || options.max_attempts == 0 || options.ack_wait <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "subscription ", options.name, ": max_in_flight, max_attempts and ack_wait must be more than zero"));
  }
  return absl::OkStatus();
}

std::string_view DeadLetterSubscription(std::string_view dedup_id) {
  if (dedup_id.substr(0, kDeadPrefix.size()) != kDeadPrefix) return {};
  const size_t colon = dedup_id.rfind(':');
  if (colon < kDeadPrefix.size()) return {};
  return dedup_id.substr(kDeadPrefix.size(), colon - kDeadPrefix.size());
}

std::vector<NewEvent> GiveUpOn(std::string_view subscription, const Record& record, uint32_t attempts,
                               std::string_view reason, absl::Time now,
                               absl::FunctionRef<bool(const std::string& dedup_id)> is_taken) {
  const LogTrace trace(record);
  spdlog::error("subscription {} gives up on record {} ({}) after {} tries: {}", subscription,
                record.sequence, record.subject, attempts, reason);
  if (record.subject == kDeadLetterSubject) return {};
  const std::string first_id =
      absl::StrCat(std::string(kDeadPrefix), std::string(subscription), ":", record.sequence);
  std::string id = first_id;
  for (int round = 2; round <= kMaxLetters && is_taken(id); ++round) id = absl::StrCat(first_id, ".", round);
  NewEvent letter = {id, std::string(kDeadLetterSubject),
                     DeadLetter(subscription, record, attempts, reason, now).SerializeAsString()};
  SetCause(record, &letter);
  return {std::move(letter)};
}

}  // namespace seaworthy
