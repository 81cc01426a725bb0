// Words and strings, over std::string_view (absl's own string_view is another
// type where Abseil was built for C++14, as Debian's is).
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace seaworthy::text {

namespace internal {
inline void AppendOne(std::string* out, std::string_view part) { out->append(part); }
template <typename T>
requires std::is_arithmetic_v<T>
void AppendOne(std::string* out, T number) { absl::StrAppend(out, number); }
}  // namespace internal

// The parts, one after the other; numbers in plain decimal.
template <typename... Parts>
void Append(std::string* out, const Parts&... parts) {
  (internal::AppendOne(out, parts), ...);
}
template <typename... Parts>
std::string Cat(const Parts&... parts) {
  std::string out;
  Append(&out, parts...);
  return out;
}

// ASCII letters in lower case, the rest as it is.
std::string Lower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
bool ContainsIgnoreCase(std::string_view text, std::string_view part);
// Without white space at either end.
std::string_view Strip(std::string_view text);
// Runs between white space.
std::vector<std::string_view> Words(std::string_view text);
// Words as a reader counts them: those that hold a letter or a digit.
size_t CountWords(std::string_view text);
// Whether it is UTF-8 without overlong forms, surrogates or NUL.
bool IsUtf8(std::string_view text);
// The text between separators, `last` before the last one.
std::string JoinList(const std::vector<std::string>& items, std::string_view last = "and");

}  // namespace seaworthy::text
