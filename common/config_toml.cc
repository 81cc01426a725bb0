#include "common/config_toml.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace seaworthy::config_toml {
namespace {

absl::Status Expects(const std::string& where, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat(where, "expects ", what));
}

// A whole number from 0 to `most`.
template <typename T>
absl::Status SetWhole(const toml::node& node, const std::string& where, int64_t most, T& field) {
  const auto value = node.value_exact<int64_t>();
  if (!value.has_value() || *value < 0 || *value > most) return Expects(where, "a whole number, 0 or more");
  field = static_cast<T>(*value);
  return absl::OkStatus();
}

}  // namespace

std::string At(const std::string& path, const toml::node& node) {
  return absl::StrCat(path, ":", node.source().begin.line, ": ");
}

absl::Status Set(const toml::node& node, const std::string& where, std::string& field) {
  const auto value = node.value_exact<std::string>();
  if (!value.has_value()) return Expects(where, "a \"string\"");
  field = *value;
  return absl::OkStatus();
}

absl::Status Set(const toml::node& node, const std::string& where, bool& field) {
  const auto value = node.value_exact<bool>();
  if (!value.has_value()) return Expects(where, "true or false");
  field = *value;
  return absl::OkStatus();
}

absl::Status Set(const toml::node& node, const std::string& where, int& field) {
  return SetWhole(node, where, std::numeric_limits<int>::max(), field);
}

absl::Status Set(const toml::node& node, const std::string& where, uint32_t& field) {
  return SetWhole(node, where, std::numeric_limits<uint32_t>::max(), field);
}

absl::Status Set(const toml::node& node, const std::string& where, double& field) {
  // Whole numbers are numbers too.
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value.has_value() || !std::isfinite(*value) || *value < 0)
    return Expects(where, "a number, 0 or more");
  field = *value;
  return absl::OkStatus();
}

absl::Status Set(const toml::node& node, const std::string& where, std::optional<double>& field) {
  return Set(node, where, field.emplace());
}

absl::Status Set(const toml::node& node, const std::string& where, std::optional<int64_t>& field) {
  return SetWhole(node, where, std::numeric_limits<int64_t>::max(), field.emplace());
}

absl::Status Set(const toml::node& node, const std::string& where, absl::Duration& field) {
  double seconds = 0;
  if (absl::Status status = Set(node, where, seconds); !status.ok()) return Expects(where, "seconds");
  field = absl::Seconds(seconds);
  return absl::OkStatus();
}

absl::Status Set(const toml::node& node, const std::string& where, std::vector<std::string>& field) {
  field.clear();
  const toml::array* list = node.as_array();
  if (list == nullptr) return Set(node, where, field.emplace_back());
  for (const toml::node& each : *list) {
    if (absl::Status status = Set(each, where, field.emplace_back()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::config_toml
