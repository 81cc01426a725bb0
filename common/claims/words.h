// Text cut into words with hashes that join, so that `Hugging Face`,
// `hugging-face` and `HuggingFace` are one and the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace seaworthy::claims {

inline constexpr uint64_t kHashBase = 0x9e3779b97f4a7c15;

// Lower-case ASCII; other bytes as they are.
constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAlnum(char c) { return IsDigit(c) || IsUpper(c) || IsLower(c); }

constexpr uint64_t AddChar(uint64_t hash, char c) {
  return hash * kHashBase + static_cast<unsigned char>(Lower(c)) + 1;
}

// The hash of one word, case aside.
constexpr uint64_t HashOf(std::string_view word) {
  uint64_t hash = 0;
  for (char c : word) hash = AddChar(hash, c);
  return hash;
}

// The same, known when compiled: `"word"_w`.
consteval uint64_t operator""_w(const char* word, size_t size) { return HashOf({word, size}); }

// Letters and digits in a row; `3.5` and `131,072` are one word. Bytes beyond
// ASCII belong to words except for general punctuation and spaces.
struct Word {
  enum Flag : uint8_t {
    kDigit = 1,       // Holds a digit.
    kDigitFirst = 2,  // Begins with one.
    kCapital = 4,     // Begins with a capital.
    kInner = 8,       // Holds a capital after a small letter, or small letters before a capital.
    kSmall = 16,      // Holds a small letter.
    kLetter = 32,     // Holds a letter.
  };
  uint32_t begin = 0;
  uint32_t end = 0;
  uint64_t hash = 0;  // Of its letters and digits in lower case, thousands' commas left out.
  uint64_t stem = 0;  // The same without the last character.
  uint64_t pow = 1;   // kHashBase to the power of its length: joins hashes.
  uint64_t stem_pow = 1;
  uint8_t flags = 0;

  bool Is(uint8_t flag) const { return (flags & flag) != 0; }
  // Ends with an s, and more than two characters long.
  bool Plural() const {
    return end - begin > 2 && hash - stem * kHashBase == static_cast<unsigned char>('s') + 1U;
  }
};

// The hash of two words written as one.
inline uint64_t Join(uint64_t left, const Word& right) { return left * right.pow + right.hash; }

// One pass over `text`; at most `max_words` words.
std::vector<Word> SplitWords(std::string_view text, size_t max_words = SIZE_MAX);

// Hash of all of `text`'s words written as one.
uint64_t HashWords(std::string_view text);

// A small set of words.
class WordSet {
 public:
  // Words with spaces between them.
  explicit WordSet(std::string_view words);
  bool Has(const Word& word) const { return Has(word.hash); }
  bool Has(uint64_t hash) const;

 private:
  std::vector<uint64_t> slots_;
  uint64_t mask_ = 0;
};

// Hashes and nothing else: open addressing, never more than two thirds full.
class HashSet {
 public:
  explicit HashSet(size_t expected = 0);
  void Add(uint64_t hash);
  bool Has(uint64_t hash) const;

 private:
  void Grow();
  static uint64_t Key(uint64_t hash) { return hash == 0 ? 1 : hash; }
  static uint64_t Mix(uint64_t key) { return (key ^ (key >> 29)) * 0xbf58476d1ce4e5b9 >> 20; }

  std::vector<uint64_t> slots_;
  uint64_t mask_;
  size_t used_ = 0;
};

}  // namespace seaworthy::claims
