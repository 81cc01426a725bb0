// How servers that speak Chat Completions differ, as data.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seaworthy {

// A row of the table in dialects.cc. Empty: not sent.
struct Dialect {
  std::string_view name = {};
  // Guessed from: ends of host names and ports, separated by spaces.
  std::string_view hosts = {};
  std::string_view ports = {};
  // Only for models whose names begin so (after any `vendor/`), separated by spaces.
  std::string_view models = {};
  // Path taken where the URL has none.
  std::string_view base_path = {};
  // Header of the key, up to the key.
  std::string_view key_header = {};
  // Names of fields.
  std::string_view max_tokens = {};
  std::string_view temperature = {};
  std::string_view seed = {};
  // Members that ask for the schema, which stands for `@`.
  std::string_view schema = {};
  // Member that names the prefix for the provider's cache; it gets its hash.
  std::string_view cache_key = {};
  // Members always sent, and those sent with `"stream":true`.
  std::string_view extra = {};
  std::string_view stream_extra = {};
};

// The dialect of that name or, where it is empty, that which host, port and
// model suggest; `compatible` where nothing does. Errors: INVALID_ARGUMENT
// naming the dialects there are.
absl::StatusOr<const Dialect*> FindDialect(std::string_view name, std::string_view host,
                                           std::string_view port, std::string_view model);

}  // namespace seaworthy
