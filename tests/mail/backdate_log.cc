// Writes a log anew as if everything in it had happened some days earlier, so
// that a test need not wait for a week to end. No server may use it; the store
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

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;

absl::Status Copy(const std::string& from, const std::string& to, int days) {
  FakeClock clock(absl::Now() - absl::Hours(24 * days));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto old_log,
                             OpenRocksDbEventLog({.path = from, .clock = Clock::Real(), .env = nullptr}));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto new_log,
                             OpenRocksDbEventLog({.path = to, .clock = &clock, .env = nullptr}));
  for (uint64_t after = 0; after < old_log->LastSequence();) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto records, old_log->ReadAfter(after, kBatch, absl::Seconds(5)));
    for (const Record& record : records) {
      SEAWORTHY_RETURN_IF_ERROR(new_log->Append({record.dedup_id, record.subject, record.payload}).status());
      after = record.sequence;
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
