// Server-sent events as providers stream them.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace seaworthy {

// Splits a stream into the `data` of its events (WHATWG HTML 9.2.6), whatever
// the pieces it comes in. An event without data gives none. Not
// thread-safe.
class SseParser {
 public:
  // Bytes of one event, at most.
  static constexpr size_t kMaxEvent = 1 << 20;

  // Calls `event` for each event that is whole; false from it ends the feeding.
  // False where it did, or where an event is too large.
  bool Feed(std::string_view bytes, absl::FunctionRef<bool(std::string_view data)> event);

 private:
  bool TakeLine(std::string_view line, absl::FunctionRef<bool(std::string_view data)> event);

  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;  // A CR ended the last line; its LF is no line.
};

// Watches the text a model streams for white space without end: where a
// grammar lets it, a model can answer with it until its token limit.
class WhitespaceWatch {
 public:
  // Runs in a row that are bearable: around the document, and inside it.
  static constexpr size_t kMaxOutside = 64;
  static constexpr size_t kMaxInside = 512;

  // False once there is too much of it.
  bool Feed(std::string_view text);
  // Whether a JSON object or list has come whole.
  bool complete() const { return begun_ && depth_ == 0; }

 private:
  size_t run_ = 0;
  long depth_ = 0;
  bool begun_ = false;
  bool quoted_ = false;
  bool escaped_ = false;
};

}  // namespace seaworthy
