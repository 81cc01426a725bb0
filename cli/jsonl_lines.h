// The lines of a file too large to hold: one at a time, each of bounded
// length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace seaworthy::cli {

inline constexpr size_t kMaxJsonlLineBytes = 8 << 20;

// One line, without its end.
struct JsonlLine {
  uint64_t number = 0;  // From 1.
  uint64_t end = 0;     // Offset of what follows it in the file.
  std::string text;     // The first 200 bytes where it is too long.
  bool too_long = false;
};

// Reads a descriptor from an offset on, a block at a time; what a line has
// beyond kMaxJsonlLineBytes is read over and not kept. Not thread-safe; does
// not own the descriptor.
class JsonlLines {
 public:
  // `number` lines end before `offset`.
  JsonlLines(int fd, uint64_t offset, uint64_t number) : fd_(fd), end_(offset), number_(number) {}

  // The next line, nothing at the end. A last line without a line break is a
  // line; an empty rest is none. Errors: DATA_LOSS (it cannot be read).
  absl::StatusOr<std::optional<JsonlLine>> Next();

 private:
  absl::Status Fill();

  const int fd_;
  std::string block_;
  size_t at_ = 0;  // Of what is left of the block.
  bool at_end_ = false;
  uint64_t end_;
  uint64_t number_;
};

}  // namespace seaworthy::cli
