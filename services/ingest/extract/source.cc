#include "services/ingest/extract/source.h"

#include <algorithm>
#include <memory>

#include "services/ingest/extract/language.h"
#include "services/ingest/extract/untrusted.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// A full stop after these does not end a sentence.
bool IsAbbreviation(std::string_view before) {
  static constexpr std::string_view kWords[] = {"e.g",  "i.e", "vs", "etc", "cf",  "approx", "Inc",
                                                "Dr",   "Mr",  "Ms", "al",  "Fig", "fig",    "Eq",
                                                "resp", "est", "No", "z.B", "bzw", "ca",     "p.ex"};
  for (std::string_view word : kWords) {
    if (EndsWith(before, word) &&
        (before.size() == word.size() || !IsAlnum(before[before.size() - word.size() - 1]))) {
      return true;
    }
  }
  return false;
}

// One past the sentence that begins at `at`, within `text`.
size_t SentenceEnd(std::string_view text, size_t at) {
  for (size_t i = at; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (StartsWith(rest, "。") || StartsWith(rest, "！") || StartsWith(rest, "？")) return i + 3;
    const char c = text[i];
    if (c != '.' && c != '!' && c != '?') continue;
    size_t end = i + 1;
    while (end < text.size() && (text[end] == '.' || text[end] == '!' || text[end] == '?' ||
                                 text[end] == '"' || text[end] == ')' || text[end] == '\'')) {
      ++end;
    }
    if (end < text.size() && !IsSpace(text[end])) continue;
    size_t next = end;
    while (next < text.size() && IsSpace(text[next])) ++next;
    if (c == '.' && next < text.size() && (IsLower(text[next]) || IsAbbreviation(text.substr(at, i - at)))) {
      // "llm", "smolagents": a new line may still begin a sentence.
      if (IsAbbreviation(text.substr(at, i - at)) ||
          text.substr(end, next - end).find('\n') == std::string_view::npos)
        continue;
    }
    return end;
  }
  return text.size();
}

}  // namespace

std::string CleanKey(std::string_view key) {
  std::string clean;
  for (char c : key) {
    if (c == '(' || c == '[') break;
    if (c == '*' || c == '_' || c == '`' || c == ':') c = ' ';
    clean.push_back(c);
  }
  clean = Lower(OneLine(clean));
  // Leading emoji and the like.
  size_t at = 0;
  while (at < clean.size() && !IsAlnum(clean[at]) && static_cast<unsigned char>(clean[at]) >= 0xE2 &&
         static_cast<unsigned char>(clean[at]) != 0xE4 && static_cast<unsigned char>(clean[at]) < 0xE3) {
    at += 3;
  }
  return std::string(Strip(std::string_view(clean).substr(std::min(at, clean.size()))));
}

namespace {

bool IsForm(std::string_view text);

// Code, tables, headings and the lines of forms stay as they are.
std::string Flat(const Document& document) {
  std::string flat = document.text;
  for (const Block& block : document.blocks) {
    if (block.kind != BlockKind::kParagraph && block.kind != BlockKind::kListItem &&
        block.kind != BlockKind::kQuote)
      continue;
    if (IsForm(document.TextOf(block))) continue;
    const size_t end = std::min(block.text.end, flat.size());
    for (size_t i = block.text.begin; i < end; ++i) {
      if (flat[i] == '\n') flat[i] = ' ';
    }
  }
  return flat;
}

}  // namespace

Source::Source(const Document& document) : Source(document, "") {}

Source::Source(const Document& document, std::string_view only)
    : document_(document), flat_(Flat(document)), lower_(Lower(flat_)), literals_(flat_, lower_) {
  for (const Span& span : document.emphasis) marked_.emplace(span.begin, span.end);
  for (const Link& link : document.links) {
    if (!link.text.empty()) marked_.emplace(link.text.begin, link.text.end);
  }
  language_ = GuessLanguage(document.language, lower_);
  FindTrust();
  if (!only.empty()) {
    for (size_t i = 0; i < trusted_.size(); ++i) {
      const Span text = document.blocks[i].text;
      const std::string_view lower = std::string_view(lower_).substr(text.begin, text.size());
      trusted_[i] = trusted_[i] && Contains(lower, only);
    }
  }
  CutSentences();
  if (only.empty()) ReadFields();
  FindTables();
  FindLabelledLines();
}

void Source::ReadFields() {
  std::vector<std::string_view> values;
  for (const Field& field : document_.fields) values.push_back(field.value);
  const IndexedTexts indexed(values);
  for (size_t i = 0; i < values.size(); ++i) {
    const Field& field = document_.fields[i];
    if (!AddressesReader(indexed.Lower(i)))
      labelled_.push_back({field.path, field.value, field.raw, true, 0});
  }
}

void Source::FindTrust() {
  std::vector<std::string> sections(1);
  size_t section_begin = 0;
  int section_level = 0;
  const auto distrust = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) trusted_[i] = false;
  };
  bool bad_section = false;
  for (size_t i = 0; i < document_.blocks.size(); ++i) {
    const Block& block = document_.blocks[i];
    const std::string_view lower = std::string_view(lower_).substr(block.text.begin, block.text.size());
    trusted_.push_back(true);
    if (block.kind == BlockKind::kHeading) {
      if (!title_ && !block.boilerplate) title_ = i;
      if (bad_section && section_level > 1) distrust(section_begin, i);
      bad_section = false;
      sections.push_back(CleanKey(document_.TextOf(block)));
      section_begin = i;
      section_level = block.level;
    }
    section_of_.push_back(sections.size() - 1);
    const bool follows_bad = i > 0 && !trusted_[i - 1] && block.kind == BlockKind::kCode;
    if (AddressesReader(lower) || follows_bad) {
      trusted_[i] = false;
      bad_section = true;
    }
  }
  if (bad_section && section_level > 1) distrust(section_begin, document_.blocks.size());
  sections_ = std::make_unique<IndexedTexts>(std::vector<std::string_view>(sections.begin(), sections.end()));
}

namespace {

// Lines of a form, `Price: Free`, rather than a wrapped paragraph.
bool IsForm(std::string_view text) {
  bool labelled = false;
  for (std::string_view line : Split(text, '\n')) {
    if (line.size() > 160) return false;
    const size_t colon = line.find(": ");
    labelled = labelled || (colon != line.npos && colon >= 3 && colon <= 24 && IsUpper(line[0]) &&
                            std::count(line.begin(), line.begin() + static_cast<long>(colon), ' ') <= 2);
  }
  return labelled && Contains(text, "\n");
}

}  // namespace

void Source::CutSentences() {
  for (size_t i = 0; i < document_.blocks.size(); ++i) {
    const Block& block = document_.blocks[i];
    if (block.kind == BlockKind::kCode || !trusted_[i]) continue;
    const std::string_view text = document_.TextOf(block);
    // Shortcodes of site generators, references of Sphinx.
    if (StartsWith(text, "{{<") || StartsWith(text, "{%") || StartsWith(text, "{{%")) continue;
    if (block.kind == BlockKind::kHeading || block.kind == BlockKind::kTableCell) {
      sentences_.push_back({block.text, i});
      continue;
    }
    const bool form = IsForm(text);
    size_t at = 0;
    while (at < text.size()) {
      while (at < text.size() && IsSpace(text[at])) ++at;
      if (at >= text.size()) break;
      size_t end = SentenceEnd(text, at);
      if (form) end = std::min(end, text.find('\n', at));
      sentences_.push_back({{block.text.begin + at, block.text.begin + end}, i});
      at = end;
    }
  }
}

void Source::AddLabelled(std::string_view key, Span value, size_t block) {
  const std::string_view text = Text(value);
  const size_t lead = text.size() - std::string_view(Strip(text)).size();
  const std::string_view stripped = Strip(text);
  if (stripped.empty() || stripped.size() > 600) return;
  size_t begin = value.begin;
  if (lead > 0) begin = value.begin + static_cast<size_t>(stripped.data() - text.data());
  const auto raw = Raw({begin, begin + stripped.size()});
  std::string clean = CleanKey(key);
  if (raw && !clean.empty() && clean.size() <= 60) {
    labelled_.push_back({std::move(clean), std::string(stripped), *raw, false, block});
  }
}

// `Price: Free` on a line of its own, `**License:** MIT` in a list.
void Source::FindLabelledLines() {
  for (size_t i = 0; i < document_.blocks.size(); ++i) {
    const Block& block = document_.blocks[i];
    if (!trusted_[i] || block.kind == BlockKind::kCode || block.kind == BlockKind::kTableCell ||
        block.kind == BlockKind::kHeading) {
      continue;
    }
    const std::string_view text = document_.TextOf(block);
    for (size_t at = 0; at < text.size();) {
      size_t end = text.find('\n', at);
      if (end == text.npos) end = text.size();
      const std::string_view line = text.substr(at, end - at);
      size_t colon = line.find(':');
      size_t size = 1;
      if (const size_t wide = line.find("："); wide < colon) {
        colon = wide;
        size = 3;
      }
      const bool key =
          colon != line.npos && colon > 1 && colon <= 40 && !StartsWith(line.substr(colon), "://");
      if (key && std::count(line.begin(), line.begin() + static_cast<long>(colon), ' ') <= 4) {
        const size_t begin = block.text.begin + at + colon + size;
        AddLabelled(line.substr(0, colon), {begin, block.text.begin + end}, i);
      }
      at = end + 1;
    }
  }
}

void Source::FindTables() {
  for (size_t i = 0; i < document_.blocks.size(); ++i) {
    const Block& block = document_.blocks[i];
    if (block.table < 0 || !trusted_[i]) continue;
    const size_t table = static_cast<size_t>(block.table);
    const size_t row = static_cast<size_t>(std::max(block.row, 0));
    const size_t column = static_cast<size_t>(std::max(block.column, 0));
    if (row > 5000 || column > 512) continue;
    if (tables_.size() <= table) tables_.resize(table + 1);
    auto& rows = tables_[table].rows;
    if (rows.size() <= row) rows.resize(row + 1);
    if (rows[row].size() <= column) rows[row].resize(column + 1, Table::kNoCell);
    if (rows[row][column] == Table::kNoCell) rows[row][column] = i;
  }
  for (const Table& table : tables_) {
    for (const auto& row : table.rows) {
      if (row.size() != 2 || row[0] == Table::kNoCell || row[1] == Table::kNoCell) continue;
      AddLabelled(document_.TextOf(document_.blocks[row[0]]), document_.blocks[row[1]].text, row[1]);
    }
  }
}

bool Source::TrustedAt(size_t text) const {
  const size_t block = BlockAt(text);
  return block < trusted_.size() && trusted_[block];
}

size_t Source::BlockAt(size_t text) const {
  auto it = std::upper_bound(document_.blocks.begin(), document_.blocks.end(), text,
                             [](size_t at, const Block& block) { return at < block.text.end; });
  return static_cast<size_t>(it - document_.blocks.begin());
}

const Labelled* Source::FindLabelled(std::initializer_list<std::string_view> keys) const {
  for (std::string_view key : keys) {
    for (const Labelled& labelled : labelled_) {
      if (labelled.key == key) return &labelled;
    }
  }
  return nullptr;
}

std::optional<Span> Source::MarkedAt(size_t text) const {
  const auto it = marked_.find(text);
  if (it == marked_.end()) return std::nullopt;
  return Span{it->first, it->second};
}

}  // namespace seaworthy
