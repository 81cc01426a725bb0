// What the sources of api_json.h share.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"

namespace seaworthy {

inline nlohmann::json OrNull(const std::string& text) {
  return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
}

template <typename Repeated>
nlohmann::json ArrayOf(const Repeated& values) {
  nlohmann::json array = nlohmann::json::array();
  for (const auto& value : values) array.push_back(value);
  return array;
}

inline nlohmann::json TimeJson(bool set, const google::protobuf::Timestamp& time) {
  if (!set) return nullptr;
  const absl::Time at = absl::FromUnixSeconds(time.seconds());
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", at, absl::UTCTimeZone());
}

inline std::string LowerName(const std::string& name) { return absl::AsciiStrToLower(name); }

}  // namespace seaworthy
