// Texts and addresses as feeds have them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace seaworthy {

// Valid UTF-8 without control characters (but for tab and line ends), at most
// `size` bytes; what is not UTF-8 becomes U+FFFD.
std::string CleanText(std::string_view text, size_t size);

// A title: one line, its tags taken away and its entities read where it has
// any that HTML knows; `Vec<T>` stays.
std::string TitleText(std::string_view text);

// Whether the text has HTML's tags or entities.
bool HasMarkup(std::string_view text);

// `reference` as an absolute http(s) address of at most 2,000 bytes, against
// `base` where it is relative; empty where that gives none.
std::string ResolveUrl(std::string_view base, std::string_view reference);

// Characters that a reader sees, roughly: bytes outside of tags.
size_t VisibleLength(std::string_view content, bool html);

// Whether the text ends as teasers do: `…`, `Read more`.
bool EndsAsTeaser(std::string_view content, bool html);

// For HTML: & < > " become references.
std::string EscapeHtml(std::string_view text);

}  // namespace seaworthy
