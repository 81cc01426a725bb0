#include "services/publisher/desk/word_diff.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxWords = 1500;

enum class Run { kSame, kOut, kIn };

// Words with the white space after them.
std::vector<absl::string_view> Words(absl::string_view text) {
  std::vector<absl::string_view> words;
  size_t begin = 0;
  for (size_t i = 1; i <= text.size(); ++i) {
    const bool ends = i == text.size() || (absl::ascii_isspace(static_cast<unsigned char>(text[i - 1])) &&
                                           !absl::ascii_isspace(static_cast<unsigned char>(text[i])));
    if (!ends) continue;
    words.push_back(text.substr(begin, i - begin));
    begin = i;
  }
  return words;
}

bool SameWord(absl::string_view a, absl::string_view b) {
  return absl::StripTrailingAsciiWhitespace(a) == absl::StripTrailingAsciiWhitespace(b);
}

void Add(Run run, absl::string_view text, json& runs) {
  const char* key = run == Run::kSame ? "same" : run == Run::kOut ? "out" : "in";
  if (!runs.empty() && runs.back()[key].get<bool>()) {
    runs.back()["text"] = runs.back()["text"].get<std::string>() + std::string(text);
    return;
  }
  json view = {{"text", std::string(text)}, {"same", false}, {"out", false}, {"in", false}};
  view[key] = true;
  runs.push_back(std::move(view));
}

using Lengths = std::vector<std::vector<uint16_t>>;

// At [i][j] how many words the ends from i and j have in common, in order.
Lengths CommonLengths(const std::vector<absl::string_view>& was, const std::vector<absl::string_view>& is) {
  Lengths common(was.size() + 1, std::vector<uint16_t>(is.size() + 1, 0));
  for (size_t i = was.size(); i-- > 0;) {
    for (size_t j = is.size(); j-- > 0;) {
      common[i][j] = SameWord(was[i], is[j]) ? static_cast<uint16_t>(common[i + 1][j + 1] + 1)
                                             : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}

}  // namespace

json WordDiff(const std::string& was, const std::string& is) {
  json runs = json::array();
  const std::vector<absl::string_view> a = Words(was);
  const std::vector<absl::string_view> b = Words(is);
  if (a.size() > kMaxWords || b.size() > kMaxWords) {
    Add(Run::kOut, was, runs);
    Add(Run::kIn, is, runs);
    return runs;
  }
  const Lengths common = CommonLengths(a, b);
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && SameWord(a[i], b[j])) {
      Add(Run::kSame, b[j], runs);
      ++i, ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      Add(Run::kOut, a[i++], runs);
    } else {
      Add(Run::kIn, b[j++], runs);
    }
  }
  return runs;
}

}  // namespace seaworthy
