#include "services/aggregator/state_changes.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/publications.h"
#include "services/aggregator/queries.h"

namespace seaworthy {
namespace {

std::string CounterName(const char* what, const std::string& state) { return absl::StrCat(what, ".", state); }

template <typename State>
absl::Status CountMove(StateTransaction& state, const char* what, std::optional<State> before, State after) {
  if (before == after) return absl::OkStatus();
  if (before.has_value()) {
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state, CounterName(what, StateName(*before)), -1));
  }
  return AddToCounter(state, CounterName(what, StateName(after)), 1);
}

}  // namespace

google::protobuf::Timestamp TimeOf(const Record& record) {
  google::protobuf::Timestamp time;
  const int64_t micros = absl::ToUnixMicros(record.time);
  time.set_seconds(micros / 1'000'000);
  time.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
  return time;
}

absl::Status AddToCounter(StateTransaction& state, std::string_view name, int64_t by) {
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t value, LoadCounter(state, name));
  const int64_t sum = static_cast<int64_t>(value) + by;
  state.Put(Table::kCounters, name, absl::StrCat(std::max<int64_t>(sum, 0)));
  return absl::OkStatus();
}

absl::Status StoreAnnouncement(StateTransaction& state, const v1::Announcement& announcement,
                               std::optional<v1::Announcement::State> before) {
  state.Store(Table::kAnnouncements, announcement.announcement_id(), announcement);
  if (before.has_value())
    state.Delete(Table::kAnnouncementsByTime, AnnouncementTimeKey(*before, announcement));
  state.Put(Table::kAnnouncementsByTime, AnnouncementTimeKey(announcement.state(), announcement), "");
  state.Put(Table::kAnnouncementsByTime,
            AnnouncementTimeKey(v1::Announcement::STATE_UNSPECIFIED, announcement), "");
  if (!announcement.source_id().empty()) {
    const std::string source = AnnouncementSourcePrefix(announcement.source_id());
    if (before.has_value())
      state.Delete(Table::kAnnouncementsByTime, source + AnnouncementTimeKey(*before, announcement));
    state.Put(Table::kAnnouncementsByTime, source + AnnouncementTimeKey(announcement.state(), announcement),
              "");
    state.Put(Table::kAnnouncementsByTime,
              source + AnnouncementTimeKey(v1::Announcement::STATE_UNSPECIFIED, announcement), "");
  }
  return CountMove(state, "announcements", before, announcement.state());
}

absl::Status StoreComparison(StateTransaction& state, const v1::Comparison& comparison,
                             std::optional<v1::Comparison::State> before) {
  const std::string& id = comparison.comparison_id();
  state.Store(Table::kComparisons, id, comparison);
  if (!before.has_value()) {
    state.Put(Table::kComparisonsByTool, Terminated(comparison.tool_a()) + id, "");
    state.Put(Table::kComparisonsByTool, Terminated(comparison.tool_b()) + id, "");
  }
  if (before.has_value() && *before != comparison.state()) {
    state.Delete(Table::kComparisonsByState, ComparisonStatePrefix(*before) + id);
  }
  state.Put(Table::kComparisonsByState, ComparisonStatePrefix(comparison.state()) + id, "");
  return CountMove(state, "comparisons", before, comparison.state());
}

absl::Status StorePublished(StateTransaction& state, const v1::Comparison& comparison,
                            const std::optional<v1::PublishedComparison>& published, uint64_t sequence) {
  const std::string& id = comparison.comparison_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Load<v1::PublishedComparison>(Table::kPublished, id));
  UpdatePublicPredictions(state, before, published);
  SEAWORTHY_RETURN_IF_ERROR(NotePublicChange(state, id, published, sequence));
  if (published.has_value()) {
    state.Store(Table::kPublished, id, *published);
  } else {
    state.Delete(Table::kPublished, id);
  }
  for (const std::string& tool : {comparison.tool_a(), comparison.tool_b()}) {
    if (published.has_value()) {
      state.Put(Table::kPublishedByTool, Terminated(tool) + id, "");
    } else {
      state.Delete(Table::kPublishedByTool, Terminated(tool) + id);
    }
  }
  const int change = static_cast<int>(published.has_value()) - static_cast<int>(before.has_value());
  return change == 0 ? absl::OkStatus() : AddToCounter(state, "comparisons.public", change);
}

absl::Status ForEachComparisonOf(const StateReader& state, const ToolId& tool,
                                 const std::function<void(const ComparisonId&)>& visit) {
  const std::string prefix = Terminated(tool.value());
  return state.Scan(Table::kComparisonsByTool, prefix, "", [&](std::string_view key, std::string_view) {
    visit(ComparisonId(std::string(key.substr(prefix.size()))));
    return true;
  });
}

std::string StateName(v1::Announcement::State state) {
  return absl::AsciiStrToLower(v1::Announcement::State_Name(state));
}

std::string StateName(v1::Comparison::State state) {
  return absl::AsciiStrToLower(v1::Comparison::State_Name(state));
}

std::string AnnouncementStatePrefix(v1::Announcement::State state) {
  return std::string(1, static_cast<char>('0' + static_cast<int>(state)));
}

std::string AnnouncementSourcePrefix(const std::string& source) { return "s" + Terminated(source); }

std::string AnnouncementTimeKey(v1::Announcement::State state, const v1::Announcement& announcement) {
  const auto seconds = static_cast<uint64_t>(announcement.receive_time().seconds());
  const auto nanos = static_cast<uint64_t>(announcement.receive_time().nanos());
  return absl::StrCat(AnnouncementStatePrefix(state), BigEndian64(~(seconds * 1'000'000'000 + nanos)),
                      announcement.announcement_id());
}

std::string ComparisonStatePrefix(v1::Comparison::State state) {
  return std::string(1, static_cast<char>('0' + static_cast<int>(state)));
}

}  // namespace seaworthy
