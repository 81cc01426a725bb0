// A document cut up for reading: sentences, labelled values, tables, and what
// in it must not be believed.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/document.h"
#include "services/ingest/extract/literals.h"

namespace seaworthy {

// One sentence, or one whole heading, cell or short item.
struct Sentence {
  Span text;
  size_t block = 0;
};

// `License: MIT`, a two-column table row, or a front-matter scalar.
struct Labelled {
  std::string key;  // Lower case, without decoration; front matter: its path.
  std::string value;
  Span raw;
  bool front_matter = false;
  size_t block = 0;  // Where it stands; nothing for front matter.
};

// A table's cells as block indices; `kNoCell` where a row is short.
struct Table {
  static constexpr size_t kNoCell = static_cast<size_t>(-1);
  std::vector<std::vector<size_t>> rows;
};

// Read-only once made; refers to the document, which must outlive it. Stays in
// the thread that made it, where patterns make use of what it knows.
class Source {
 public:
  explicit Source(const Document& document);
  // Only the blocks that name `only` (lower case): for a further tool of the
  // same announcement. Front matter is left out.
  Source(const Document& document, std::string_view only);

  const Document& document() const { return document_; }
  const std::vector<Sentence>& sentences() const { return sentences_; }
  const std::vector<Labelled>& labelled() const { return labelled_; }
  const std::vector<Table>& tables() const { return tables_; }

  // The visible text; line breaks inside prose are spaces, so that wrapped
  // lines read as they are meant.
  std::string_view Text(Span span) const { return std::string_view(flat_).substr(span.begin, span.size()); }
  // A template so that `Text({a, b})` is no sentence.
  template <std::same_as<Sentence> S>
  std::string_view Text(const S& sentence) const {
    return Text(sentence.text);
  }
  // The raw bytes a piece of visible text stands in.
  std::optional<Span> Raw(Span text) const { return document_.map.Raw(text); }

  // False for text that speaks to its reader instead of about a tool: orders
  // to reviewers, imitated verdicts. Nothing is taken from it.
  bool Trusted(size_t block) const { return trusted_[block]; }
  bool TrustedAt(size_t text) const;
  // The block that holds a place in the text.
  size_t BlockAt(size_t text) const;
  // The heading the block stands under, lower case; empty before the first.
  std::string_view Section(size_t block) const { return sections_->Text(section_of_[block]); }
  // Whether a front-matter or table key is one of `keys`; first match.
  const Labelled* FindLabelled(std::initializer_list<std::string_view> keys) const;
  // The first heading, or nothing.
  std::optional<size_t> Title() const { return title_; }
  // Whether an emphasised or linked piece of text begins here; its span.
  std::optional<Span> MarkedAt(size_t text) const;
  // Text() of the whole document in lower case, as long as `document().text`.
  const std::string& lower() const { return lower_; }
  // ISO 639-1, from the page or from its script and commonest words.
  const std::string& language() const { return language_; }

 private:
  void CutSentences();
  void ReadFields();
  void FindTrust();
  void FindLabelledLines();
  void FindTables();
  void AddLabelled(std::string_view key, Span value, size_t block);

  const Document& document_;
  std::string flat_;  // As long as `document_.text`.
  std::string lower_;
  LiteralIndex literals_;
  std::string language_;
  std::vector<Sentence> sentences_;
  std::vector<Labelled> labelled_;
  std::vector<Table> tables_;
  std::vector<bool> trusted_;
  std::unique_ptr<const IndexedTexts> sections_;
  std::vector<size_t> section_of_;   // By block, in `sections_`.
  std::map<size_t, size_t> marked_;  // Begin to end.
  std::optional<size_t> title_;
};

// A label without bold marks, emoji, colons and parentheses; lower case.
std::string CleanKey(std::string_view key);

}  // namespace seaworthy
