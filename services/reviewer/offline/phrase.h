// The grammar phrasings are written in (docs/personas.md): text with slots and
// alternatives. `{license}` is a slot, `[a|b|]` one of several (or nothing),
// `{a:thing}` puts `a` or `an` before it, `{^sizes}` begins with a capital,
// `{n:benchmark}` is a count in words, `{s:benchmark score scores}` the word
// that agrees with it. A backslash takes the next character as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/fact.pb.h"

namespace seaworthy::offline {

// What a slot is filled with, and what that rests on.
struct SlotValue {
  std::string text;
  // Facts it was made of; not owned.
  std::vector<const v1::Fact*> facts;
  // Names of the fields it was made of.
  std::vector<std::string> fields;
  // Fields it says are missing.
  std::vector<std::string> absent;
  // True for the announcement's own words in quotation marks.
  bool quoted = false;
};

// Where slots come from.
class SlotSource {
 public:
  virtual ~SlotSource() = default;
  // Null where there is no such value.
  virtual const SlotValue* Find(std::string_view name) const = 0;
  // How many facts a field has.
  virtual int Count(std::string_view field) const = 0;
};

// A phrase with its slots filled.
struct Rendered {
  std::string text;
  std::vector<const SlotValue*> used;  // In order, without repeats.
};

// A phrasing, parsed once. Immutable.
class Phrase {
 public:
  // Errors: INVALID_ARGUMENT quoting the phrasing and saying where.
  static absl::StatusOr<Phrase> Parse(std::string_view text);

  // A sentence of its own begins with a capital; what stands within one not.
  enum class Use { kSentence, kWithin };

  // Nothing where a slot that cannot be left out has no value. `seed` chooses
  // between alternatives: same seed, same words.
  std::optional<Rendered> Render(const SlotSource& slots, uint64_t seed, Use use = Use::kSentence) const;

  // Every slot named anywhere in it.
  std::vector<std::string> SlotNames() const;

  // The longest run of words that no slot outside `constant` and no
  // alternative interrupts. Long runs are what makes verdicts sound alike.
  size_t LongestFixedRun(const std::vector<std::string>& constant) const;

 private:
  struct Choice;
  struct Literal {
    std::string text;
  };
  struct Slot {
    enum class Form { kPlain, kArticle, kCapital, kCount, kAgree };
    Form form = Form::kPlain;
    std::string name;
    std::string one, many;
  };
  using Piece = std::variant<Literal, Slot, Choice>;
  using Sequence = std::vector<Piece>;
  struct Choice {
    std::vector<Sequence> options;
  };
  class Parser;
  class Renderer;

  static void CollectSlots(const Sequence& sequence, std::vector<std::string>* names);

  Sequence pieces_;
};

// FNV-1a over the parts with separators, well mixed: the same on every machine.
uint64_t StableHash(std::initializer_list<std::string_view> parts);

// `a` or `an`, by how the text is said: an 8B model, an MIT licence.
std::string_view Article(std::string_view text);

// Small numbers in words: `three`, `14`.
std::string NumberWord(int number);

}  // namespace seaworthy::offline
