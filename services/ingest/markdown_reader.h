// Reads Markdown with cmark-gfm: tables, strikethrough, autolinks, and HTML
// inside it through gumbo.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/ingest/document.h"

namespace seaworthy {

// Reads `document->bytes` from `start` on. Errors as CheckMarkdownShape and
// CheckHtmlShape.
absl::Status ReadMarkdown(size_t start, Document* document);

// The same Markdown as HTML, raw HTML in it included: not safe to show. Errors
// as CheckMarkdownShape.
absl::StatusOr<std::string> MarkdownToHtml(std::string_view markdown);

// Refuses Markdown that would cost cmark more than its length: containers
// nested over 100 deep, tables of over 512 columns, over 20,000 brackets in a
// paragraph, words of chained addresses, unclosed comments that each run to the end of a long paragraph.
// Errors as Reject(): nested_too_deeply.
absl::Status CheckMarkdownShape(std::string_view markdown);

}  // namespace seaworthy
