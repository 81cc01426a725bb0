// Reads HTML, a page or a piece inside Markdown, with gumbo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/document_builder.h"

namespace seaworthy {

// An element that hides what is in it.
struct HiddenTag {
  std::string name;
  const char* kind;  // Of HiddenTexts.
};
// Those left open at the end of a piece: `<div hidden>` in one Markdown block,
// its text in the next.
using HiddenTags = std::vector<HiddenTag>;

struct HtmlOptions {
  // A piece inside Markdown: no head, no language.
  bool fragment = false;
};

// Adds the visible text of `html` to `builder`; `map` leads from bytes of
// `html` to the document's. `html` must have passed CheckHtmlShape. What is
// not visible is left out: comments, script, style, template, noscript,
// alternative texts, hidden attributes and styles. All but script and style
// is counted in `document->hidden`.
HiddenTags ReadHtml(std::string_view html, const OffsetMap& map, const HtmlOptions& options,
                    DocumentBuilder* builder, Document* document);

// The visible text of a short piece of HTML, as one line.
std::string PlainText(std::string_view html);

}  // namespace seaworthy
