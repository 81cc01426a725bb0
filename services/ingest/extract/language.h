// Guesses a text's language.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// ISO 639-1: what the page declares where that is credible, else by script and
// the commonest words of English, French, German, Spanish; English if unsure.
// `lower` is the text in lower case.
std::string GuessLanguage(std::string_view declared, std::string_view lower);

}  // namespace seaworthy
