// What a thing is, by its definition ("a Python-based LLM inference framework
// for ..." is a framework, whatever stands before its head noun) or by where it
// is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/ingest/document.h"

namespace seaworthy {

struct HeadNoun {
  std::string_view kind;  // `model`, `library`, `application`, `service`, `dataset`.
  Span span;              // Of the noun, within the text looked at.
};

// The head noun of the first noun phrase in `lower`, the lower-case text after
// "X is" or "X,"; nothing where it is no thing one could have.
std::optional<HeadNoun> HeadOfDefinition(std::string_view lower);

// The NameKey of the package that an address in a registry is about
// (`pypi.org/project/lantern`), or "".
std::string PackageOf(std::string_view url);

}  // namespace seaworthy
