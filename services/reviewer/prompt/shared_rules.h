// What every persona is told alike.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// How data is marked, how an answer is made, what is never done; ends with a
// worked example of an invented persona. The same bytes for everyone.
std::string_view SharedRules();

// The example's parts, so that a test can hold them against the parser: the
// text its reviewer was shown and the answer.
std::string_view ExampleAnnouncement();
std::string_view ExampleAnswer();

}  // namespace seaworthy
