// Text of strangers in a line of the program's log.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// One line, whatever `text` holds: control characters, DEL, the line and
// paragraph separators of Unicode, its direction marks and invalid UTF-8 are
// written as \n, \t, \xHH or \u{HHHH}. A backslash stays as it is.
std::string EscapeForLog(std::string_view text);

// `text` as a JSON string, in quotes, ASCII controls and the characters above
// escaped; invalid UTF-8 becomes U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace seaworthy
