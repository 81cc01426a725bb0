// Collects visible text into a Document: folds white space, replaces look-alike
// punctuation, drops invisible characters, keeps the map to the raw bytes.
#pragma once

#include <string>
#include <string_view>

#include "services/ingest/document.h"

namespace seaworthy {

// Not thread-safe. Writes into a Document it does not own.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(Document* document) : document_(document) {}

  // Ends the open block, if any, and opens the next; empty blocks vanish.
  void Begin(Block block);
  void End();
  bool open() const { return open_; }
  Block& block() { return block_; }

  // Adds visible text to the open block (opening a paragraph if there is
  // none). `map` leads from the bytes of `text`, counted from `base`, to raw.
  void Add(std::string_view text, const OffsetMap& map, size_t base = 0);
  // Ends a line within the open block.
  void AddBreak();

  // Where the next text will stand.
  size_t position() const { return document_->text.size(); }
  void AddLink(Link link);
  // Marks what was added since `begin` as emphasised.
  void AddEmphasis(size_t begin);
  int NextTable() { return tables_++; }

 private:
  void Put(std::string_view visible, const OffsetMap& map, Span source);

  Document* document_;
  Block block_;
  bool open_ = false;
  int tables_ = 0;
};

}  // namespace seaworthy
