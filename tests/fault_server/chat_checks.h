// Checks shared by the protocols: types of parameters, and schemas.
#pragma once

#include <initializer_list>
#include <string>
#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"

namespace seaworthy {

// Every key of `object` is among `known`. Errors name the first that is not.
absl::Status CheckKeys(const nlohmann::json& object, absl::Span<const absl::string_view> known);

// The key is absent, null, or a number (a whole one) between the bounds.
absl::Status CheckNumber(const nlohmann::json& object, const char* key, double least, double most,
                         bool whole);

// The key is absent, null, or a boolean.
absl::Status CheckBool(const nlohmann::json& object, const char* key);

// A schema as strict modes want it: every object closed, at most 32 deep;
// where `all_required`, with every property required; none of `forbidden`.
absl::Status CheckStrictSchema(const nlohmann::json& schema, bool all_required,
                               absl::Span<const absl::string_view> forbidden);

// Adds a message's content to `text`: a string, or parts of type text. Errors
// name `path`.
absl::Status AppendContent(const nlohmann::json& content, absl::string_view path, std::string* text);

// True where the key is there and not null.
bool Has(const nlohmann::json& object, const char* key);

}  // namespace seaworthy
