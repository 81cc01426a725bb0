#include <cmath>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

class ContextFinder {
 public:
  explicit ContextFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run(Draft* draft) {
    Labels();
    Tables();
    for (const Sentence& sentence : source_.sentences()) InSentence(sentence);
    if (best_ > 0) draft->Add("context_tokens", PlainNumber(best_), raw_);
  }

 private:
  void Put(std::string_view number, std::string_view unit, Span raw) {
    std::string plain(number);
    for (std::string_view gap : {" ", "\u00A0", "\u202F"}) plain = ReplaceAll(plain, gap, "");
    // "128.000" is written so in most of Europe.
    static const Pattern kThousands(R"(^\d{1,3}(?:\.\d{3})+$)");
    if (unit.empty() && kThousands.Matches(plain)) plain = ReplaceAll(plain, ".", "");
    const auto value = ParseNumber(plain);
    if (!value || raw.empty()) return;
    const std::string lower = Lower(unit);
    const double tokens = *value * (StartsWith(lower, "k") ? 1000 : StartsWith(lower, "m") ? 1'000'000 : 1);
    if (tokens < 64 || tokens > 100'000'000 || tokens <= best_) return;
    best_ = std::round(tokens);
    raw_ = raw;
  }

  void Labels() {
    static const Pattern kValue(R"((\d+(?:[.,]\d+)*)\s?(k|m|million)?\b)", true);
    for (const Labelled& label : source_.labelled()) {
      const std::string& key = label.key;
      if (!StartsWith(key, "context") && key != "max context" && key != "kontextlänge" &&
          key != "sequence length" && key != "contexte" && key != "max sequence length" &&
          key != "上下文长度" && key != "longueur de contexte" && key != "maximum context length") {
        continue;
      }
      for (const Match& match : kValue.FindAll(label.value, 6)) Take(label.value, match, label.raw);
    }
  }

  void Take(std::string_view text, const Match& match, Span raw) {
    const std::string_view unit =
        match.Has(2) ? text.substr(match.groups[2].begin, match.groups[2].size()) : "";
    Put(text.substr(match.groups[1].begin, match.groups[1].size()), unit, raw);
  }

  void Tables() {
    static const Pattern kSequence(R"(^(?:max(?:imum)? )?(?:seq(?:uence)? len(?:gth)?|序列长度)$)");
    static const Pattern kHead(
        R"(^(?:max(?:imum)? )?(?:context|上下文)(?: ?(?:length|window|size|长度))?(?: \(.*\))?$)");
    static const Pattern kCell(R"(^(\d+(?:[.,]\d+)*) ?(k|m)?(?: ?tokens?)?$)", true);
    for (const Table& table : source_.tables()) {
      if (table.rows.size() < 2) continue;
      for (size_t column = 0; column < table.rows[0].size(); ++column) {
        if (table.rows[0][column] == Table::kNoCell) continue;
        const std::string head = Lower(OneLine(CellText(table.rows[0][column])));
        const bool sequence = kSequence.Matches(head);
        if (!sequence && !kHead.Matches(head)) continue;
        for (size_t row = 1; row < table.rows.size(); ++row) {
          if (sequence && !OwnRow(table.rows[row])) continue;
          if (column >= table.rows[row].size() || table.rows[row][column] == Table::kNoCell) continue;
          const size_t block = table.rows[row][column];
          const std::string text = OneLine(CellText(block));
          const auto match = kCell.Find(text);
          const auto raw = source_.Raw(source_.document().blocks[block].text);
          if (match && raw) Take(text, *match, *raw);
        }
      }
    }
  }

  // A table of several models' lengths: only the tool's own count.
  bool OwnRow(const std::vector<size_t>& cells) const {
    const std::string key = NameKey(draft_.name);
    for (size_t cell : cells) {
      if (cell != Table::kNoCell && StartsWith(NameKey(CellText(cell)), key)) return true;
    }
    return false;
  }

  std::string_view CellText(size_t block) const {
    return source_.Text(source_.document().blocks[block].text);
  }

  void InSentence(const Sentence& sentence) {
    if (source_.document().blocks[sentence.block].kind == BlockKind::kTableCell) return;
    static const Pattern kForward(
        R"(\b(?:context(?: (?:window|length|size|lengths|windows))?|sequence length|window size|max(?:imum)? (?:input|sequence) length|kontext\w*|contexte|上下文)[^.;0-9]{0,30}?(\d+(?:[,.]\d+)*(?:[ \x{A0}\x{202F}]\d{3}\b)?)\s?(k|m|million)?\b)",
        true);
    static const Pattern kBackward(
        R"(\b(\d+(?:[,.]\d+)*)[ -]?(k|m|million)?(?:[ -]tokens?)?(?: of)?(?: (?:native|long|maximum|token|input))?[ -]*(?:的)?\s*(?:context|window|sequence length|kontext|contexte|上下文|token 的上下文))",
        true);
    static const Pattern kTokens(R"(\b(\d+(?:[,.]\d+)*)\s?(k|m|million)[ -]?tokens?\b)", true);
    const std::string_view text = source_.Text(sentence);
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    const bool context = Contains(lower, "context") || Contains(lower, "window") ||
                         Contains(lower, "sequence length") || Contains(lower, "kontext") ||
                         Contains(lower, "上下文");
    static const Pattern kHandles(
        R"(\b(?:handles?|supports?|process\w*|accepts?|inputs? of)\b[^.;]{0,30}?\b\d+(?:k|m| million) tokens\b)");
    if (!context && kHandles.Matches(lower)) {
      for (const Match& match : kTokens.FindAll(text, 2)) {
        const auto raw =
            source_.Raw({sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
        if (raw && (draft_.MentionedIn(lower) || !OtherProduct(lower))) Take(text, match, *raw);
      }
    }
    static const Pattern kUpTo(R"(\bup to (\d{4,6}|\d{1,3},\d{3})()[ -]?tokens?\b)", true);
    if (!context && !Contains(lower, "output") && !Contains(lower, "generat") && !Contains(lower, "train")) {
      for (const Match& match : kUpTo.FindAll(text, 2)) {
        const auto raw =
            source_.Raw({sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
        if (raw && !OtherProduct(lower)) Take(text, match, *raw);
      }
    }
    if (!context) return;
    static const Pattern kNot(R"(in-context|context examples|tokens per\b|trained on|previous)");
    const bool doubtful = kNot.Matches(lower);
    for (const Pattern* pattern : {&kForward, &kBackward}) {
      for (const Match& match : pattern->FindAll(text, 4)) {
        Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
        const std::string_view number = source_.Text(
            {sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end});
        const bool unit = match.Has(2) && !match.groups[2].empty();
        std::string plain = ReplaceAll(number, " ", "");
        for (std::string_view gap : {"\u00A0", "\u202F"}) plain = ReplaceAll(plain, gap, "");
        const auto value = ParseNumber(plain);
        // "context of 5 examples", "2 context windows".
        if (!value || (!unit && *value < 256 && !Contains(lower, "token") && !Contains(number, ".")))
          continue;
        const std::string_view until = lower.substr(0, match.all().end);
        if ((doubtful || OtherProduct(until)) && !draft_.MentionedIn(until)) continue;
        // "256-token context and a 4096-token vocabulary".
        const Span gap{match.all().begin, match.groups[1].begin};
        if (Contains(lower.substr(gap.begin, gap.size()), " and ")) continue;
        const auto raw = source_.Raw(span);
        if (raw)
          Put(number,
              unit ? source_.Text({sentence.text.begin + match.groups[2].begin,
                                   sentence.text.begin + match.groups[2].end})
                   : "",
              *raw);
      }
    }
    Extended(sentence);
    if (!doubtful && Contains(lower, "extend") && Contains(lower, "token")) {
      for (const Match& match : kTokens.FindAll(text, 3)) {
        const auto raw =
            source_.Raw({sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
        if (raw && best_ == 0) Take(text, match, *raw);
      }
    }
  }

  // "from 2K extended to 32K", "allongée à 32 000 tokens", "扩展到了 32K".
  void Extended(const Sentence& sentence) {
    static const Pattern kExtended(
        R"((?:\b(?:extend\w*|expand\w*|increas\w*|allong\pL*|étend\pL*|erweiter\pL*|ampl[ií]\pL*|estes\pL*) (?:it |this |that )?(?:up )?(?:to|à|auf|a|hasta|fino a)|扩展到了?|扩展至|提升到了?|提升至|扩充到)\s?(\d+(?:[.,]\d+)*(?:[ \x{A0}\x{202F}]\d{3}\b)?)\s?(k|m|million)?\b)",
        true);
    const std::string_view text = source_.Text(sentence);
    for (const Match& match : kExtended.FindAll(text, 3)) {
      const auto raw =
          source_.Raw({sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
      if (raw) Take(text, match, *raw);
    }
  }

  bool OtherProduct(std::string_view lower) const {
    const std::string name = Lower(draft_.name);
    static const WordFinder kProducts(ProductSpellings());
    for (const Spelling& product : kProducts.In(lower)) {
      const size_t at = FindProduct(lower, product.word);
      if (at != lower.npos && !Contains(name, product.word)) return true;
    }
    return false;
  }

  const Draft& draft_;
  const Source& source_;
  double best_ = 0;
  Span raw_;
};

}  // namespace

void ExtractContextLength(Draft* draft) {
  const FoundFact* kind = draft->First("kind");
  if (kind != nullptr && kind->value != "model" && kind->value != "service") return;
  ContextFinder(draft).Run(draft);
}

}  // namespace seaworthy
