#include <string>
#include <vector>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// How a score was come by, in the words of a row, a heading or a sentence.
std::string MethodIn(std::string_view text) {
  static const Pattern kMethod(
      R"(\b(\d+[- ]shot(?:,? CoT)?|zero-shot|few-shot|pass@\d+|cons@\d+|maj@\d+|CoT|lm-evaluation-harness|lighteval|vlmevalkit|open llm leaderboard|averaged? over \d+ runs|human evaluation|temperature (?:of |= ?)?\d(?:\.\d+)?)(?:$|[^\w]))",
      true);
  const auto match = kMethod.Find(text);
  return match ? std::string(text.substr(match->groups[1].begin, match->groups[1].size())) : "";
}

// `MMLU 72.1 | vs Osprey 7B 66.7 | 5-shot`.
std::string Written(std::string_view score, const std::string& rival, const std::string& method) {
  return Cat(score, rival.empty() ? "" : Cat(" | vs ", rival), " | ", method.empty() ? "no method" : method);
}

class ClaimFinder {
 public:
  explicit ClaimFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run() {
    std::vector<FoundFact> scores;
    std::vector<FoundFact> rivals;
    for (const FoundFact& fact : draft_.facts()) {
      if (fact.field == "benchmark" && Contains(fact.value, " ") && IsDigit(fact.value.back()))
        scores.push_back(fact);
      if (fact.field == "competitor") rivals.push_back(fact);
    }
    if (scores.empty()) return;
    for (const Sentence& sentence : source_.sentences()) {
      const auto raw = source_.Raw(sentence.text);
      if (!raw) continue;
      for (const FoundFact& score : scores) {
        if (score.raw.begin < raw->begin || score.raw.end > raw->end) continue;
        const Block& block = source_.document().blocks[sentence.block];
        if (block.kind == BlockKind::kTableCell) {
          InTable(score, block, sentence.text);
        } else {
          InSentence(score, rivals, sentence, *raw);
        }
      }
    }
  }

 private:
  void InSentence(const FoundFact& score, const std::vector<FoundFact>& rivals, const Sentence& sentence,
                  Span raw) {
    const std::string_view text = source_.Text(sentence);
    std::string rival;
    for (const FoundFact& one : rivals) {
      if (one.raw.begin < raw.begin || one.raw.end > raw.end) continue;
      rival = one.value;
      const size_t at = text.find(one.value);
      static const Pattern kScore(R"(^(?:['’]s)?[ (:]{1,3}(\d{1,3}\.\d+)\b)");
      const std::string_view after = at == text.npos ? "" : text.substr(at + one.value.size());
      if (const auto number = kScore.Find(after))
        rival = Cat(rival, " ", after.substr(number->groups[1].begin, number->groups[1].size()));
      break;
    }
    draft_.AddText("benchmark_claim", Written(score.value, rival, MethodIn(text)), sentence.text);
  }

  std::string Cell(const Table& table, size_t row, size_t column) const {
    if (row >= table.rows.size() || column >= table.rows[row].size()) return "";
    const size_t block = table.rows[row][column];
    return block == Table::kNoCell ? "" : OneLine(source_.Text(source_.document().blocks[block].text));
  }

  bool Own(const std::string& cell) const {
    const std::string own = NameKey(draft_.name);
    return own.size() >= 3 && StartsWith(NameKey(cell), own);
  }

  void InTable(const FoundFact& score, const Block& block, Span text) {
    if (block.table < 0 || static_cast<size_t>(block.table) >= source_.tables().size()) return;
    const Table& table = source_.tables()[static_cast<size_t>(block.table)];
    const size_t row = static_cast<size_t>(block.row);
    const size_t column = static_cast<size_t>(block.column);
    std::string method;
    for (size_t i = 0; i < 3 && method.empty(); ++i) method = MethodIn(Cell(table, row, i));
    if (method.empty()) method = MethodIn(Cell(table, 0, column));
    const std::string rival = Own(Cell(table, 0, column)) ? Beside(table, row) : Below(table, column);
    draft_.AddText("benchmark_claim", Written(score.value, rival, method), text);
  }

  static std::optional<double> Score(const std::string& cell) {
    static const Pattern kScore(R"(^\*{0,2}(\d{1,3}(?:\.\d+)?)\*{0,2} ?%?$)");
    const auto match = kScore.Find(cell);
    if (!match) return std::nullopt;
    return ParseNumber(std::string_view(cell).substr(match->groups[1].begin, match->groups[1].size()));
  }

  // The best rival in the same row, or in the same column.
  std::string Beside(const Table& table, size_t row) const {
    std::string best;
    double most = -1;
    for (size_t i = 1; i < table.rows[row].size(); ++i)
      Try(Cell(table, 0, i), Cell(table, row, i), &best, &most);
    return best;
  }

  std::string Below(const Table& table, size_t column) const {
    std::string best;
    double most = -1;
    for (size_t i = 1; i < table.rows.size(); ++i)
      Try(Cell(table, i, 0), Cell(table, i, column), &best, &most);
    return best;
  }

  void Try(const std::string& name, const std::string& cell, std::string* best, double* most) const {
    const auto score = Score(cell);
    if (!score || *score <= *most || name.empty() || name.size() > 40 || Own(name)) return;
    // `# Shots` and the like are no rivals.
    if (name[0] == '#' || !MethodIn(name).empty() || name.find_first_not_of("0123456789. %") == name.npos)
      return;
    *most = *score;
    *best = Cat(name, " ", PlainNumber(*score));
  }

  Draft& draft_;
  const Source& source_;
};

}  // namespace

void ExtractBenchmarkClaims(Draft* draft) { ClaimFinder(draft).Run(); }

}  // namespace seaworthy
