// Parts of sentences made of a draft's facts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/draft.h"

namespace seaworthy {

// "a", "a and b", "a, b, and c".
std::string JoinWords(const std::vector<std::string>& words);
// "a " or "an ", as the word wants it.
std::string Article(std::string_view word);
// The first value of the field; empty without a fact.
std::string Value(const Draft& draft, std::string_view field);

// 0.256 -> 256-million, 117 -> 117-billion.
std::string LongSize(const std::string& billions);
// All sizes, in short: "256M and 2.2B", "1B to 70B".
std::string Sizes(const Draft& draft);
// 131072 -> 128K.
std::string ShortTokens(const std::string& tokens);
// The licence as it fits before "license": without saying the word twice.
std::string LicensePhrase(const std::string& license);

// Whether the name names several.
bool IsPlural(const Draft& draft);
// What sort of thing, as a noun: "vision-language model", "Python library".
std::string Noun(const Draft& draft);
// A clause from the announcement that fits behind "for": what it is for.
std::string Purpose(const Draft& draft);
// What the announcement itself says it is, where that can stand alone.
std::string OwnDefinition(const Draft& draft);

}  // namespace seaworthy
