#include "services/aggregator/views/queue_query.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/assignments.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/views/queue_index.h"
#include "services/aggregator/views/words.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTextBytes = 200;
constexpr size_t kMaxPage = 200;
constexpr uint64_t kMaxTotal = 10'000;
constexpr char kNobody[] = "-";
constexpr char kEmbargoTitle[] = "No embargo holds";

// Bytes of a place between its prefix and the id.
size_t SortBytes(char order) { return order == 's' ? 9 : 8; }

char OrderOf(v1::ListQueueRequest::Order order) {
  if (order == v1::ListQueueRequest::NEWEST) return 'n';
  return order == v1::ListQueueRequest::SPLIT ? 's' : 'o';
}

// One call.
class QueueReader {
 public:
  QueueReader(const StateReader& state, const v1::ListQueueRequest& request, absl::Time now)
      : state_(state), request_(request), now_(now), order_(OrderOf(request.order())) {}

  absl::StatusOr<v1::ListQueueResponse> Read();

 private:
  absl::Status Prepare();
  // Whether counters do not tell how many there are.
  bool MustLook() const { return !words_.empty() || !request_.editor().empty() || request_.blocked() != 0; }
  absl::Status ScanState(v1::Comparison::State state);
  // Everything but the category.
  bool Passes(std::string_view id, const QueueFacts& facts) const;
  bool InCategory(const QueueFacts& facts) const {
    return request_.category().empty() || facts.category_a == request_.category() ||
           facts.category_b == request_.category();
  }
  void CountLooked(const QueueFacts& facts);
  absl::Status ReadCounters(v1::Comparison::State state);
  absl::Status ReadStateCounts();
  absl::Status FillPage();
  absl::Status FillEntry(const std::string& id, v1::QueueEntry& entry);

  const StateReader& state_;
  const v1::ListQueueRequest& request_;
  const absl::Time now_;
  const char order_;
  size_t page_size_ = 0;
  std::string from_;
  std::vector<std::string> words_;
  std::map<std::string, v1::Assignment> assignments_;
  std::vector<v1::Comparison::State> states_;
  // Sort key and id of what may be on the page, from every state.
  std::vector<std::string> found_;
  v1::ListQueueResponse response_;
  bool damaged_ = false;
};

absl::Status QueueReader::Prepare() {
  if (request_.text().size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the text to look for is ", request_.text().size(),
                                                   " bytes long; at most ", kMaxTextBytes));
  }
  page_size_ = std::min(PageSize(request_.page_size()), kMaxPage);
  SEAWORTHY_ASSIGN_OR_RETURN(from_, DecodePageToken(request_.page_token()));
  words_ = SplitWords(FoldText(request_.text()));
  SEAWORTHY_ASSIGN_OR_RETURN(assignments_, ReadAssignments(state_, now_));
  std::set<v1::Comparison::State> states;
  for (const int state : request_.states()) {
    const bool known = v1::Comparison::State_IsValid(state) && state != v1::Comparison::STATE_UNSPECIFIED;
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("the state ", state, " is none; leave states out for what is drafted"));
    }
    states.insert(static_cast<v1::Comparison::State>(state));
  }
  if (states.empty()) states.insert(v1::Comparison::DRAFTED);
  states_.assign(states.begin(), states.end());
  return absl::OkStatus();
}

bool QueueReader::Passes(std::string_view id, const QueueFacts& facts) const {
  if (request_.blocked() != 0) {
    const bool blocked = facts.blocked || facts.embargo_micros > absl::ToUnixMicros(now_);
    if (blocked != (request_.blocked() == 2)) return false;
  }
  if (!request_.editor().empty()) {
    const auto held = assignments_.find(std::string(id));
    if (request_.editor() == kNobody
            ? held != assignments_.end()
            : held == assignments_.end() || held->second.editor() != request_.editor()) {
      return false;
    }
  }
  return std::all_of(words_.begin(), words_.end(), [&facts](const std::string& word) {
    return facts.text.find(word) != std::string_view::npos;
  });
}

void QueueReader::CountLooked(const QueueFacts& facts) {
  for (const std::string_view category : {facts.category_a, facts.category_b}) {
    if (!category.empty()) ++(*response_.mutable_categories())[std::string(category)];
  }
  if (InCategory(facts)) response_.set_total(std::min(response_.total() + 1, kMaxTotal));
}

absl::Status QueueReader::ScanState(v1::Comparison::State state) {
  const std::string prefix = QueuePlacePrefix(order_, state);
  const size_t head = prefix.size() + SortBytes(order_);
  const size_t begin = found_.size();
  const bool look = MustLook();
  return state_.Scan(Table::kQueue, prefix, look ? "" : prefix + from_,
                     [&](std::string_view key, std::string_view value) {
                       QueueFacts facts;
                       damaged_ |= key.size() < head || !ParseQueueFacts(value, facts);
                       if (damaged_) return false;
                       if (look && !Passes(key.substr(head), facts)) return true;
                       if (look) CountLooked(facts);
                       const bool is_full = found_.size() - begin > page_size_;
                       const std::string_view place = key.substr(prefix.size());
                       if (!is_full && InCategory(facts) && place >= from_) found_.emplace_back(place);
                       return look || found_.size() - begin <= page_size_;
                     });
}

absl::Status QueueReader::ReadCounters(v1::Comparison::State state) {
  const std::string prefix = QueueCountPrefix(state);
  SEAWORTHY_RETURN_IF_ERROR(
      state_.Scan(Table::kQueue, prefix, "", [&](std::string_view key, std::string_view value) {
        uint64_t count = 0;
        damaged_ |= !absl::SimpleAtoi(std::string(value), &count);
        const std::string category(key.substr(prefix.size()));
        (*response_.mutable_categories())[category] += count;
        if (category == request_.category()) response_.set_total(response_.total() + count);
        return !damaged_;
      }));
  if (!request_.category().empty()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t count,
                             LoadCounter(state_, absl::StrCat("comparisons.", StateName(state))));
  response_.set_total(response_.total() + count);
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
  if (row->embargo_micros() > absl::ToUnixMicros(now_)) entry.add_blocking(kEmbargoTitle);
  return absl::OkStatus();
}

absl::Status QueueReader::FillPage() {
  std::sort(found_.begin(), found_.end());
  for (const std::string& place : found_) {
    if (static_cast<size_t>(response_.entries_size()) == page_size_) {
      response_.set_next_page_token(EncodePageToken(place));
      return absl::OkStatus();
    }
    SEAWORTHY_RETURN_IF_ERROR(FillEntry(place.substr(SortBytes(order_)), *response_.add_entries()));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListQueueResponse> QueueReader::Read() {
  SEAWORTHY_RETURN_IF_ERROR(Prepare());
  for (const v1::Comparison::State state : states_) {
    SEAWORTHY_RETURN_IF_ERROR(ScanState(state));
    if (!MustLook()) SEAWORTHY_RETURN_IF_ERROR(ReadCounters(state));
  }
  if (damaged_) return absl::DataLossError("the store holds a damaged queue; run `seaworthy rebuild`");
  response_.set_total(std::min(response_.total(), kMaxTotal));
  SEAWORTHY_RETURN_IF_ERROR(ReadStateCounts());
  SEAWORTHY_RETURN_IF_ERROR(FillPage());
  return std::move(response_);
}

}  // namespace

absl::StatusOr<v1::ListQueueResponse> ReadQueue(const StateReader& state, const v1::ListQueueRequest& request,
                                                absl::Time now) {
  return QueueReader(state, request, now).Read();
}

}  // namespace seaworthy
