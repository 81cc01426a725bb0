// What a document holds that its reader would not see.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace seaworthy {

inline constexpr size_t kMaxHiddenExcerpt = 200;

// All hidden text of one kind.
struct HiddenRun {
  uint64_t bytes = 0;
  std::string excerpt;  // The first of it, at most kMaxHiddenExcerpt bytes.
};

// By kind; docs/ingest.md lists them.
class HiddenTexts {
 public:
  // Counts `text`; white space alone counts for nothing. Invisible characters
  // in it are spelled out in the excerpt.
  void Add(std::string_view kind, std::string_view text);
  // Everything of `other` as well.
  void Add(const HiddenTexts& other);
  const std::map<std::string, HiddenRun, std::less<>>& runs() const { return runs_; }

 private:
  std::map<std::string, HiddenRun, std::less<>> runs_;
};

// The code point of the UTF-8 character at the start of `text`, and its length;
// `text` is not empty. A byte that begins none stands for itself.
char32_t DecodeUtf8(std::string_view text, size_t* length);

// Which kind of invisible character this is: `zero_width`, `bidi_control`,
// `tag_characters`, `invisible` (fillers, selectors, private use); nullptr where
// a reader sees it.
const char* InvisibleKind(char32_t code);

}  // namespace seaworthy
