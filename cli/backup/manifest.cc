#include "cli/backup/manifest.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/bounded_json.h"
#include "common/hash.h"

namespace seaworthy::cli {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr char kOwnHash[] = "manifest_sha256";
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E6SZ";

std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string TimeText(absl::Time time) { return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()); }

Json PlaceJson(const LogPlace& place) {
  return {{"sequence", place.sequence}, {"hash", place.hash}, {"time", TimeText(place.time)}};
}

// Throws Json::exception where the manifest is none.
absl::Time TimeOf(const Json& json) {
  absl::Time time;
  std::string error;
  const auto text = json.get<std::string>();
  return absl::ParseTime(kTimeFormat, text, absl::UTCTimeZone(), &time, &error) ? time : absl::UnixEpoch();
}

LogPlace PlaceOf(const Json& json) {
  return {json.at("sequence").get<uint64_t>(), json.at("hash").get<std::string>(), TimeOf(json.at("time"))};
}

Json BodyJson(const Manifest& manifest) {
  Json json = {{"format", kFormat},
               {"number", manifest.number},
               {"time", TimeText(manifest.time)},
               {"program", manifest.program},
               {"audit_head", manifest.audit_head},
               {"people_schema", manifest.people_schema},
               {"left_out", Json::array()},
               {"files", Json::array()}};
  if (manifest.log_end.has_value()) json["log_end"] = PlaceJson(*manifest.log_end);
  if (manifest.state.has_value()) {
    json["state"] = {{"seen", PlaceJson(manifest.state->seen)},
                     {"schema", manifest.state->schema},
                     {"hash", manifest.state->hash}};
  }
  for (const LeftOut& left : manifest.left_out) {
    json["left_out"].push_back({{"name", left.name}, {"reason", left.reason}});
  }
  for (const BackedUpFile& file : manifest.files) {
    json["files"].push_back(
        {{"path", file.path}, {"bytes", file.digest.bytes}, {"sha256", file.digest.sha256}});
  }
  return json;
}

Manifest FromBody(const Json& json) {
  Manifest manifest;
  manifest.number = json.at("number").get<int>();
  manifest.time = TimeOf(json.at("time"));
  manifest.program = json.at("program").get<std::string>();
  manifest.audit_head = json.at("audit_head").get<std::string>();
  manifest.people_schema = json.at("people_schema").get<std::string>();
  if (json.contains("log_end")) manifest.log_end = PlaceOf(json.at("log_end"));
  if (json.contains("state")) {
    const Json& state = json.at("state");
    manifest.state = {PlaceOf(state.at("seen")), state.at("schema").get<int>(),
                      state.at("hash").get<std::string>()};
  }
  for (const Json& left : json.at("left_out")) {
    manifest.left_out.push_back({left.at("name").get<std::string>(), left.at("reason").get<std::string>()});
  }
  for (const Json& file : json.at("files")) {
    manifest.files.push_back({file.at("path").get<std::string>(),
                              {file.at("bytes").get<uint64_t>(), file.at("sha256").get<std::string>()}});
  }
  return manifest;
}

}  // namespace

uint64_t Manifest::TotalBytes() const {
  uint64_t bytes = 0;
  for (const BackedUpFile& file : files) bytes += file.digest.bytes;
  return bytes;
}

std::string ToJson(const Manifest& manifest) {
  Json json = BodyJson(manifest);
  json[kOwnHash] = Sha256Hex(Dump(json, -1));
  return Dump(json, 1) + "\n";
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  const absl::Status damaged =
      absl::DataLossError("is not the manifest that was written; use another backup of this folder");
  absl::StatusOr<Json> parsed = ParseBoundedObject(std::string(text));
  if (!parsed.ok()) return damaged;
  Json& json = *parsed;
  if (!json.contains(kOwnHash) || Dump(json, 1) + "\n" != text) return damaged;
  const Json own = json[kOwnHash];
  json.erase(kOwnHash);
  if (own != Sha256Hex(Dump(json, -1))) return damaged;
  if (json.value("format", Json()) != kFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("has a format that this program does not read (it reads ", kFormat,
                     "); use the version of Seaworthy that wrote it"));
  }
  try {
    return FromBody(json);
  } catch (const Json::exception&) {
    return damaged;
  }
}

}  // namespace seaworthy::cli
