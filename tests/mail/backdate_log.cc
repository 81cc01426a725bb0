// Writes a log anew as if everything in it had happened some days earlier, and
// schedules and embargoes meant a time so much earlier: a test need not wait for
// a week to end or a time to come. Drafts of editions keep their weeks, and every
// record its sequence, by which others know it. No server may use it; the store
// beside it is to be removed. Usage: seaworthy_backdate_log DATA/log DAYS
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;

constexpr int64_t kSecondsADay = 86'400;

void Shift(google::protobuf::Timestamp* time, int days) {
  time->set_seconds(time->seconds() - days * kSecondsADay);
}

// The times decisions and embargoes are judged by.
absl::StatusOr<std::string> Earlier(const Record& record, int days) {
  v1::Event event;
  if (!event.ParseFromString(record.payload)) {
    return absl::DataLossError(absl::StrCat("record ", record.sequence, " holds no event"));
  }
  if (event.has_create_time()) Shift(event.mutable_create_time(), days);
  if (event.has_decision_submitted()) {
    v1::Decision& decision = *event.mutable_decision_submitted()->mutable_decision();
    if (decision.has_decide_time()) Shift(decision.mutable_decide_time(), days);
    if (decision.has_publish_time()) Shift(decision.mutable_publish_time(), days);
  }
  if (event.has_embargo_set() && event.embargo_set().embargo().has_until_time()) {
    Shift(event.mutable_embargo_set()->mutable_embargo()->mutable_until_time(), days);
  }
  return event.SerializeAsString();
}

absl::Status Copy(const std::string& from, const std::string& to, int days) {
  FakeClock clock;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto old_log,
                             OpenRocksDbEventLog({.path = from, .clock = Clock::Real(), .env = nullptr}));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto new_log,
                             OpenRocksDbEventLog({.path = to, .clock = &clock, .env = nullptr}));
  for (uint64_t after = 0; after < old_log->LastSequence();) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto records, old_log->ReadAfter(after, kBatch, absl::Seconds(5)));
    for (const Record& record : records) {
      SEAWORTHY_ASSIGN_OR_RETURN(const std::string payload, Earlier(record, days));
      after = record.sequence;
      clock.Advance(record.time - absl::Hours(24 * days) - clock.Now());
      SEAWORTHY_RETURN_IF_ERROR(new_log->Append({record.dedup_id, record.subject, payload}).status());
    }
  }
  return absl::OkStatus();
}

absl::Status Main(const std::string& log, const std::string& days_text) {
  int days = 0;
  if (!absl::SimpleAtoi(days_text, &days)) return absl::InvalidArgumentError("DAYS is no number");
  SEAWORTHY_RETURN_IF_ERROR(Copy(log, log + ".backdated", days));
  std::error_code error;
  std::filesystem::remove_all(log, error);
  if (!error) std::filesystem::rename(log + ".backdated", log, error);
  return error ? absl::UnavailableError(error.message()) : absl::OkStatus();
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  const absl::Status status = argc == 3
                                  ? seaworthy::Main(argv[1], argv[2])
                                  : absl::InvalidArgumentError("usage: seaworthy_backdate_log DATA/log DAYS");
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
