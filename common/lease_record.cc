#include "common/lease_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/bounded_json.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr int kVersion = 1;
constexpr size_t kMaxRecordBytes = 16 * 1024;

}  // namespace

std::string EncodeLease(const LeaseRecord& record) {
  const nlohmann::json body = {{"version", kVersion},
                               {"holder", record.holder},
                               {"nonce", record.nonce},
                               {"token", record.token},
                               {"ttl_ms", absl::ToInt64Milliseconds(record.ttl)},
                               {"note", record.note}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<LeaseRecord> DecodeLease(const std::string& bytes) {
  if (bytes.size() > kMaxRecordBytes) return absl::InvalidArgumentError("the lease is too large");
  SEAWORTHY_ASSIGN_OR_RETURN(const nlohmann::json body, ParseBoundedObject(bytes));
  const auto text = [&body](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&body](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_number_unsigned() ? found->get<uint64_t>() : uint64_t{0};
  };
  if (number("version") != kVersion) return absl::InvalidArgumentError("the lease is of another version");
  LeaseRecord record;
  record.holder = text("holder");
  record.nonce = text("nonce");
  record.note = text("note");
  record.token = number("token");
  // A day is longer than any lease is for; more would be a mistake or malice.
  constexpr uint64_t kMostMs = 86'400'000;
  record.ttl = absl::Milliseconds(std::min(number("ttl_ms"), kMostMs));
  return record;
}

}  // namespace seaworthy
