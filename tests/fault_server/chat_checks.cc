#include "tests/fault_server/chat_checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;

bool IsObjectSchema(const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return schema.contains("properties");
  if (type->is_string()) return *type == "object";
  return type->is_array() && std::find(type->begin(), type->end(), "object") != type->end();
}

absl::Status CheckObjectSchema(const Json& schema, const std::string& path, bool all_required) {
  const auto closed = schema.find("additionalProperties");
  if (closed == schema.end() || *closed != false) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid schema: in context=(", path,
                     "), 'additionalProperties' is required to be supplied and to be "
                     "false."));
  }
  if (!all_required || !schema.contains("properties")) return absl::OkStatus();
  const Json required = schema.value("required", Json::array());
  for (const auto& [key, property] : schema["properties"].items()) {
    if (std::find(required.begin(), required.end(), key) == required.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid schema: in context=(", path,
                       "), 'required' is required to be supplied and to be an array "
                       "including every key in properties. Missing '",
                       key, "'."));
    }
  }
  return absl::OkStatus();
}

struct SchemaRules {
  bool all_required;
  absl::Span<const absl::string_view> forbidden;
};

// The recursion is bounded by kMaxDepth.
// NOLINTNEXTLINE(misc-no-recursion)
absl::Status CheckLevel(const Json& schema, const std::string& path, int depth, const SchemaRules& rules) {
  if (depth > kMaxDepth) return absl::InvalidArgumentError("Invalid schema: nested too deep.");
  if (!schema.is_object()) return absl::OkStatus();
  for (const absl::string_view word : rules.forbidden) {
    if (schema.contains(word)) {
      return absl::InvalidArgumentError(absl::StrCat("output_config.format.schema: For '", path,
                                                     "', property '", word, "' is not supported"));
    }
  }
  if (IsObjectSchema(schema)) {
    if (absl::Status status = CheckObjectSchema(schema, path, rules.all_required); !status.ok())
      return status;
  }
  for (const char* const group : {"properties", "$defs", "definitions"}) {
    if (!schema.contains(group) || !schema[group].is_object()) continue;
    for (const auto& [key, property] : schema[group].items()) {
      absl::Status status =
          CheckLevel(property, absl::StrCat(path, ", '", group, "', '", key, "'"), depth + 1, rules);
      if (!status.ok()) return status;
    }
  }
  if (schema.contains("items")) {
    absl::Status status = CheckLevel(schema["items"], absl::StrCat(path, ", 'items'"), depth + 1, rules);
    if (!status.ok()) return status;
  }
  if (!schema.contains("anyOf") || !schema["anyOf"].is_array()) return absl::OkStatus();
  for (const Json& branch : schema["anyOf"]) {
    absl::Status status = CheckLevel(branch, absl::StrCat(path, ", 'anyOf'"), depth + 1, rules);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckKeys(const Json& object, absl::Span<const absl::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat("Unrecognized request argument supplied: ", key));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(const Json& object, const char* key, double least, double most, bool whole) {
  if (!Has(object, key)) return absl::OkStatus();
  const Json& value = object[key];
  if (!(whole ? value.is_number_integer() : value.is_number())) {
    return absl::InvalidArgumentError(absl::StrCat("Invalid type for '", key, "': expected a number."));
  }
  const double number = value.get<double>();
  if (number < least || number > most) {
    return absl::InvalidArgumentError(absl::StrCat("Invalid '", key, "': ", number, " is out of range."));
  }
  return absl::OkStatus();
}

absl::Status CheckBool(const Json& object, const char* key) {
  if (!Has(object, key) || object[key].is_boolean()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Invalid type for '", key, "': expected a boolean."));
}

absl::Status CheckStrictSchema(const Json& schema, bool all_required,
                               absl::Span<const absl::string_view> forbidden) {
  if (!schema.is_object() || !IsObjectSchema(schema)) {
    return absl::InvalidArgumentError("Invalid schema: schema must be a JSON Schema of 'type: \"object\"'.");
  }
  return CheckLevel(schema, "", 0, {all_required, forbidden});
}

absl::Status AppendContent(const Json& content, absl::string_view path, std::string* text) {
  if (content.is_string()) {
    absl::StrAppend(text, content.get_ref<const std::string&>(), "\n");
    return absl::OkStatus();
  }
  if (!content.is_array() || content.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": expected a string or a list of content parts."));
  }
  for (const Json& part : content) {
    if (!part.is_object() || part.value("type", Json()) != "text" ||
        !part.value("text", Json()).is_string()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": expected parts of type 'text' with a text."));
    }
    absl::StrAppend(text, part["text"].get_ref<const std::string&>(), "\n");
  }
  return absl::OkStatus();
}

bool Has(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

}  // namespace seaworthy
