#include "services/aggregator/views/search_query.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ids.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/summaries.h"
#include "services/aggregator/views/search_index.h"
#include "services/aggregator/views/words.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTextBytes = 200;
constexpr size_t kMaxWords = 8;
constexpr size_t kMaxPlaces = 2'000;
constexpr size_t kMaxPairs = 2'000;
constexpr size_t kMaxPairTools = 100;
constexpr int kDefaultPage = 20;
constexpr int kMaxPage = 100;
constexpr uint32_t kWholeName = 40;

struct Hit {
  uint32_t score = 0;
  size_t name_bytes = 0;
  std::string id;
  bool operator<(const Hit& other) const {
    return std::make_tuple(~score, name_bytes, std::cref(id)) <
           std::make_tuple(~other.score, other.name_bytes, std::cref(other.id));
  }
};

// One call.
class Searcher {
 public:
  Searcher(const StateReader& state, const v1::SearchRequest& request)
      : state_(state),
        request_(request),
        scope_(request.published() ? SearchScope::kPublished : SearchScope::kAll) {}

  absl::StatusOr<v1::SearchResponse> Search();

 private:
  // The tools in which a word stands; `all` false where there are too many.
  struct Found {
    std::set<std::string> tools;
    bool all = true;
  };

  absl::Status ReadWords();
  absl::StatusOr<Found> FindWord(const std::string& word, bool may_begin) const;
  absl::StatusOr<const v1::SearchDocument*> Document(const std::string& tool);
  // Twice what the word counts in the tool; 0 where it stands nowhere.
  uint32_t ScoreWord(const v1::SearchDocument& document, size_t word) const;
  absl::Status FindTools();
  absl::Status FindComparisons();
  absl::Status ScorePair(const std::string& id);
  absl::Status AddComparison(const std::string& id, v1::SearchResponse& response);
  template <typename Add>
  absl::Status Best(std::vector<Hit>& hits, const Add& add);

  const StateReader& state_;
  const v1::SearchRequest& request_;
  const SearchScope scope_;
  std::vector<std::string> words_;
  std::set<std::string> candidates_;  // Of the word that stands in the fewest.
  std::map<std::string, v1::SearchDocument> documents_;
  std::vector<Hit> tools_;
  std::vector<Hit> comparisons_;
};

absl::Status Searcher::ReadWords() {
  if (request_.text().size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the text to search for is ", request_.text().size(),
                                                   " bytes long; at most ", kMaxTextBytes));
  }
  words_ = SplitWords(FoldText(request_.text()));
  // As between the names of a comparison.
  if (words_.size() > 1) words_.erase(std::remove(words_.begin(), words_.end(), "vs"), words_.end());
  if (words_.size() > kMaxWords) words_.resize(kMaxWords);
  if (!words_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("there is no word to search for; type a name, a vendor or a category");
}

absl::StatusOr<Searcher::Found> Searcher::FindWord(const std::string& word, bool may_begin) const {
  Found found;
  size_t places = 0;
  bool damaged = false;
  const auto note = [&](std::string_view key, std::string_view) {
    SearchPlace place;
    damaged |= !ParseSearchPlace(key, place);
    found.all = ++places <= kMaxPlaces;
    if (damaged || !found.all) return false;
    found.tools.emplace(place.tool);
    return true;
  };
  // The word itself first, so that those it begins do not push it out.
  const std::string prefix = SearchWordPrefix(scope_, word);
  SEAWORTHY_RETURN_IF_ERROR(state_.Scan(Table::kSearch, Terminated(prefix), "", note));
  if (may_begin && found.all) {
    SEAWORTHY_RETURN_IF_ERROR(state_.Scan(Table::kSearch, prefix, prefix + '\1', note));
  }
  if (damaged) return absl::DataLossError("the store holds a damaged index; run `seaworthy rebuild`");
  return found;
}

absl::StatusOr<const v1::SearchDocument*> Searcher::Document(const std::string& tool) {
  const auto known = documents_.find(tool);
  if (known != documents_.end()) return &known->second;
  SEAWORTHY_ASSIGN_OR_RETURN(v1::SearchDocument document, LoadSearchDocument(state_, scope_, tool));
  return &documents_.emplace(tool, std::move(document)).first->second;
}

uint32_t Searcher::ScoreWord(const v1::SearchDocument& document, size_t index) const {
  const std::string& word = words_[index];
  const bool is_last = index + 1 == words_.size();
  uint32_t best = 0;
  for (const v1::SearchWord& stands : document.words()) {
    if (stands.text() == word) {
      best = std::max(best, 2 * stands.weight());
    } else if (is_last && absl::StartsWith(stands.text(), word)) {
      best = std::max(best, stands.weight());
    }
  }
  return best;
}

absl::Status Searcher::FindTools() {
  bool chosen = false;
  bool chosen_all = false;
  for (size_t i = 0; i < words_.size(); ++i) {
    SEAWORTHY_ASSIGN_OR_RETURN(Found found, FindWord(words_[i], i + 1 == words_.size()));
    const bool better = !chosen || (found.all && (!chosen_all || found.tools.size() < candidates_.size()));
    chosen = true;
    if (!better) continue;
    chosen_all = found.all;
    candidates_ = std::move(found.tools);
  }
  const std::string whole = FoldText(request_.text());
  for (const std::string& tool : candidates_) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* document, Document(tool));
    Hit hit{0, document->name().size(), tool};
    bool has_all = true;
    for (size_t i = 0; i < words_.size(); ++i) {
      const uint32_t score = ScoreWord(*document, i);
      has_all &= score > 0;
      hit.score += score;
    }
    if (document->name() == whole || tool == request_.text()) hit.score += kWholeName;
    if (has_all) tools_.push_back(std::move(hit));
  }
  return absl::OkStatus();
}

absl::Status Searcher::ScorePair(const std::string& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* a, Document(tools.first.value()));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* b, Document(tools.second.value()));
  Hit hit{0, a->name().size() + b->name().size(), id};
  for (size_t i = 0; i < words_.size(); ++i) {
    const uint32_t score = ScoreWord(*a, i) + ScoreWord(*b, i);
    if (score == 0) return absl::OkStatus();
    hit.score += score;
  }
  comparisons_.push_back(std::move(hit));
  return absl::OkStatus();
}

absl::Status Searcher::FindComparisons() {
  const Table table = scope_ == SearchScope::kPublished ? Table::kPublishedByTool : Table::kComparisonsByTool;
  // Of the tools that have every word; else of those that have the rarest.
  std::vector<std::string> tools;
  std::sort(tools_.begin(), tools_.end());
  for (const Hit& hit : tools_) tools.push_back(hit.id);
  if (tools.empty()) tools.assign(candidates_.begin(), candidates_.end());
  if (tools.size() > kMaxPairTools) tools.resize(kMaxPairTools);
  std::set<std::string> pairs;
  for (const std::string& tool : tools) {
    if (pairs.size() >= kMaxPairs) break;
    const std::string prefix = Terminated(tool);
    SEAWORTHY_RETURN_IF_ERROR(state_.Scan(table, prefix, "", [&](std::string_view key, std::string_view) {
      pairs.emplace(key.substr(prefix.size()));
      return pairs.size() < kMaxPairs;
    }));
  }
  for (const std::string& id : pairs) SEAWORTHY_RETURN_IF_ERROR(ScorePair(id));
  return absl::OkStatus();
}

absl::Status Searcher::AddComparison(const std::string& id, v1::SearchResponse& response) {
  if (scope_ == SearchScope::kPublished) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto published,
                               state_.Load<v1::PublishedComparison>(Table::kPublished, id));
    if (published.has_value()) *response.add_comparisons() = Summarize(*published);
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id));
  if (!comparison.has_value()) return absl::OkStatus();
  v1::PublishedSummary* summary = response.add_comparisons();
  summary->set_comparison_id(id);
  summary->set_content_hash(comparison->content_hash());
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* a, Document(comparison->tool_a()));
  *summary->mutable_a() = a->summary();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* b, Document(comparison->tool_b()));
  *summary->mutable_b() = b->summary();
  return absl::OkStatus();
}

template <typename Add>
absl::Status Searcher::Best(std::vector<Hit>& hits, const Add& add) {
  const int asked = request_.page_size();
  const auto page = static_cast<size_t>(asked <= 0 ? kDefaultPage : std::min(asked, kMaxPage));
  std::sort(hits.begin(), hits.end());
  if (hits.size() > page) hits.resize(page);
  for (const Hit& hit : hits) SEAWORTHY_RETURN_IF_ERROR(add(hit.id));
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchResponse> Searcher::Search() {
  SEAWORTHY_RETURN_IF_ERROR(ReadWords());
  SEAWORTHY_RETURN_IF_ERROR(FindTools());
  SEAWORTHY_RETURN_IF_ERROR(FindComparisons());
  v1::SearchResponse response;
  SEAWORTHY_RETURN_IF_ERROR(Best(tools_, [&](const std::string& tool) -> absl::Status {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument* document, Document(tool));
    *response.add_tools() = document->summary();
    return absl::OkStatus();
  }));
  SEAWORTHY_RETURN_IF_ERROR(
      Best(comparisons_, [&](const std::string& id) { return AddComparison(id, response); }));
  return response;
}

}  // namespace

absl::StatusOr<v1::SearchResponse> ReadSearch(const StateReader& state, const v1::SearchRequest& request) {
  return Searcher(state, request).Search();
}

}  // namespace seaworthy
