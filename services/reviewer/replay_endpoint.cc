#include "services/reviewer/replay_endpoint.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "absl/status/status.h"
#include "common/ids.h"
#include "services/reviewer/text.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy {
namespace {

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(kMaxAnswerBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

// The model a recording names, or that it is one.
std::string ModelOf(const std::string& raw) {
  const auto root = nlohmann::json::parse(raw, nullptr, false);
  if (root.is_object() && root.contains("model") && root["model"].is_string()) {
    std::string model = root["model"].get<std::string>();
    if (!model.empty() && model.size() <= 200) return model;
  }
  return "recorded";
}

}  // namespace

absl::StatusOr<InstantEndpoint::Answer> ReplayEndpoint::Complete(const LlmRequest& request) {
  const std::string& tool = request.revision.tool_id();
  const std::string& persona = request.persona->persona_id();
  // Ids become paths here: nothing but slugs may.
  if (Slugify(tool) != tool || Slugify(persona) != persona) {
    return absl::InvalidArgumentError(text::Cat("replay: `", tool, "` and `", persona, "` must be slugs"));
  }
  const std::string exact = text::Cat(dir_, "/", tool, "@", request.revision.number(), "/", persona, ".json");
  const std::string any = text::Cat(dir_, "/", tool, "/", persona, ".json");
  for (const std::string& path : {exact, any}) {
    auto bytes = ReadFile(path);
    if (!bytes.has_value()) continue;
    if (bytes->size() > kMaxAnswerBytes) {
      return absl::InvalidArgumentError(text::Cat(path, ": is larger than ", kMaxAnswerBytes, " bytes"));
    }
    Answer answer;
    answer.model = ModelOf(*bytes);
    answer.raw = *std::move(bytes);
    return answer;
  }
  return absl::NotFoundError(text::Cat("replay has no recording: looked for ", exact, " and ", any,
                                       "; docs/endpoints.md has the format"));
}

}  // namespace seaworthy
