#include "services/aggregator/embargoes.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr absl::Duration kLongest = absl::Hours(24 * 366 * 10);

}  // namespace

absl::Status CheckEmbargo(const v1::Embargo& embargo, absl::Time now) {
  if (embargo.reason().empty()) {
    return absl::InvalidArgumentError("a reason is needed to set or lift an embargo; say in a sentence why");
  }
  if (embargo.reason().size() > kMaxReasonBytes || !IsPlainUtf8(embargo.reason())) {
    return absl::InvalidArgumentError("the reason is over 2,000 bytes or no plain text; shorten it");
  }
  if (!embargo.has_until_time()) return absl::OkStatus();
  const absl::Time until = ToTime(embargo.until_time());
  if (until <= now || until > now + kLongest) {
    return absl::InvalidArgumentError(absl::StrCat("the embargo ends at ", FormatUtc(until),
                                                   ", which is past or over 10 years ahead; name a day to "
                                                   "come, or none to lift it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<absl::Time>> EmbargoOf(const StateReader& state, const ToolId& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<std::string> tools, MergedTools(state, tool));
  tools.push_back(tool.value());
  std::optional<absl::Time> latest;
  for (const std::string& id : tools) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto embargo, state.Load<v1::Embargo>(Table::kEmbargoes, id));
    if (!embargo.has_value()) continue;
    latest = std::max(latest.value_or(absl::InfinitePast()), ToTime(embargo->until_time()));
  }
  return latest;
}

absl::Status FillEmbargo(const StateReader& state, v1::Comparison& comparison) {
  std::optional<absl::Time> latest;
  for (const std::string& tool : {comparison.tool_a(), comparison.tool_b()}) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto until, EmbargoOf(state, ToolId(tool)));
    if (until.has_value()) latest = std::max(latest.value_or(absl::InfinitePast()), *until);
  }
  if (latest.has_value()) *comparison.mutable_embargo_time() = ToTimestamp(*latest);
  return absl::OkStatus();
}

std::string EmbargoRequestKey(const v1::Embargo& embargo) {
  return Terminated("embargo/") + embargo.request_id();
}

absl::Time ToTime(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const int64_t micros = absl::ToUnixMicros(time);
  stamp.set_seconds(micros / 1'000'000);
  stamp.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
  return stamp;
}

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

}  // namespace seaworthy
