// The announcement's own words, made fit to stand in a sentence of ours: cut to
// a clause, and refused where they carry markup, URLs or orders to a reviewer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seaworthy::offline {

// Whether words of an announcement may stand in a quote at all: no markup, no
// URL, no control character, no address to reviewers, no order, no long run
// without a blank.
bool IsQuotable(std::string_view words);

// A clause of at most `max_words` of them, cut where a reader would pause, or
// nothing where they are not quotable or say too little. Without quotation
// marks; always a part of `words` but for blanks run together.
std::optional<std::string> Clause(std::string_view words, size_t max_words = 13);

// As Clause, but of a value that says several things the part that is about
// `field`: the half of a sentence on tuning, not the one on training before it.
std::optional<std::string> ClauseAbout(std::string_view field, std::string_view words);

// A name as it may stand in a sentence: without markup and control characters,
// at most 60 bytes.
std::string CleanName(std::string_view name);

// A command line's first line for showing as code, or nothing where it is too
// long, holds a URL or a backtick.
std::optional<std::string> Command(std::string_view command);

}  // namespace seaworthy::offline
