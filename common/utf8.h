// UTF-8 cut to size.
#pragma once

#include <cstddef>
#include <string_view>

namespace seaworthy {

// The longest prefix of at most `size` bytes that ends between characters.
std::string_view Utf8Prefix(std::string_view text, size_t size);

}  // namespace seaworthy
