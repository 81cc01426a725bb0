#include "services/reviewer/request_archive.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace seaworthy {
namespace {

constexpr size_t kWorthSharing = 4096;
constexpr std::string_view kPackedStart = "{\"prefix_object\":\"";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// How many bytes both begin with, whole characters only.
size_t CommonStart(std::string_view a, std::string_view b) {
  const auto [end, other] = std::mismatch(a.begin(), a.begin() + std::min(a.size(), b.size()), b.begin());
  size_t size = static_cast<size_t>(end - a.begin());
  while (size > 0 && size < b.size() && IsContinuation(b[size])) --size;
  return size;
}

}  // namespace

absl::StatusOr<std::string> RequestArchive::Pack(std::string_view sent) {
  if (!sent.starts_with(prefix_) || prefix_.empty()) {
    const size_t common = CommonStart(prefix_, sent);
    prefix_ = common >= kWorthSharing ? prefix_.substr(0, common) : std::string(sent);
    prefix_object_.clear();
    if (common < kWorthSharing) return std::string(sent);
  }
  if (prefix_.size() < kWorthSharing) return std::string(sent);
  if (prefix_object_.empty()) {
    auto object = objects_->Put(prefix_);
    if (!object.ok()) return object.status();
    prefix_object_ = *std::move(object);
  }
  nlohmann::ordered_json packed = {{"prefix_object", prefix_object_}, {"rest", sent.substr(prefix_.size())}};
  return packed.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

absl::StatusOr<std::string> UnpackRequest(std::string packed, ObjectStore& objects) {
  if (!std::string_view(packed).starts_with(kPackedStart)) return packed;
  const auto json = nlohmann::json::parse(packed, nullptr, false);
  if (!json.is_object() || !json.contains("rest") || !json["rest"].is_string() ||
      !json["prefix_object"].is_string()) {
    return absl::DataLossError("a stored request is damaged: its rest is missing");
  }
  auto prefix = objects.Get(json["prefix_object"].get<std::string>());
  if (!prefix.ok()) return prefix.status();
  return *std::move(prefix) + json["rest"].get<std::string>();
}

}  // namespace seaworthy
