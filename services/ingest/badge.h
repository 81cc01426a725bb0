// Badges: pictures whose address holds the text they show.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// The licence that a badge shows, `License-Apache_2.0-blue` as `Apache 2.0`
// (https://shields.io/badges/static-badge); empty for any other picture.
std::string LicenseOfBadge(std::string_view url);

}  // namespace seaworthy
