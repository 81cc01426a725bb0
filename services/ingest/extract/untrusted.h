// Tells text about a tool from text that gives orders to whoever reads it.
#pragma once

#include <string_view>

namespace seaworthy {

// Whether a piece of text (a block, in lower case) addresses reviewers or
// models, asks for a verdict, or is an encoded payload.
bool AddressesReader(std::string_view lower);

}  // namespace seaworthy
