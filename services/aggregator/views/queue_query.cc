#include "services/aggregator/views/queue_query.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/assignments.h"
#include "services/aggregator/checklist.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/views/queue_index.h"
#include "services/aggregator/views/queue_words.h"
#include "services/aggregator/views/words.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTextBytes = 200;
constexpr size_t kMaxPage = 200;
constexpr uint64_t kMaxTotal = 10'000;
// A category with no more in a group is read by itself.
constexpr uint64_t kFew = 5'000;
constexpr char kNobody[] = "-";
constexpr char kEmbargoTitle[] = "No embargo holds";

char OrderOf(v1::ListQueueRequest::Order order) {
  if (order == v1::ListQueueRequest::NEWEST) return 'n';
  return order == v1::ListQueueRequest::SPLIT ? 's' : 'o';
}

// One call. Rows stand in groups by what blocks them (queue_index.h): whole
// groups are counted by counters and read a page at a time; only where an
// embargo's end or words decide are rows looked at.
class QueueReader {
 public:
  QueueReader(const StateReader& state, const v1::ListQueueRequest& request, absl::Time now, bool four_eyes)
      : state_(state),
        request_(request),
        now_(now),
        four_eyes_(four_eyes),
        order_(OrderOf(request.order())) {}

  absl::StatusOr<v1::ListQueueResponse> Read();

 private:
  enum class Holds { kNo, kYes, kTellsTheClock };

  absl::Status Prepare();
  absl::Status ReadStates();
  // Whether something blocks what stands in a group.
  Holds Blocks(v1::Comparison::State state, int group) const;
  bool NeedsSecondEditor(v1::Comparison::State state, bool first_approval) const;
  bool EmbargoHolds(int64_t micros) const { return micros > absl::ToUnixMicros(now_); }
  bool InCategory(const QueueFacts& facts) const {
    return request_.category().empty() || facts.category_a == request_.category() ||
           facts.category_b == request_.category();
  }
  // Nobody is asked for, and somebody is on it.
  bool IsLeftOut(std::string_view id) const {
    return request_.editor() == kNobody && assignments_.contains(std::string(id));
  }
  // A group of which everything is asked for.
  absl::Status ReadWhole(v1::Comparison::State state, int group);
  absl::Status ReadCategory(v1::Comparison::State state, int group);
  absl::Status ReadCounters(v1::Comparison::State state, int group, uint64_t& matching);
  // A group of which each row is looked at.
  absl::Status LookThrough(v1::Comparison::State state, int group, Holds blocks);
  // Only these, wherever they stand.
  absl::Status LookAt(const std::set<std::string>& ids);
  absl::StatusOr<std::optional<std::set<std::string>>> Candidates() const;
  absl::Status ReadGroups();
  absl::Status LeaveOutHeld();
  void Count(const QueueFacts& facts);
  absl::Status ReadStateCounts();
  absl::Status FillPage();
  absl::Status FillEntry(const std::string& id, v1::QueueEntry& entry);

  const StateReader& state_;
  const v1::ListQueueRequest& request_;
  const absl::Time now_;
  const bool four_eyes_;
  const char order_;
  size_t page_size_ = 0;
  std::string from_;
  std::vector<std::string> words_;
  std::map<std::string, v1::Assignment> assignments_;
  std::set<v1::Comparison::State> states_;
  // Sort key and id of what may be on the page, from every group.
  std::vector<std::string> found_;
  v1::ListQueueResponse response_;
  bool damaged_ = false;
};

absl::Status QueueReader::ReadStates() {
  for (const int state : request_.states()) {
    const bool known = v1::Comparison::State_IsValid(state) && state != v1::Comparison::STATE_UNSPECIFIED;
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("the state ", state, " is none; leave states out for what is drafted"));
    }
    states_.insert(static_cast<v1::Comparison::State>(state));
  }
  if (states_.empty()) states_.insert(v1::Comparison::DRAFTED);
  return absl::OkStatus();
}

absl::Status QueueReader::Prepare() {
  if (request_.text().size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the text to look for is ", request_.text().size(),
                                                   " bytes long; at most ", kMaxTextBytes));
  }
  page_size_ = std::min(PageSize(request_.page_size()), kMaxPage);
  SEAWORTHY_ASSIGN_OR_RETURN(from_, DecodePageToken(request_.page_token()));
  words_ = SplitWords(FoldText(request_.text()));
  // As between the names of a comparison.
  if (words_.size() > 1) words_.erase(std::remove(words_.begin(), words_.end(), "vs"), words_.end());
  SEAWORTHY_ASSIGN_OR_RETURN(assignments_, ReadAssignments(state_, now_));
  return ReadStates();
}

bool QueueReader::NeedsSecondEditor(v1::Comparison::State state, bool first_approval) const {
  const bool to_approve = state == v1::Comparison::DRAFTED || state == v1::Comparison::WITHDRAWN;
  return four_eyes_ && to_approve && !first_approval;
}

QueueReader::Holds QueueReader::Blocks(v1::Comparison::State state, int group) const {
  if ((group & kQueueBlocked) != 0 || NeedsSecondEditor(state, (group & kQueueApproved) != 0)) {
    return Holds::kYes;
  }
  return (group & kQueueEmbargo) != 0 ? Holds::kTellsTheClock : Holds::kNo;
}

void QueueReader::Count(const QueueFacts& facts) {
  for (const std::string_view category : {facts.category_a, facts.category_b}) {
    if (!category.empty()) ++(*response_.mutable_categories())[std::string(category)];
  }
  if (InCategory(facts)) response_.set_total(response_.total() + 1);
}

absl::Status QueueReader::ReadWhole(v1::Comparison::State state, int group) {
  uint64_t matching = 0;
  SEAWORTHY_RETURN_IF_ERROR(ReadCounters(state, group, matching));
  if (matching == 0) return absl::OkStatus();
  if (!request_.category().empty() && matching <= kFew) return ReadCategory(state, group);
  const std::string prefix = QueuePlacePrefix(order_, state, group);
  const size_t head = prefix.size() + QueueSortBytes(order_);
  size_t taken = 0;
  return state_.Scan(Table::kQueue, prefix, prefix + from_,
                     [&](std::string_view key, std::string_view value) {
                       QueueFacts facts;
                       damaged_ |= key.size() < head || !ParseQueueFacts(value, facts);
                       if (damaged_) return false;
                       if (IsLeftOut(key.substr(head)) || !InCategory(facts)) return true;
                       found_.emplace_back(key.substr(prefix.size()));
                       return ++taken <= page_size_;
                     });
}

absl::Status QueueReader::ReadCategory(v1::Comparison::State state, int group) {
  std::vector<std::string> ids;
  const std::string prefix = QueueCategoryPrefix(state, group, request_.category());
  SEAWORTHY_RETURN_IF_ERROR(
      state_.Scan(Table::kQueue, prefix, "", [&](std::string_view key, std::string_view) {
        if (!IsLeftOut(key.substr(prefix.size()))) ids.emplace_back(key.substr(prefix.size()));
        return true;
      }));
  for (const std::string& id : ids) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto row,
                               state_.Load<v1::QueueRow>(Table::kQueue, std::string(1, kQueueRow) + id));
    if (!row.has_value()) continue;
    const std::string place = QueuePlace(order_, *row, id);
    if (place >= from_) found_.push_back(place);
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadCounters(v1::Comparison::State state, int group, uint64_t& matching) {
  const std::string prefix = QueueCountPrefix(state, group);
  SEAWORTHY_RETURN_IF_ERROR(
      state_.Scan(Table::kQueue, prefix, "", [&](std::string_view key, std::string_view value) {
        uint64_t count = 0;
        damaged_ |= !absl::SimpleAtoi(std::string(value), &count);
        const std::string category(key.substr(prefix.size()));
        if (!category.empty()) (*response_.mutable_categories())[category] += count;
        if (category == request_.category()) matching = count;
        return !damaged_;
      }));
  response_.set_total(response_.total() + matching);
  return absl::OkStatus();
}

absl::Status QueueReader::LookThrough(v1::Comparison::State state, int group, Holds blocks) {
  const std::string prefix = QueuePlacePrefix(order_, state, group);
  const size_t head = prefix.size() + QueueSortBytes(order_);
  size_t taken = 0;
  return state_.Scan(Table::kQueue, prefix, "", [&](std::string_view key, std::string_view value) {
    QueueFacts facts;
    damaged_ |= key.size() < head || !ParseQueueFacts(value, facts);
    if (damaged_) return false;
    if (blocks == Holds::kTellsTheClock && request_.blocked() != 0 &&
        EmbargoHolds(facts.embargo_micros) != (request_.blocked() == 2)) {
      return true;
    }
    if (!HasWords(facts.text, words_) || IsLeftOut(key.substr(head))) return true;
    Count(facts);
    const std::string_view place = key.substr(prefix.size());
    if (taken <= page_size_ && InCategory(facts) && place >= from_) {
      found_.emplace_back(place);
      ++taken;
    }
    // There are more than are counted, and those of the page are there.
    return response_.total() < kMaxTotal || taken <= page_size_;
  });
}

absl::Status QueueReader::LookAt(const std::set<std::string>& ids) {
  for (const std::string& id : ids) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto row,
                               state_.Load<v1::QueueRow>(Table::kQueue, std::string(1, kQueueRow) + id));
    if (!row.has_value() || !states_.contains(row->state()) || !HasWords(row->text(), words_)) continue;
    const bool blocks = !row->blocking().empty() || EmbargoHolds(row->embargo_micros()) ||
                        NeedsSecondEditor(row->state(), row->first_approval());
    if (request_.blocked() != 0 && blocks != (request_.blocked() == 2)) continue;
    const auto held = assignments_.find(id);
    const std::string holder = held == assignments_.end() ? kNobody : held->second.editor();
    if (!request_.editor().empty() && holder != request_.editor()) continue;
    QueueFacts facts;
    if (row->categories_size() > 0) facts.category_a = row->categories(0);
    if (row->categories_size() > 1) facts.category_b = row->categories(1);
    Count(facts);
    const std::string place = QueuePlace(order_, *row, id);
    if (InCategory(facts) && place >= from_) found_.push_back(place);
  }
  return absl::OkStatus();
}

// Counters count what somebody is on, too.
absl::Status QueueReader::LeaveOutHeld() {
  for (const auto& [id, assignment] : assignments_) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto row,
                               state_.Load<v1::QueueRow>(Table::kQueue, std::string(1, kQueueRow) + id));
    if (!row.has_value() || !states_.contains(row->state())) continue;
    const Holds blocks = Blocks(row->state(), QueueGroupOf(*row));
    const bool counted =
        request_.blocked() == 0 || blocks == (request_.blocked() == 2 ? Holds::kYes : Holds::kNo);
    if (!counted) continue;
    bool in_category = request_.category().empty();
    for (const std::string& category : row->categories()) {
      in_category |= category == request_.category();
      uint64_t& count = (*response_.mutable_categories())[category];
      if (--count == 0) response_.mutable_categories()->erase(category);
    }
    if (in_category) response_.set_total(response_.total() - 1);
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadStateCounts() {
  for (int state = v1::Comparison::State_MIN + 1; state <= v1::Comparison::State_MAX; ++state) {
    const std::string name = StateName(static_cast<v1::Comparison::State>(state));
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t count, LoadCounter(state_, absl::StrCat("comparisons.", name)));
    if (count > 0) (*response_.mutable_counts())[name] = count;
  }
  return absl::OkStatus();
}

absl::Status QueueReader::FillEntry(const std::string& id, v1::QueueEntry& entry) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id));
  SEAWORTHY_ASSIGN_OR_RETURN(auto row,
                             state_.Load<v1::QueueRow>(Table::kQueue, std::string(1, kQueueRow) + id));
  if (!comparison.has_value() || !row.has_value()) {
    return absl::DataLossError(
        absl::StrCat("the queue names `", id, "`, which is not there; run `seaworthy rebuild`"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(v1::QueueTool a, LoadQueueTool(state_, comparison->tool_a()));
  SEAWORTHY_ASSIGN_OR_RETURN(v1::QueueTool b, LoadQueueTool(state_, comparison->tool_b()));
  SEAWORTHY_RETURN_IF_ERROR(FillEmbargo(state_, *comparison));
  *entry.mutable_comparison() = *std::move(comparison);
  *entry.mutable_a() = std::move(*a.mutable_summary());
  *entry.mutable_b() = std::move(*b.mutable_summary());
  entry.set_open_marks(a.open_marks() + b.open_marks());
  entry.set_conflicts(a.conflicts() + b.conflicts());
  entry.set_verdicts_missing(a.verdicts_missing() + b.verdicts_missing());
  const auto held = assignments_.find(id);
  if (held != assignments_.end()) *entry.mutable_assignment() = held->second;
  *entry.mutable_blocking() = row->blocking();
  if (EmbargoHolds(row->embargo_micros())) entry.add_blocking(kEmbargoTitle);
  const v1::Comparison& shown = entry.comparison();
  if (NeedsSecondEditor(shown.state(), shown.has_first_approval())) {
    entry.add_blocking(SecondEditorItem(shown).title());
  }
  return absl::OkStatus();
}

absl::Status QueueReader::FillPage() {
  std::sort(found_.begin(), found_.end());
  for (const std::string& place : found_) {
    if (static_cast<size_t>(response_.entries_size()) == page_size_) {
      response_.set_next_page_token(EncodePageToken(place));
      return absl::OkStatus();
    }
    SEAWORTHY_RETURN_IF_ERROR(FillEntry(place.substr(QueueSortBytes(order_)), *response_.add_entries()));
  }
  return absl::OkStatus();
}

// Where not every row has to be asked.
absl::StatusOr<std::optional<std::set<std::string>>> QueueReader::Candidates() const {
  if (request_.editor().empty() || request_.editor() == kNobody) {
    if (words_.empty()) return std::optional<std::set<std::string>>();
    return FindCandidates(state_, words_);
  }
  std::set<std::string> held;
  for (const auto& [id, assignment] : assignments_) held.insert(id);
  return std::optional(std::move(held));
}

absl::Status QueueReader::ReadGroups() {
  const Holds unwanted = request_.blocked() == 1 ? Holds::kYes : Holds::kNo;
  for (const v1::Comparison::State state : states_) {
    for (int group = 0; group < kQueueGroups; ++group) {
      const Holds blocks = Blocks(state, group);
      if (request_.blocked() != 0 && blocks == unwanted) continue;
      const bool unsure = request_.blocked() != 0 && blocks == Holds::kTellsTheClock;
      SEAWORTHY_RETURN_IF_ERROR(!words_.empty() || unsure ? LookThrough(state, group, blocks)
                                                          : ReadWhole(state, group));
    }
  }
  return words_.empty() && request_.editor() == kNobody ? LeaveOutHeld() : absl::OkStatus();
}

absl::StatusOr<v1::ListQueueResponse> QueueReader::Read() {
  SEAWORTHY_RETURN_IF_ERROR(Prepare());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto candidates, Candidates());
  SEAWORTHY_RETURN_IF_ERROR(candidates.has_value() ? LookAt(*candidates) : ReadGroups());
  if (damaged_) return absl::DataLossError("the store holds a damaged queue; run `seaworthy rebuild`");
  response_.set_total(std::min(response_.total(), kMaxTotal));
  SEAWORTHY_RETURN_IF_ERROR(ReadStateCounts());
  SEAWORTHY_RETURN_IF_ERROR(FillPage());
  return std::move(response_);
}

}  // namespace

absl::StatusOr<v1::ListQueueResponse> ReadQueue(const StateReader& state, const v1::ListQueueRequest& request,
                                                absl::Time now, bool four_eyes) {
  return QueueReader(state, request, now, four_eyes).Read();
}

}  // namespace seaworthy
