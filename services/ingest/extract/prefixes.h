// What the matches of an expression can begin with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seaworthy {

// Strings for AddLiterals(), lower case: every match begins with one of them,
// none of them with another. Nothing where that cannot be told, or where one
// would be too short to be looked for. `expression` is RE2's.
std::optional<std::vector<std::string>> PrefixesOf(std::string_view expression, bool ignore_case);

// Length of the first character of `rest` where it has no other case: ASCII
// (whose case the index knows of), signs, Chinese, Japanese, Korean; else 0.
size_t CaselessLength(std::string_view rest);

}  // namespace seaworthy
