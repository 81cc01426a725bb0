#include "services/aggregator/schedules.h"

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/projector.h"

namespace seaworthy {
namespace {

constexpr size_t kTimeBytes = 8;

std::string TimeBytes(absl::Time time) {
  return BigEndian64(static_cast<uint64_t>(absl::ToUnixMicros(time)));
}

std::string KeyOf(const v1::Comparison& comparison) {
  return TimeBytes(ToTime(comparison.publish_time())) + comparison.comparison_id();
}

absl::Time TimeOfKey(std::string_view key) {
  uint64_t micros = 0;
  for (const char byte : key.substr(0, kTimeBytes)) micros = micros << 8 | static_cast<unsigned char>(byte);
  return absl::FromUnixMicros(static_cast<int64_t>(micros));
}

}  // namespace

void EnterSchedule(StateTransaction& state, const v1::Comparison& comparison, const v1::Decision& decision) {
  state.Store(Table::kSchedules, KeyOf(comparison), decision);
}

absl::StatusOr<std::optional<v1::Decision>> LoadSchedule(const StateReader& state,
                                                         const v1::Comparison& comparison) {
  return state.Load<v1::Decision>(Table::kSchedules, KeyOf(comparison));
}

void VoidApproval(StateTransaction& state, v1::Comparison& comparison) {
  if (comparison.has_publish_time()) state.Delete(Table::kSchedules, KeyOf(comparison));
  comparison.clear_publish_time();
  comparison.clear_first_approval();
}

absl::StatusOr<absl::Time> NextDue(const StateReader& state) {
  absl::Time next = absl::InfiniteFuture();
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kSchedules, "", "", [&next](std::string_view key, std::string_view) {
        next = TimeOfKey(key);
        return false;
      }));
  return next;
}

absl::StatusOr<std::vector<NewEvent>> DueEvents(const StateReader& state, absl::Time now, size_t count) {
  std::vector<NewEvent> events;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kSchedules, "", "", [&](std::string_view key, std::string_view value) {
        if (TimeOfKey(key) > now || events.size() == count) return false;
        v1::Decision decision;
        damaged = !decision.ParseFromArray(value.data(), static_cast<int>(value.size()));
        v1::Event event;
        *event.mutable_create_time() = ToTimestamp(now);
        event.mutable_schedule_due()->set_comparison_id(decision.comparison_id());
        event.mutable_schedule_due()->set_content_hash(decision.content_hash());
        events.push_back(MakeEvent(absl::StrCat("due:", Sha256Hex(DecisionRequestKey(decision))), event));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged schedule; run `seaworthy rebuild`");
  return events;
}

}  // namespace seaworthy
