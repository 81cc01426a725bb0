#include "services/aggregator/likeness.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "absl/strings/ascii.h"

namespace seaworthy {
namespace {

constexpr size_t kWords = 8;

// Words as runs of letters, digits and bytes beyond ASCII, in lower case.
std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_word = absl::ascii_isalnum(byte) || byte >= 0x80;
    if (is_word && !inside) words.emplace_back();
    if (is_word) words.back().push_back(absl::ascii_tolower(byte));
    inside = is_word;
  }
  return words;
}

// Every sequence of eight words, once.
std::set<size_t> SequencesOf(std::string_view quote) {
  const std::vector<std::string> words = WordsOf(quote);
  std::set<size_t> sequences;
  for (size_t i = 0; i + kWords <= words.size(); ++i) {
    std::string sequence;
    for (size_t j = i; j < i + kWords; ++j) sequence += words[j] + ' ';
    sequences.insert(std::hash<std::string>()(sequence));
  }
  return sequences;
}

}  // namespace

v1::Likeness MeasureLikeness(const std::string& persona, const std::vector<std::string>& quotes) {
  std::unordered_map<size_t, uint64_t> verdicts_with;
  uint64_t sequences = 0;
  for (const std::string& quote : quotes) {
    for (const size_t sequence : SequencesOf(quote)) {
      ++verdicts_with[sequence];
      ++sequences;
    }
  }
  uint64_t repeated = 0;
  for (const auto& [unused, count] : verdicts_with) repeated += count > 1 ? count : 0;
  v1::Likeness likeness;
  likeness.set_persona_id(persona);
  likeness.set_verdicts(quotes.size());
  likeness.set_sequences(sequences);
  likeness.set_repeated_sequences(repeated);
  return likeness;
}

}  // namespace seaworthy
