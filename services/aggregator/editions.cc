#include "services/aggregator/editions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/edition_items.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

// By id; newest first; the same of approved ones; what happened in a week;
// weeks nobody has drafted.
constexpr char kById[] = "e";
constexpr char kNewest[] = "n";
constexpr char kApproved[] = "p";
constexpr char kInWeek[] = "i";
constexpr char kOpenWeeks[] = "o";

constexpr int kMaxWeeksBack = 8;
// Until what was appended in a week's last moment has reached the log.
constexpr absl::Duration kGrace = absl::Minutes(1);
constexpr int kDaysAWeek = 7;

std::string TimeKey(const char* prefix, const v1::Edition& edition) {
  return absl::StrCat(prefix, BigEndian64(~static_cast<uint64_t>(edition.begin_time().seconds())),
                      edition.edition_id());
}

std::string DayText(absl::Time time, const char* format) {
  return absl::FormatTime(format, time, absl::UTCTimeZone());
}

// `Week 47: 16 to 22 November 2026`
std::string TitleOf(const EditionWeek& week) {
  const absl::Time last = week.end - absl::Hours(24);
  const bool same_month = DayText(week.begin, "%m") == DayText(last, "%m");
  return absl::StrCat("Week ", week.id.substr(week.id.find('W') + 1), ": ",
                      DayText(week.begin, same_month ? "%-d" : "%-d %B"), " to ", DayText(last, "%-d %B %Y"));
}

absl::StatusOr<std::vector<EditionWeek>> WeeksToDraft(const StateReader& state, absl::Time now) {
  std::vector<EditionWeek> weeks;
  for (int back = kMaxWeeksBack; back > 0; --back) {
    const EditionWeek week = WeekOf(now - kGrace - absl::Hours(24 * kDaysAWeek * back));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto open, state.Get(Table::kEditions, kOpenWeeks + week.id));
    if (open.has_value()) weeks.push_back(week);
  }
  return weeks;
}

}  // namespace

EditionWeek WeekOf(absl::Time time) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay day = absl::ToCivilDay(time, utc);
  const absl::CivilDay monday = absl::PrevWeekday(day + 1, absl::Weekday::monday);
  // A week belongs to the year that has its Thursday.
  const absl::CivilDay thursday = monday + 3;
  EditionWeek week;
  week.id = absl::StrFormat("%04d-W%02d", thursday.year(), (absl::GetYearDay(thursday) - 1) / kDaysAWeek + 1);
  week.begin = absl::FromCivil(monday, utc);
  week.end = absl::FromCivil(monday + kDaysAWeek, utc);
  return week;
}

absl::Status NoteInWeek(StateTransaction& state, const Record& record, WeekNote what, const std::string& id) {
  const EditionWeek week = WeekOf(ToTime(TimeOf(record)));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto drafted, state.Get(Table::kEditions, kById + week.id));
  // It came too late for its edition.
  if (drafted.has_value()) return absl::OkStatus();
  const std::string key =
      absl::StrCat(kInWeek, Terminated(week.id), std::string(1, static_cast<char>(what)), id);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state.Get(Table::kEditions, key));
  if (known.has_value()) return absl::OkStatus();
  state.Put(Table::kEditions, key, BigEndian64(record.sequence));
  state.Put(Table::kEditions, kOpenWeeks + week.id, "");
  return absl::OkStatus();
}

absl::Time NextDraftTime(absl::Time now) { return WeekOf(now - kGrace).end + kGrace; }

absl::StatusOr<std::vector<NewEvent>> DraftEvents(const StateReader& state, absl::Time now) {
  std::vector<NewEvent> events;
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<EditionWeek> weeks, WeeksToDraft(state, now));
  for (const EditionWeek& week : weeks) {
    v1::Event event;
    v1::Edition& edition = *event.mutable_edition_drafted()->mutable_edition();
    SEAWORTHY_RETURN_IF_ERROR(AddItems(state, absl::StrCat(kInWeek, Terminated(week.id)), edition));
    if (edition.items().empty()) continue;
    *event.mutable_create_time() = ToTimestamp(now);
    edition.set_edition_id(week.id);
    *edition.mutable_begin_time() = ToTimestamp(week.begin);
    *edition.mutable_end_time() = ToTimestamp(week.end);
    edition.set_title(TitleOf(week));
    edition.set_state(v1::Edition::DRAFTED);
    *edition.mutable_draft_time() = ToTimestamp(now);
    events.push_back(MakeEvent(absl::StrCat("edition:", week.id), event));
  }
  return events;
}

std::string EditionHash(const v1::Edition& edition) {
  v1::Edition content;
  content.set_title(edition.title());
  content.set_introduction(edition.introduction());
  *content.mutable_items() = edition.items();
  return Sha256Hex(SerializeDeterministically(content));
}

absl::Status EnterDraft(StateTransaction& state, v1::Edition edition) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadEdition(state, edition.edition_id()));
  if (known.has_value() || edition.edition_id().empty()) return absl::OkStatus();
  edition.set_state(v1::Edition::DRAFTED);
  edition.set_content_hash(EditionHash(edition));
  state.Store(Table::kEditions, kById + edition.edition_id(), edition);
  state.Put(Table::kEditions, TimeKey(kNewest, edition), "");
  state.Delete(Table::kEditions, kOpenWeeks + edition.edition_id());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Edition>> LoadEdition(const StateReader& state, const std::string& id) {
  return state.Load<v1::Edition>(Table::kEditions, kById + id);
}

absl::StatusOr<v1::ListEditionsResponse> ReadEditions(const StateReader& state,
                                                      const v1::ListEditionsRequest& request) {
  const std::string prefix = request.approved_only() ? kApproved : kNewest;
  SEAWORTHY_ASSIGN_OR_RETURN(
      StatePage page, ReadPage(state, Table::kEditions, prefix, request.page_size(), request.page_token()));
  v1::ListEditionsResponse response;
  for (const std::string& key : page.keys) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto edition, LoadEdition(state, key.substr(prefix.size() + 8)));
    if (!edition.has_value()) {
      return absl::DataLossError("an index names an edition that is not there; run `seaworthy rebuild`");
    }
    if (request.approved_only()) edition->clear_decisions();
    *response.add_editions() = *std::move(edition);
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

std::string EditionRequestKey(const v1::EditionDecision& decision) {
  return Terminated("edition/") + decision.request_id();
}

void StoreEdition(StateTransaction& state, const v1::Edition& edition) {
  state.Store(Table::kEditions, kById + edition.edition_id(), edition);
  if (edition.state() == v1::Edition::APPROVED) {
    state.Put(Table::kEditions, TimeKey(kApproved, edition), "");
  }
}

}  // namespace seaworthy
