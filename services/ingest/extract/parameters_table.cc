#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/size_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {

void SizeFinder::Tables() {
  for (const Table& table : source_.tables()) {
    if (table.rows.size() < 2 || table.rows[0].size() < 2) continue;
    const auto& header = table.rows[0];
    size_t column = Table::kNoCell;
    for (size_t i = 0; i < header.size(); ++i) {
      const std::string key = Cell(header[i]);
      static const Pattern kHead(
          R"(^#? ?(?:total )?(?:params?|parameters|size|model size|参数量|# params|#total params|total params)(?: \(b\))?$)");
      if (!kHead.Matches(key) || Contains(key, "activ")) continue;
      // "Size" may be what the sizes are called.
      if (column == Table::kNoCell || (Contains(key, "param") && !Contains(Cell(header[column]), "param")))
        column = i;
    }
    if (column == Table::kNoCell) continue;
    ReadColumn(table, column);
  }
}

std::string SizeFinder::Cell(size_t block) const {
  return block == Table::kNoCell ? "" : Lower(OneLine(source_.Text(source_.document().blocks[block].text)));
}

void SizeFinder::ReadColumn(const Table& table, size_t column) {
  const bool only_own = OnlySizes(table);
  static const Pattern kCell(R"(^~?(\d+(?:\.\d+)?) ?(b|m|t|billion|million)?(?:-a\d+(?:\.\d+)?b)?$)");
  for (size_t row = 1; row < table.rows.size(); ++row) {
    const auto& cells = table.rows[row];
    if (column >= cells.size() || cells[column] == Table::kNoCell) continue;
    bool own = false;
    for (size_t cell : cells) own = own || OwnRow(Cell(cell));
    // A table of "variants" lists the tool's own.
    own = own || only_own || Contains(Cell(table.rows[0][0]), "variant");
    if (!own) continue;
    const std::string value = Cell(cells[column]);
    const auto match = kCell.Find(value);
    if (!match || !match->Has(2) || match->groups[2].empty()) continue;
    const auto number =
        ParseNumber(std::string_view(value).substr(match->groups[1].begin, match->groups[1].size()));
    if (number) {
      Put(*number * Scale(std::string_view(value).substr(match->groups[2].begin, 1)),
          source_.document().blocks[cells[column]].text);
    }
  }
}

bool SizeFinder::OnlySizes(const Table& table) const {
  static const Pattern kSize(
      R"(^(?:x+-?)?(?:tiny|nano|micro|mini|small|base|medium|large|xlarge|huge|giant|xl|xxl|lite|pro|turbo|flash|s|m|l)(?:[-. ]v?\d.*)?$)");
  for (size_t row = 1; row < table.rows.size(); ++row) {
    if (table.rows[row].empty() || !kSize.Matches(Cell(table.rows[row][0]))) return false;
  }
  return true;
}

bool SizeFinder::OwnRow(const std::string& cell) const {
  const std::string key = NameKey(cell);
  for (const std::string& name : names_) {
    const std::string own = NameKey(name);
    if (own.size() >= 3 && (StartsWith(key, own) || Contains(cell, "/" + name))) {
      // "DeepSeek-R1-Distill" is no row of DeepSeek-R1 where that is a tool
      // of its own.
      return true;
    }
  }
  return false;
}

}  // namespace seaworthy
