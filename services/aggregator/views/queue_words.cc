#include "services/aggregator/views/queue_words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/views/search_index.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTools = 2'000;
constexpr size_t kMaxCandidates = 5'000;

using Ids = std::optional<std::set<std::string>>;

bool IsNumber(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.'; }

bool HoldsBeginning(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || text[at - 1] == ' ' || IsNumber(text[at - 1]) != IsNumber(text[at])) return true;
  }
  return false;
}

absl::StatusOr<Ids> ToolsWith(const StateReader& state, const std::string& word) {
  std::set<std::string> tools;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kSearch, SearchWordPrefix(SearchScope::kAll, word), "",
                                       [&](std::string_view key, std::string_view) {
                                         SearchPlace place;
                                         damaged = !ParseSearchPlace(key, place);
                                         if (!damaged) tools.emplace(place.tool);
                                         return !damaged && tools.size() <= kMaxTools;
                                       }));
  if (damaged) return absl::DataLossError("the store holds a damaged index; run `seaworthy rebuild`");
  return tools.size() > kMaxTools ? Ids() : Ids(std::move(tools));
}

}  // namespace

bool HasWords(std::string_view text, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [text](const std::string& word) { return HoldsBeginning(text, word); });
}

absl::StatusOr<Ids> FindCandidates(const StateReader& state, const std::vector<std::string>& words) {
  Ids fewest;
  for (const std::string& word : words) {
    SEAWORTHY_ASSIGN_OR_RETURN(Ids tools, ToolsWith(state, word));
    const bool better = tools.has_value() && (!fewest.has_value() || tools->size() < fewest->size());
    if (better) fewest = std::move(tools);
  }
  if (!fewest.has_value()) return fewest;
  std::set<std::string> comparisons;
  for (const std::string& tool : *fewest) {
    const std::string prefix = Terminated(tool);
    SEAWORTHY_RETURN_IF_ERROR(
        state.Scan(Table::kComparisonsByTool, prefix, "", [&](std::string_view key, std::string_view) {
          comparisons.emplace(key.substr(prefix.size()));
          return comparisons.size() <= kMaxCandidates;
        }));
    if (comparisons.size() > kMaxCandidates) return Ids();
  }
  return Ids(std::move(comparisons));
}

}  // namespace seaworthy
