// Text as a form or a call may carry it.
#pragma once

#include <string_view>

namespace seaworthy {

// Whether the bytes are UTF-8 (RFC 3629: shortest form, no surrogates) without
// control characters of ASCII or Latin-1.
bool IsPlainUtf8(std::string_view text);

}  // namespace seaworthy
