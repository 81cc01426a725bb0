// One pass over a document finds every fixed string that patterns and word
// lists ask for, so that nearly all of them need not be tried at a sentence.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seaworthy {

// Strings of which one is looked for: at least 2 bytes each, without capital
// letters; or kAnyDigit. Kept for the life of the process; thread-safe.
using LiteralSet = uint32_t;
LiteralSet AddLiterals(const std::vector<std::string>& literals);
inline constexpr std::string_view kAnyDigit = "\x02";

// Where a string of a set begins in the text, and which of the set it is.
struct LiteralHit {
  uint32_t at = 0;
  uint32_t literal = 0;
};

// Finds them all in the text it is made for. While it lives, Of() gives it to
// the thread that made it; several nest like a stack.
class LiteralIndex {
 public:
  // `lower` is `text` in lower case; both must outlive this.
  LiteralIndex(std::string_view text, std::string_view lower);
  ~LiteralIndex();
  LiteralIndex(const LiteralIndex&) = delete;
  LiteralIndex& operator=(const LiteralIndex&) = delete;

  // The index of the text, or of its lower case, that `part` points into; or
  // nullptr.
  static const LiteralIndex* Of(std::string_view part);

  // Whether the index knows the set, which may be younger than the index.
  bool Knows(LiteralSet set) const { return set + 1 < begins_.size(); }
  // The set's strings that begin in `part`, in order, digits left out; Knows()
  // holds.
  std::span<const LiteralHit> In(LiteralSet set, std::string_view part) const;
  // Where the first of the set's strings begins in `part`, or npos; Knows()
  // holds.
  size_t NextOf(LiteralSet set, std::string_view part) const;
  // Whether the index knows that no string of one of the sets begins in `part`.
  bool Lacks(std::span<const LiteralSet> sets, std::string_view part) const;

 private:
  // Where the first string of the set begins at or after `from`, or npos.
  size_t NextFrom(LiteralSet set, size_t from) const;
  size_t PlaceOf(std::string_view part) const;

  std::string_view text_;
  std::string_view lower_;
  std::vector<LiteralHit> hits_;      // By set, then by place.
  std::vector<uint32_t> begins_;      // Of each set in `hits_`, and the end.
  std::vector<bool> asks_for_digit_;  // By set.
  std::vector<uint32_t> digits_;      // Where there is one.
  const LiteralIndex* outer_;
};

// Texts put end to end, so that one index knows them all.
class IndexedTexts {
 public:
  explicit IndexedTexts(const std::vector<std::string_view>& texts);
  // The text with this number, as given and in lower case.
  std::string_view Text(size_t i) const { return Part(all_, i); }
  std::string_view Lower(size_t i) const { return Part(lower_, i); }

 private:
  std::string_view Part(std::string_view of, size_t i) const {
    return of.substr(begins_[i], begins_[i + 1] - begins_[i]);
  }

  std::vector<size_t> begins_;  // Of each text in `all_`, and the end.
  std::string all_;
  std::string lower_;
  LiteralIndex index_;
};

}  // namespace seaworthy
