#include "services/reviewer/llm_endpoint.h"

#include <filesystem>

#include "absl/status/status.h"
#include "services/reviewer/offline/offline_endpoint.h"
#include "services/reviewer/replay_endpoint.h"
#include "services/reviewer/text.h"

namespace seaworthy {

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeLlmEndpoint(const std::string& spec) {
  constexpr std::string_view kReplay = "replay:";
  if (spec == "offline") return std::make_unique<OfflineEndpoint>();
  if (spec.starts_with(kReplay)) {
    const std::string dir = spec.substr(kReplay.size());
    std::error_code error;
    if (!dir.empty() && std::filesystem::is_directory(dir, error))
      return std::make_unique<ReplayEndpoint>(dir);
    return absl::InvalidArgumentError(text::Cat(
        "endpoint `", spec, "`: `", dir, "` is no folder; give replay: the folder that holds recordings"));
  }
  return absl::InvalidArgumentError(
      text::Cat("endpoint `", spec, "` is unknown; there are `offline` and `replay:DIR`"));
}

}  // namespace seaworthy
