#include "services/reviewer/offline/phrase.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr int kMaxNesting = 4;

void Capitalise(std::string* text) {
  if (!text->empty()) text->front() = absl::ascii_toupper(static_cast<unsigned char>(text->front()));
}

// Two blanks, or a blank before a stop, come of alternatives left empty.
std::string Tidy(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    const bool after_blank = !out.empty() && out.back() == ' ';
    if (c == ' ' && (out.empty() || after_blank)) continue;
    if (after_blank && (c == ',' || c == '.' || c == ';' || c == ':')) out.pop_back();
    out.push_back(c);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

class Phrase::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<Sequence> Run() {
    Sequence sequence = ReadSequence(0);
    if (error_.empty() && at_ < text_.size()) Fail("a closing bracket that nothing opened");
    if (!error_.empty()) {
      return absl::InvalidArgumentError(
          text::Cat("phrasing \"", text_, "\": ", error_, " at character ", at_ + 1));
    }
    return sequence;
  }

 private:
  void Fail(std::string_view what) {
    if (error_.empty()) error_ = what;
  }

  Sequence ReadSequence(int depth) {
    Sequence sequence;
    std::string literal;
    const auto flush = [&] {
      if (!literal.empty()) sequence.push_back(Literal{std::move(literal)});
      literal.clear();
    };
    while (at_ < text_.size() && error_.empty()) {
      const char c = text_[at_];
      if (c == ']' || (c == '|' && depth > 0)) break;
      if (c == '{') {
        flush();
        sequence.push_back(ReadSlot());
      } else if (c == '[') {
        flush();
        sequence.push_back(ReadChoice(depth + 1));
      } else {
        if (c == '\\' && at_ + 1 < text_.size()) ++at_;
        literal.push_back(text_[at_++]);
      }
    }
    flush();
    return sequence;
  }

  Choice ReadChoice(int depth) {
    Choice choice;
    if (depth > kMaxNesting) Fail("alternatives nested too deep");
    do {
      ++at_;  // '[' or '|'.
      choice.options.push_back(ReadSequence(depth));
    } while (error_.empty() && at_ < text_.size() && text_[at_] == '|');
    if (at_ >= text_.size() || text_[at_] != ']') {
      Fail("an alternative that is not closed with ]");
    } else {
      ++at_;
    }
    return choice;
  }

  Slot ReadSlot() {
    const size_t end = text_.find('}', at_);
    Slot slot;
    if (end == std::string_view::npos) {
      Fail("a slot that is not closed with }");
      return slot;
    }
    std::string_view body = text_.substr(at_ + 1, end - at_ - 1);
    if (body.starts_with("^")) {
      slot.form = Slot::Form::kCapital;
      body.remove_prefix(1);
    } else if (body.starts_with("a:")) {
      slot.form = Slot::Form::kArticle;
      body.remove_prefix(2);
    } else if (body.starts_with("n:")) {
      slot.form = Slot::Form::kCount;
      body.remove_prefix(2);
    } else if (body.starts_with("s:")) {
      slot.form = Slot::Form::kAgree;
      const std::vector<std::string_view> words = text::Words(body.substr(2));
      if (words.size() == 3) {
        slot.one = words[1];
        slot.many = words[2];
        body = body.substr(2, words[0].size());
      } else {
        Fail("an agreement that is not {s:field one many}");
      }
    }
    slot.name = body;
    const bool named = !body.empty() && std::all_of(body.begin(), body.end(), [](char c) {
      return absl::ascii_islower(static_cast<unsigned char>(c)) ||
             absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_';
    });
    if (!named) Fail("a slot whose name is not of a-z, 0-9 and _");
    at_ = end + 1;
    return slot;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string error_;
};

class Phrase::Renderer {
 public:
  Renderer(const SlotSource& slots, uint64_t seed) : slots_(slots), seed_(seed) {}

  bool CanRender(const Sequence& sequence) const {
    return std::all_of(sequence.begin(), sequence.end(), [this](const Piece& piece) {
      if (const auto* slot = std::get_if<Slot>(&piece)) return Has(*slot);
      if (const auto* choice = std::get_if<Choice>(&piece)) {
        return std::any_of(choice->options.begin(), choice->options.end(),
                           [this](const Sequence& option) { return CanRender(option); });
      }
      return true;
    });
  }

  void Write(const Sequence& sequence) {
    for (const Piece& piece : sequence) {
      if (const auto* literal = std::get_if<Literal>(&piece)) {
        // Meadow Optics' text, not Meadow Optics's.
        const bool after_s = literal->text.starts_with("'s") && out_.text.ends_with("s");
        out_.text += after_s ? "'" + literal->text.substr(2) : literal->text;
      } else if (const auto* slot = std::get_if<Slot>(&piece)) {
        WriteSlot(*slot);
      } else {
        WriteChoice(std::get<Choice>(piece));
      }
    }
  }

  Rendered Take(bool begins_with_own_words) {
    out_.text = Tidy(out_.text);
    if (begins_with_own_words) Capitalise(&out_.text);
    return std::move(out_);
  }

 private:
  bool Has(const Slot& slot) const {
    if (slot.form == Slot::Form::kCount || slot.form == Slot::Form::kAgree)
      return slots_.Count(slot.name) > 0;
    return slots_.Find(slot.name) != nullptr;
  }

  void WriteSlot(const Slot& slot) {
    if (slot.form == Slot::Form::kCount) {
      out_.text += NumberWord(slots_.Count(slot.name));
      return;
    }
    if (slot.form == Slot::Form::kAgree) {
      out_.text += slots_.Count(slot.name) == 1 ? slot.one : slot.many;
      return;
    }
    const SlotValue* value = slots_.Find(slot.name);
    if (value == nullptr) return;
    if (std::find(out_.used.begin(), out_.used.end(), value) == out_.used.end()) out_.used.push_back(value);
    std::string filled = value->text;
    if (slot.form == Slot::Form::kCapital) Capitalise(&filled);
    if (slot.form == Slot::Form::kArticle) text::Append(&out_.text, Article(filled), " ");
    out_.text += filled;
  }

  void WriteChoice(const Choice& choice) {
    std::vector<const Sequence*> possible;
    for (const Sequence& option : choice.options) {
      if (CanRender(option)) possible.push_back(&option);
    }
    const uint64_t pick = StableHash({text::Cat(seed_), text::Cat(++choices_)});
    if (!possible.empty()) Write(*possible[pick % possible.size()]);
  }

  const SlotSource& slots_;
  uint64_t seed_;
  int choices_ = 0;
  Rendered out_;
};

absl::StatusOr<Phrase> Phrase::Parse(std::string_view text) {
  auto pieces = Parser(text).Run();
  if (!pieces.ok()) return pieces.status();
  Phrase phrase;
  phrase.pieces_ = *std::move(pieces);
  return phrase;
}

std::optional<Rendered> Phrase::Render(const SlotSource& slots, uint64_t seed, Use use) const {
  Renderer renderer(slots, seed);
  if (!renderer.CanRender(pieces_)) return std::nullopt;
  renderer.Write(pieces_);
  // A name keeps its own capitals; our words begin with one.
  const auto* slot = pieces_.empty() ? nullptr : std::get_if<Slot>(&pieces_.front());
  return renderer.Take(use == Use::kSentence && (slot == nullptr || slot->form != Slot::Form::kPlain));
}

void Phrase::CollectSlots(const Sequence& sequence, std::vector<std::string>* names) {
  for (const Piece& piece : sequence) {
    if (const auto* slot = std::get_if<Slot>(&piece)) names->push_back(slot->name);
    if (const auto* choice = std::get_if<Choice>(&piece)) {
      for (const Sequence& option : choice->options) CollectSlots(option, names);
    }
  }
}

std::vector<std::string> Phrase::SlotNames() const {
  std::vector<std::string> names;
  CollectSlots(pieces_, &names);
  return names;
}

size_t Phrase::LongestFixedRun(const std::vector<std::string>& constant) const {
  size_t longest = 0;
  std::string run;
  for (const Piece& piece : pieces_) {
    const auto* slot = std::get_if<Slot>(&piece);
    if (const auto* literal = std::get_if<Literal>(&piece)) {
      run += literal->text;
    } else if (slot != nullptr && std::find(constant.begin(), constant.end(), slot->name) != constant.end()) {
      run += "x";
    } else {
      longest = std::max(longest, text::CountWords(run));
      run.clear();
    }
  }
  return std::max(longest, text::CountWords(run));
}

uint64_t StableHash(std::initializer_list<std::string_view> parts) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (std::string_view part : parts) {
    for (char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;
  }
  // FNV's low bits alone choose badly: mix (splitmix64's finaliser).
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

std::string_view Article(std::string_view text) {
  if (text.empty()) return "a";
  const char first = text.front();
  const bool acronym = text.size() > 1 && absl::ascii_isupper(static_cast<unsigned char>(first)) &&
                       !absl::ascii_islower(static_cast<unsigned char>(text[1])) && text[1] != ' ';
  if (acronym) return std::string_view("AEFHILMNORSX").find(first) != std::string_view::npos ? "an" : "a";
  if (absl::ascii_isdigit(static_cast<unsigned char>(first))) {
    const bool teen = (text.starts_with("11") || text.starts_with("18")) &&
                      (text.size() == 2 || !absl::ascii_isdigit(static_cast<unsigned char>(text[2])));
    return first == '8' || teen ? "an" : "a";
  }
  for (std::string_view spoken_you : {"uni", "Uni", "use", "eu", "Eu", "one ", "once"}) {
    if (text.starts_with(spoken_you)) return "a";
  }
  return std::string_view("aeiouAEIOU").find(first) != std::string_view::npos ? "an" : "a";
}

std::string NumberWord(int number) {
  static constexpr std::array<std::string_view, 20> kWords = {
      "no",       "one",     "two",     "three",     "four",     "five",    "six",
      "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
      "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  static constexpr std::array<std::string_view, 5> kTens = {"twenty", "thirty", "forty", "fifty", "sixty"};
  if (number < 0 || number >= 70) return text::Cat(number);
  const auto at = static_cast<size_t>(number);
  if (at < kWords.size()) return std::string(kWords[at]);
  const std::string_view tens = kTens[at / 10 - 2];
  return at % 10 == 0 ? std::string(tens) : text::Cat(tens, "-", kWords[at % 10]);
}

}  // namespace seaworthy::offline
