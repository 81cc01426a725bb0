#include "services/aggregator/views/queue_index.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/checklist.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/summaries.h"
#include "services/aggregator/times.h"
#include "services/aggregator/views/words.h"

namespace seaworthy {
namespace {

constexpr char kToolRow = 't';
constexpr char kCount = 'c';
constexpr char kCategory = 'g';
constexpr size_t kFactsHeadBytes = 8;

std::string ToolKey(const std::string& tool) { return std::string(1, kToolRow) + tool; }
std::string RowKey(const std::string& id) { return std::string(1, kQueueRow) + id; }

// What the checklist says whenever it is asked, and apart from that the embargo.
absl::Status FillBlocking(const StateReader& state, const v1::ToolView& view, v1::QueueTool& row) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto items, MakeToolChecklist(state, view, absl::InfiniteFuture()));
  for (const v1::ChecklistItem& item : items) {
    if (item.blocking() && !item.passed()) row.add_blocking(item.title());
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto until, EmbargoOf(state, ToolId(view.tool().tool_id())));
  if (until.has_value()) row.set_embargo_micros(absl::ToUnixMicros(*until));
  return absl::OkStatus();
}

// Of the revision that comparisons show.
absl::StatusOr<v1::QueueTool> MakeQueueTool(const StateReader& state, const v1::Tool& tool) {
  const ToolId id(tool.tool_id());
  const uint32_t number = tool.reviewed_revision() > 0 ? tool.reviewed_revision() : tool.latest_revision();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView view, BuildToolView(state, {id, number}));
  v1::QueueTool row;
  *row.mutable_summary() = SummarizeTool(view);
  for (const v1::Verdict& verdict : view.verdicts()) {
    const auto open = std::count_if(verdict.marks().begin(), verdict.marks().end(), IsOpen);
    row.set_open_marks(row.open_marks() + static_cast<uint32_t>(open));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto shown, state.Load<v1::Revision>(Table::kShown, id.value()));
  if (shown.has_value()) row.set_conflicts(static_cast<uint32_t>(OpenConflicts(*shown).size()));
  const v1::Panel& panel = view.panel();
  row.set_verdicts_missing(
      static_cast<uint32_t>(panel.expected_personas_size() - panel.given_personas_size()));
  if (panel.total() > 0) {
    row.set_split(100 * std::min(panel.ship(), panel.total() - panel.ship()) / panel.total());
  }
  SEAWORTHY_RETURN_IF_ERROR(FillBlocking(state, view, row));
  return row;
}

// How many corrections of the tool ask; no row for none.
absl::Status UpdateAsks(StateTransaction& state, const ToolId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto shown, state.Load<v1::Revision>(Table::kShown, id.value()));
  const auto& words =
      shown.has_value() ? shown->corrections() : v1::Revision::default_instance().corrections();
  const auto asking =
      std::count_if(words.begin(), words.end(), [](const v1::FactCorrection& word) { return word.asks(); });
  const std::string key = kQueueAsks + id.value();
  if (asking > 0) {
    state.Put(Table::kQueue, key, absl::StrCat(asking));
  } else {
    state.Delete(Table::kQueue, key);
  }
  return absl::OkStatus();
}

// Whether a comparison's row would be another.
bool SortsOrFiltersAlike(const v1::QueueTool& a, const v1::QueueTool& b) {
  return a.split() == b.split() && a.embargo_micros() == b.embargo_micros() &&
         std::equal(a.blocking().begin(), a.blocking().end(), b.blocking().begin(), b.blocking().end()) &&
         a.summary().name() == b.summary().name() && a.summary().vendor() == b.summary().vendor() &&
         a.summary().category() == b.summary().category();
}

// In the checklist's order.
std::vector<std::string> BlockingTitles(const v1::QueueTool& a, const v1::QueueTool& b) {
  std::vector<std::string> titles(a.blocking().begin(), a.blocking().end());
  for (const std::string& title : b.blocking()) {
    if (!Holds(titles, title)) titles.push_back(title);
  }
  return titles;
}

absl::StatusOr<v1::QueueRow> MakeRow(const StateReader& state, const v1::Comparison& comparison) {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::QueueTool a, LoadQueueTool(state, comparison.tool_a()));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::QueueTool b, LoadQueueTool(state, comparison.tool_b()));
  v1::QueueRow row;
  row.set_state(comparison.state());
  row.set_create_micros(ToMicros(comparison.create_time()));
  row.set_update_micros(ToMicros(comparison.update_time()));
  row.set_split(a.split() + b.split());
  std::set<std::string> categories = {a.summary().category(), b.summary().category()};
  categories.erase("");
  row.mutable_categories()->Assign(categories.begin(), categories.end());
  row.set_text(FoldText(absl::StrJoin({a.summary().name(), a.summary().vendor(), comparison.tool_a(),
                                       b.summary().name(), b.summary().vendor(), comparison.tool_b()},
                                      " ")));
  const std::vector<std::string> blocking = BlockingTitles(a, b);
  row.mutable_blocking()->Assign(blocking.begin(), blocking.end());
  row.set_embargo_micros(std::max(a.embargo_micros(), b.embargo_micros()));
  row.set_first_approval(comparison.has_first_approval());
  return row;
}

std::vector<std::string> PlacesOf(const v1::QueueRow& row, const std::string& id) {
  std::vector<std::string> places;
  for (const char order : {'o', 'n', 's'}) {
    places.push_back(QueuePlacePrefix(order, row.state(), QueueGroupOf(row)) + QueuePlace(order, row, id));
  }
  return places;
}

std::vector<std::string> CategoryKeysOf(const v1::QueueRow& row, const std::string& id) {
  std::vector<std::string> keys;
  for (const std::string& category : row.categories()) {
    keys.push_back(QueueCategoryPrefix(row.state(), QueueGroupOf(row), category) + id);
  }
  return keys;
}

std::string FactsOf(const v1::QueueRow& row) {
  std::string facts = BigEndian64(static_cast<uint64_t>(row.embargo_micros()));
  for (int i = 0; i < 2; ++i) facts += Terminated(i < row.categories_size() ? row.categories(i) : "");
  return facts + row.text();
}

absl::Status Count(StateTransaction& state, const v1::QueueRow& row, int by) {
  std::vector<std::string> counted(row.categories().begin(), row.categories().end());
  counted.emplace_back();
  for (const std::string& category : counted) {
    const std::string key = QueueCountPrefix(row.state(), QueueGroupOf(row)) + category;
    SEAWORTHY_ASSIGN_OR_RETURN(const auto text, state.Get(Table::kQueue, key));
    int64_t count = 0;
    if (text.has_value()) (void)absl::SimpleAtoi(*text, &count);
    if (count + by > 0) {
      state.Put(Table::kQueue, key, absl::StrCat(count + by));
    } else {
      state.Delete(Table::kQueue, key);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::QueueTool> LoadQueueTool(const StateReader& state, const std::string& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto row, state.Load<v1::QueueTool>(Table::kQueue, ToolKey(tool)));
  return std::move(row).value_or(v1::QueueTool());
}

absl::Status UpdateQueueTool(StateTransaction& state, const ToolId& id, std::set<std::string>& comparisons) {
  SEAWORTHY_RETURN_IF_ERROR(UpdateAsks(state, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, id));
  if (!tool.has_value() || tool->latest_revision() == 0) {
    state.Delete(Table::kQueue, ToolKey(id.value()));
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::QueueTool before, LoadQueueTool(state, id.value()));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::QueueTool after, MakeQueueTool(state, *tool));
  state.Store(Table::kQueue, ToolKey(id.value()), after);
  if (SortsOrFiltersAlike(before, after)) return absl::OkStatus();
  return ForEachComparisonOf(
      state, id, [&comparisons](const ComparisonId& comparison) { comparisons.insert(comparison.value()); });
}

absl::Status UpdateQueueRow(StateTransaction& state, const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Load<v1::QueueRow>(Table::kQueue, RowKey(id.value())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                             state.Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (before.has_value()) {
    for (const std::string& place : PlacesOf(*before, id.value())) state.Delete(Table::kQueue, place);
    for (const std::string& key : CategoryKeysOf(*before, id.value())) state.Delete(Table::kQueue, key);
    SEAWORTHY_RETURN_IF_ERROR(Count(state, *before, -1));
  }
  if (!comparison.has_value()) {
    state.Delete(Table::kQueue, RowKey(id.value()));
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::QueueRow after, MakeRow(state, *comparison));
  state.Store(Table::kQueue, RowKey(id.value()), after);
  const std::string facts = FactsOf(after);
  for (const std::string& place : PlacesOf(after, id.value())) state.Put(Table::kQueue, place, facts);
  for (const std::string& key : CategoryKeysOf(after, id.value())) state.Put(Table::kQueue, key, "");
  return Count(state, after, 1);
}

int QueueGroupOf(const v1::QueueRow& row) {
  return (row.blocking().empty() ? 0 : kQueueBlocked) | (row.embargo_micros() == 0 ? 0 : kQueueEmbargo) |
         (row.first_approval() ? kQueueApproved : 0);
}

std::string QueuePlacePrefix(char order, v1::Comparison::State state, int group) {
  return std::string(1, order) + ComparisonStatePrefix(state) + static_cast<char>('0' + group);
}

std::string QueuePlace(char order, const v1::QueueRow& row, std::string_view id) {
  std::string place;
  if (order == 'n') {
    place = BigEndian64(~static_cast<uint64_t>(row.update_micros()));
  } else {
    if (order == 's') place.push_back(static_cast<char>(255 - std::min(row.split(), 255U)));
    place += BigEndian64(static_cast<uint64_t>(row.create_micros()));
  }
  return place.append(id);
}

size_t QueueSortBytes(char order) { return order == 's' ? 9 : 8; }

std::string QueueCountPrefix(v1::Comparison::State state, int group) {
  return std::string(1, kCount) + ComparisonStatePrefix(state) + static_cast<char>('0' + group);
}

std::string QueueCategoryPrefix(v1::Comparison::State state, int group, const std::string& category) {
  return std::string(1, kCategory) + ComparisonStatePrefix(state) + static_cast<char>('0' + group) +
         Terminated(category);
}

absl::StatusOr<uint64_t> CountAsking(const StateReader& state) {
  uint64_t asking = 0;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kQueue, kQueueAsks, "", [&asking](std::string_view, std::string_view value) {
        uint64_t count = 0;
        if (absl::SimpleAtoi(std::string(value), &count)) asking += count;
        return true;
      }));
  return asking;
}

bool ParseQueueFacts(std::string_view value, QueueFacts& facts) {
  if (value.size() < kFactsHeadBytes) return false;
  uint64_t embargo = 0;
  for (size_t i = 0; i < kFactsHeadBytes; ++i) embargo = embargo << 8U | static_cast<unsigned char>(value[i]);
  facts.embargo_micros = static_cast<int64_t>(embargo);
  value.remove_prefix(kFactsHeadBytes);
  for (std::string_view* category : {&facts.category_a, &facts.category_b}) {
    const size_t end = value.find('\0');
    if (end == std::string_view::npos) return false;
    *category = value.substr(0, end);
    value.remove_prefix(end + 1);
  }
  facts.text = value;
  return true;
}

}  // namespace seaworthy
