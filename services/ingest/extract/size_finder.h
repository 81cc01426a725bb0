// How many parameters the tool's variants have.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/source.h"
#include "services/ingest/text.h"

namespace seaworthy {

// For one draft, in one thread; refers to the draft and its source. Fields and
// names are in parameters.cc, sentences in parameters_said.cc, tables in
// parameters_table.cc.
class SizeFinder {
 public:
  explicit SizeFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {
    names_.push_back(Lower(draft->name));
    for (const std::string& alias : draft->aliases) names_.push_back(Lower(alias));
  }

  void Run(Draft* draft);

 private:
  struct Size {
    double billions = 0;
    Span text;
    std::optional<Span> raw;  // Where it stands only in the front matter.
  };

  static double Scale(std::string_view unit);
  void Put(double billions, Span text);
  void Fields();
  // "sizes of 3B, 8B, 20B and 34B", "(2.2B, 500M and 256M)".
  void Lists();
  void AddAll(Span span);
  // What is stated and far from the one size in the name is another model's.
  void KeepToName();
  // Variants named after their size: `Falcon3-1B-Base` beside what is stated.
  // A size near a stated one is that size, rounded for the name.
  void Variants();
  // The sizes in the names of its own repositories on a hub.
  void Repositories();
  // `Lantern-1M` where the text speaks of 1M tokens.
  bool IsContext(std::string_view size) const;
  // A fine-tuned model has the size of its base.
  void Base();
  // The sizes in the name itself, where it has at least `least`; else those in
  // its variants.
  void Names(size_t least);

  std::string_view LowerOf(Span span) const;
  bool MentionsTool(std::string_view lower) const;
  // A sentence may speak of the tool: it names it, says "we" or "models", or
  // names no other product.
  bool AboutTool(const Sentence& sentence) const;
  // Whether the last words before a number name another product: "Llama 3.2
  // 3B".
  bool AfterOtherProduct(std::string_view before) const;
  // "a 2B VLM", "with 8B parameters", "7-billion-parameter".
  void Stated();
  // "90 亿参数和 270 亿参数", "36億パラメータ": 亿 is 10^8.
  void StatedInHan(std::vector<std::pair<int, Size>>* stated, int* best) const;
  int Judge(const Sentence& sentence, Span span, const Match& match, size_t seen) const;

  // Columns headed "Parameters", "#Total Params", rows of the tool's own.
  void Tables();
  std::string Cell(size_t block) const;
  void ReadColumn(const Table& table, size_t column);
  // A table whose first column has the tool's own sizes, `tiny` to `large`.
  bool OnlySizes(const Table& table) const;
  // Whether a table row is one of the tool's variants, not a rival's.
  bool OwnRow(const std::string& cell) const;

  Draft& draft_;
  const Source& source_;
  std::vector<std::string> names_;
  std::vector<Size> sizes_;
  std::optional<Size> field_;
  Span field_raw_;
};

}  // namespace seaworthy
