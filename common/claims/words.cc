#include "common/claims/words.h"

#include <algorithm>
#include <utility>

namespace seaworthy::claims {
namespace {

// Bytes of a separator that begins at `i` and is not ASCII; 0 where there is
// none: general punctuation (dashes, quotes, zero-width), no-break space,
// CJK punctuation, byte order mark.
size_t WideSeparator(std::string_view text, size_t i) {
  const auto at = [&](size_t k) {
    return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
  };
  if (at(0) == 0xc2 && (at(1) == 0xa0 || at(1) == 0xab || at(1) == 0xbb || at(1) == 0xb7)) return 2;
  if (at(0) == 0xe2 && (at(1) == 0x80 || at(1) == 0x81) && at(2) != 0) return 3;
  if (at(0) == 0xe2 && at(1) == 0x88 && at(2) == 0x92) return 3;
  if (at(0) == 0xe3 && at(1) == 0x80) return at(2) != 0 ? 3 : 2;
  if (at(0) == 0xef && at(1) == 0xbb && at(2) == 0xbf) return 3;
  return 0;
}

bool Digit(std::string_view text, size_t i) { return i < text.size() && IsDigit(text[i]); }

// True for the point of `3.5` and the comma of `131,072` at `i`.
bool JoinsDigits(std::string_view text, size_t begin, size_t i) {
  if (i <= begin || !IsDigit(text[i - 1]) || !Digit(text, i + 1)) return false;
  if (text[i] == '.') return true;
  return text[i] == ',' && Digit(text, i + 2) && Digit(text, i + 3) && !Digit(text, i + 4);
}

uint8_t FlagsOf(char c, bool first, uint8_t before) {
  if (IsDigit(c)) return first ? Word::kDigit | Word::kDigitFirst : Word::kDigit;
  if (IsLower(c)) return Word::kLetter | Word::kSmall;
  if (!IsUpper(c)) return Word::kLetter;
  uint8_t flags = Word::kLetter;
  if (first) flags |= Word::kCapital;
  if ((before & Word::kSmall) != 0) flags |= Word::kInner;
  return flags;
}

class Splitter {
 public:
  Splitter(std::string_view text, size_t max_words) : text_(text), max_(max_words) {}

  std::vector<Word> Run() {
    words_.reserve(std::min(max_, text_.size() / 6 + 4));
    while (at_ < text_.size() && words_.size() < max_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x80 && !IsAlnum(text_[at_])) {
        ++at_;
      } else if (const size_t wide = WideSeparator(text_, at_); wide > 0) {
        at_ += wide;
      } else {
        Read();
      }
    }
    return std::move(words_);
  }

 private:
  void Read() {
    Word word;
    word.begin = static_cast<uint32_t>(at_);
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!IsAlnum(c)) {
        if (c == '.' || c == ',') {
          if (!JoinsDigits(text_, word.begin, at_)) break;
          if (c == ',') continue;
        } else if (static_cast<unsigned char>(c) < 0x80 || WideSeparator(text_, at_) > 0) {
          break;
        }
      }
      word.flags |= FlagsOf(c, at_ == word.begin, word.flags);
      word.stem = word.hash;
      word.stem_pow = word.pow;
      word.hash = AddChar(word.hash, c);
      word.pow *= kHashBase;
    }
    word.end = static_cast<uint32_t>(at_);
    words_.push_back(word);
  }

  const std::string_view text_;
  const size_t max_;
  size_t at_ = 0;
  std::vector<Word> words_;
};

}  // namespace

std::vector<Word> SplitWords(std::string_view text, size_t max_words) {
  return Splitter(text, max_words).Run();
}

uint64_t HashWords(std::string_view text) {
  uint64_t hash = 0;
  for (const Word& word : SplitWords(text)) hash = Join(hash, word);
  return hash;
}

WordSet::WordSet(std::string_view words) {
  const std::vector<Word> split = SplitWords(words);
  size_t size = 8;
  while (size < split.size() * 3) size *= 2;
  slots_.resize(size);
  mask_ = size - 1;
  for (const Word& word : split) {
    uint64_t slot = (word.hash >> 32) & mask_;
    while (slots_[slot] != 0) slot = (slot + 1) & mask_;
    slots_[slot] = word.hash;
  }
}

bool WordSet::Has(uint64_t hash) const {
  for (uint64_t slot = (hash >> 32) & mask_; slots_[slot] != 0; slot = (slot + 1) & mask_) {
    if (slots_[slot] == hash) return true;
  }
  return false;
}

HashSet::HashSet(size_t expected) {
  size_t size = 16;
  while (size < expected * 2) size *= 2;
  slots_.resize(size);
  mask_ = size - 1;
}

void HashSet::Add(uint64_t hash) {
  const uint64_t key = Key(hash);
  uint64_t slot = Mix(key) & mask_;
  while (slots_[slot] != 0) {
    if (slots_[slot] == key) return;
    slot = (slot + 1) & mask_;
  }
  slots_[slot] = key;
  if (++used_ * 3 > slots_.size() * 2) Grow();
}

void HashSet::Grow() {
  const std::vector<uint64_t> keys = std::exchange(slots_, std::vector<uint64_t>(slots_.size() * 2));
  mask_ = slots_.size() - 1;
  used_ = 0;
  for (uint64_t key : keys) {
    if (key != 0) Add(key);
  }
}

bool HashSet::Has(uint64_t hash) const {
  const uint64_t key = Key(hash);
  for (uint64_t slot = Mix(key) & mask_; slots_[slot] != 0; slot = (slot + 1) & mask_) {
    if (slots_[slot] == key) return true;
  }
  return false;
}

}  // namespace seaworthy::claims
