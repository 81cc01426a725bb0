// What an edit took out and put in, word by word.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace seaworthy {

// Runs of words in order, each with `text` and exactly one of `same`, `out`
// and `in` true. Texts of more than 1,500 words are not compared: all goes out,
// all comes in.
nlohmann::json WordDiff(const std::string& was, const std::string& is);

}  // namespace seaworthy
