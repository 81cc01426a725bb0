#include <algorithm>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// "MMLU 72.1", "72.1 on MMLU": the score next to the name, if there is one.
void InSentence(Draft* draft, const Sentence& sentence) {
  const Source& source = draft->source();
  const std::string_view lower =
      std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
  static const WordFinder kBenchmarks(BenchmarkSpellings());
  for (const Spelling& known : kBenchmarks.In(lower)) {
    const size_t at = FindWord(lower, known.word);
    if (at == lower.npos) continue;
    // "drop", "math" and "wer" are words as well.
    const Span word{sentence.text.begin + at, sentence.text.begin + at + known.word.size()};
    if (known.word.size() <= 4 && !IsUpper(source.Text(word).back()) && !IsDigit(source.Text(word).back()))
      continue;
    if (known.word == "math" && source.Text(word) != "MATH") continue;
    const size_t after_end = std::min(lower.size(), at + known.word.size() + 24);
    static const Pattern kAfter(
        R"(^(?: score| accuracy)?(?: of|:| at|,| \(|=| is)? ?\(?(\d{1,3}(?:\.\d+)?) ?%?(?:[^\d\w-]|$))");
    static const Pattern kBefore(R"((?:^|[^\d.])(\d{1,3}\.\d+|\d{1,3}) ?%? (?:on|in|for) (?:the )?$)");
    const std::string_view after = lower.substr(at + known.word.size(), after_end - at - known.word.size());
    const std::string_view before = lower.substr(at > 24 ? at - 24 : 0, std::min<size_t>(at, 24));
    std::string value(known.name);
    if (const auto score = kBefore.Find(before)) {
      value = Cat(known.name, " ", before.substr(score->groups[1].begin, score->groups[1].size()));
    } else if (const auto behind = kAfter.Find(after)) {
      const std::string_view number = after.substr(behind->groups[1].begin, behind->groups[1].size());
      if (Contains(number, ".") || number.size() <= 2) value = Cat(known.name, " ", number);
    }
    draft->AddText("benchmark", value, word);
  }
  // A benchmark nobody knows: "scores 61.2 on TeapotBench".
  static const Pattern kUnknown(
      R"(\b(\d{1,3}(?:\.\d+)?) ?%? (?:on|in) (?:the )?([A-Z][\w-]*(?:Bench|Eval|QA|Arena)[\w-]*))");
  for (const Match& match : kUnknown.FindAll(source.Text(sentence), 3)) {
    const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
    const std::string_view name =
        source.Text({sentence.text.begin + match.groups[2].begin, sentence.text.begin + match.groups[2].end});
    const std::string_view number =
        source.Text({sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end});
    if (FindWord(Lower(name), "bench") == 0) continue;
    draft->AddText("benchmark", Cat(name, " ", number), span);
  }
}

// A table with the tool in a row or a column and benchmarks in the other.
void InTable(Draft* draft, const Table& table) {
  const Source& source = draft->source();
  if (table.rows.size() < 2) return;
  const std::string own = NameKey(draft->name);
  const auto text = [&](size_t block) {
    return block == Table::kNoCell ? std::string()
                                   : OneLine(source.Text(source.document().blocks[block].text));
  };
  const auto is_own = [&](const std::string& cell) {
    return own.size() >= 3 && StartsWith(NameKey(cell), own);
  };
  const auto benchmark = [&](const std::string& cell) -> std::string {
    const std::string lower = Lower(cell);
    for (const Spelling& known : BenchmarkSpellings()) {
      const size_t at = FindWord(lower, known.word);
      if (at <= 2 && lower.size() <= known.word.size() + 30) return std::string(known.name);
    }
    return "";
  };
  static const Pattern kScore(R"(^\*{0,2}(\d{1,3}\.\d+|\d{2})\*{0,2}%?$)");
  const auto add = [&](const std::string& name, size_t cell) {
    const std::string value = text(cell);
    const auto score = kScore.Find(value);
    if (name.empty() || !score) return;
    draft->AddText(
        "benchmark",
        Cat(name, " ", std::string_view(value).substr(score->groups[1].begin, score->groups[1].size())),
        source.document().blocks[cell].text);
  };
  const auto& header = table.rows[0];
  for (size_t row = 1; row < table.rows.size(); ++row) {
    const auto& cells = table.rows[row];
    if (cells.empty()) continue;
    if (is_own(text(cells[0]))) {
      for (size_t i = 1; i < cells.size() && i < header.size(); ++i)
        add(benchmark(text(header[i])), cells[i]);
    }
    std::string name;
    for (size_t i = 0; i < cells.size() && i < 2 && name.empty(); ++i) name = benchmark(text(cells[i]));
    for (size_t i = 1; i < cells.size() && i < header.size(); ++i) {
      if (is_own(text(header[i]))) add(name, cells[i]);
    }
  }
}

void Methods(Draft* draft) {
  static const Pattern kMethod(
      R"(\b(\d+-shot|zero-shot|few-shot|pass@\d+|cons@\d+|maj@\d+|lm-evaluation-harness|lm eval(?:uation)? harness|lighteval|vlmevalkit|open llm leaderboard|bigcode-evaluation-harness|temperature (?:of|=|set to) ?\d(?:\.\d+)?|top-p (?:value )?(?:of )?\d?\.\d+|averaged? over \d+ runs|human evaluation|evaluation (?:code|scripts?|harness)|reproduc\w+ (?:the )?(?:results|evaluation)))",
      true);
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    for (const Match& match : kMethod.FindAll(source.Text(sentence), 2)) {
      const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
      draft->AddText("benchmark_method", source.Text(span), span);
    }
  }
}

// Other products in sentences and tables that compare.
void Competitors(Draft* draft) {
  static const Pattern kCompare(
      R"(\b(?:outperform\w*|compar\w+|competitive|rival\w*|ahead of|better than|than|vs|versus|against|alternative\w*|unlike|surpass\w*|beats?|on par|comparable|matches|match|exceed\w*|similar to|superior|such as|like|leading|media)\b|媲美|超越|相比|surpasse|übertrifft|vergleich)");
  const Source& source = draft->source();
  const std::string name = Lower(draft->name);
  const std::string own = NameKey(draft->name);
  const FoundFact* base = draft->First("base");
  static const WordFinder kProducts(ProductSpellings());
  for (const Sentence& sentence : source.sentences()) {
    const Block& block = source.document().blocks[sentence.block];
    if (block.boilerplate || block.kind == BlockKind::kHeading) continue;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    const bool cell = block.kind == BlockKind::kTableCell && (block.row == 0 || block.column <= 1);
    if (!cell && (block.kind == BlockKind::kTableCell || !kCompare.Matches(lower))) continue;
    static const Pattern kNot(
        R"(\b(?:based on|built on|derived from|fine-?tuned (?:from|on)|trained (?:on|with)|distilled|initiali[sz]ed|encoder|tokenizer|generated (?:by|with)|licensed|compatible)\b)");
    if (!cell && kNot.Matches(lower)) continue;
    for (const Spelling& product : kProducts.In(lower)) {
      const size_t at = FindProduct(lower, product.word);
      if (at == lower.npos || StartsWith(name, product.word) || Contains(own, NameKey(product.word)))
        continue;
      // The product with its version, as written.
      size_t end = at + product.word.size();
      while (end < lower.size() &&
             (IsAlnum(lower[end]) ||
              ((lower[end] == '-' || lower[end] == '.' || lower[end] == ' ') && end + 1 < lower.size() &&
               (IsDigit(lower[end + 1]) || (lower[end] == '-' && IsAlnum(lower[end + 1])))))) {
        ++end;
      }
      const Span span{sentence.text.begin + at, sentence.text.begin + end};
      const std::string_view said = source.Text(span);
      if (said.empty() || (IsLower(said[0]) && product.word.size() <= 6)) continue;
      if (StartsWith(NameKey(said), own) || said.size() > 50) continue;
      if (base != nullptr && Contains(NameKey(base->value), NameKey(said))) continue;
      draft->AddText("competitor", said, span);
    }
  }
}

}  // namespace

void ExtractEvaluation(Draft* draft) {
  for (const Table& table : draft->source().tables()) InTable(draft, table);
  for (const Sentence& sentence : draft->source().sentences()) {
    if (draft->source().document().blocks[sentence.block].kind != BlockKind::kTableCell)
      InSentence(draft, sentence);
  }
  Methods(draft);
  Competitors(draft);
}

}  // namespace seaworthy
