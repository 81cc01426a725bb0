// Text cut into words that compare equal however they are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seaworthy {

// Lower case without accents (Latin, Greek and Cyrillic letters; others stay).
// What is neither letter nor digit is a space, but for a dot between digits;
// bytes that are no UTF-8 are spaces. Linear in the text.
std::string FoldText(std::string_view text);

// The words of a folded text, in its order.
std::vector<std::string> SplitWords(std::string_view folded);

// The parts of a word where letters and digits meet (`qwen2.5` gives `qwen`,
// `2.5`); none where it has only one.
std::vector<std::string> WordParts(std::string_view word);

}  // namespace seaworthy
