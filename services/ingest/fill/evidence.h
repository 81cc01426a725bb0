// Whether a quote bears out a value, by what the rules themselves know of
// licences, numbers, dates and names. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seaworthy {

// The fields a filler may be asked for, each with one value.
const std::vector<std::string>& FillableFields();

// `value` in the form docs/facts.md gives for `field`, where it is one and the
// quote says it; nothing otherwise, and for fields that are not fillable.
std::optional<std::string> BorneOut(std::string_view field, std::string_view value, std::string_view quote);

// Whether the quote names a product everybody knows that is not the tool:
// what it says may be about that one.
bool NamesAnother(std::string_view quote, std::string_view tool);

}  // namespace seaworthy
