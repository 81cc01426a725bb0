// A document as a reader sees it: its visible blocks in reading order, its
// links and its front matter, each traceable to bytes as received.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/ingest/hidden_text.h"
#include "services/ingest/offset_map.h"

namespace seaworthy {

inline constexpr size_t kMaxDocumentBytes = 2 * 1024 * 1024;
inline constexpr size_t kMaxEvidenceBytes = 300;

enum class BlockKind { kHeading, kParagraph, kListItem, kQuote, kTableCell, kCode };

// One visible block. `text` counts in Document::text.
struct Block {
  BlockKind kind = BlockKind::kParagraph;
  Span text;
  int level = 0;             // Headings: 1 to 6.
  int table = -1;            // Cells: which table, from 0.
  int row = 0;               // Cells: from 0; the header is a row.
  int column = 0;            // Cells: from 0.
  bool boilerplate = false;  // Navigation and page footers.
  std::string info;          // Code: its language, empty if not said.
};

// A link of the visible text; never an image.
struct Link {
  Span text;  // What it stands on, in Document::text.
  std::string url;
  Span raw;                 // The URL in the bytes as received.
  bool image_only = false;  // It shows only a picture: a badge.
};

// A scalar of the front matter (`license`, `authors.0.name`) or a meta tag of
// an HTML page (`meta.author`, `title`).
struct Field {
  std::string path;
  std::string value;
  Span raw;
};

// What a document holds. Move it, do not copy it: it may be large.
struct Document {
  std::string media_type;
  std::string bytes;  // As received.
  std::string text;   // All visible text; blocks end with a newline.
  OffsetMap map;      // From `text` to `bytes`.
  std::vector<Block> blocks;
  std::vector<Link> links;
  std::vector<Span> emphasis;  // Bold, italic and code words of `text`.
  std::vector<Field> fields;
  std::string language;  // As declared by the page; may be empty.
  HiddenTexts hidden;    // What is no part of `text` because no reader sees it.

  std::string_view TextOf(Span span) const { return std::string_view(text).substr(span.begin, span.size()); }
  std::string_view TextOf(const Block& block) const { return TextOf(block.text); }
};

// Checks the bytes, decides the media type by declaration, file name and
// content, and reads them. Linear time and memory. Errors as Reject():
// document_too_large, empty_document, invalid_encoding, binary_content,
// unsupported_media_type, xml_entities_forbidden, feed_not_supported,
// nested_too_deeply.
absl::StatusOr<Document> ReadDocument(std::string bytes, std::string_view media_type,
                                      std::string_view file_name);

}  // namespace seaworthy
