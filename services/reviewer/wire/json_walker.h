// Reading JSON from strangers without building a tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace seaworthy {

// Walks one JSON text (RFC 8259) from front to back; each function consumes one
// value and is false where the text is wrong, too deep, or the value of another
// kind, and everything after that fails too. Depth is bounded, so is the stack.
// Does not check UTF-8 (text::IsUtf8 does). Not thread-safe; the text must
// outlive it.
class JsonWalker {
 public:
  static constexpr int kMaxDepth = 64;

  explicit JsonWalker(std::string_view text) : text_(text) {}

  // First character of the next value: `{ [ " t f n - 0-9`, or 0 where there is
  // none.
  char Peek();
  // Consumes a value of any kind; `raw`, where given, gets its bytes.
  bool Skip(std::string_view* raw = nullptr);
  // Calls `member` at each member's value, which it consumes. Keys come
  // unescaped and are valid during the call.
  bool Object(absl::FunctionRef<bool(std::string_view key)> member);
  bool Array(absl::FunctionRef<bool()> element);
  // Unescaped; lone surrogates become U+FFFD. `out` may be null.
  bool String(std::string* out);
  // Strings; null and every other kind leave `out` as it is.
  bool StringOrSkip(std::string* out);
  // Whole numbers from 0; every other value leaves `out` as it is.
  bool CountOrSkip(uint64_t* out);
  // Whether nothing but white space is left.
  bool AtEnd();
  bool failed() const { return failed_; }

 private:
  void SkipSpace();
  bool Fail();
  bool Take(char c);
  bool Word(std::string_view word);
  bool Number();
  bool Digits();
  bool Escape(std::string* out);
  bool Hex4(uint32_t* out);

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

// Whether the text is one JSON document within JsonWalker::kMaxDepth.
bool IsJsonDocument(std::string_view text);

// Appends text as the inside of a JSON string; bytes that are no UTF-8 become
// U+FFFD.
void AppendJsonEscaped(std::string_view text, std::string* out);
// With its quotes.
std::string JsonQuoted(std::string_view text);

}  // namespace seaworthy
