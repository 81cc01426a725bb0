#include "common/bounded_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace seaworthy {

bool NestsDeeper(absl::string_view text, int most) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > most) return true;
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

absl::StatusOr<nlohmann::json> ParseBoundedObject(const std::string& text) {
  if (NestsDeeper(text, kMaxJsonDepth)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the JSON is nested deeper than ", kMaxJsonDepth, "; make it flatter"));
  }
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return absl::InvalidArgumentError("this must be a JSON object in UTF-8");
  return value;
}

}  // namespace seaworthy
