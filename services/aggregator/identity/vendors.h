// Vendors by their many names.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy::identity {

// One spelling for all of a vendor's: lower-case letters and digits, without
// `Inc.`, `Labs`, `AI` and the like; known other names (an organisation on a
// hub, a parent's brand) become the usual one. Empty for no vendor.
std::string NormaliseVendor(std::string_view vendor);

// Whether two names as announced are one vendor's: equal when normalised, or
// all words of one begin the other (`Acme`, `Acme Deep Sea Labs`).
bool IsSameVendor(std::string_view a, std::string_view b);

// Whether it hosts other people's models, so that its name on one says little.
// Takes a normalised name.
bool IsHoster(std::string_view normalised);

}  // namespace seaworthy::identity
