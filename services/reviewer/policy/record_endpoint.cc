#include "services/reviewer/policy/record_endpoint.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "common/ids.h"
#include "services/reviewer/text.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;

// The answer with the model that gave it; empty where it is no object.
std::string Recording(const std::string& raw, const std::string& model) {
  if (raw.size() > kMaxAnswerBytes) return "";
  // Depth is counted before the tree is built: destroying one recurses.
  bool deep = false;
  const auto guard = [&](int depth, nlohmann::ordered_json::parse_event_t event, nlohmann::ordered_json&) {
    deep = deep || depth > kMaxAnswerDepth;
    return !deep;
  };
  auto root = nlohmann::ordered_json::parse(raw, guard, false);
  if (deep || !root.is_object()) return "";
  if (!model.empty()) root["model"] = model;
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

absl::Status WriteWhole(const fs::path& path, const std::string& bytes) {
  // Two answers for one place must not share the file beside it.
  static std::atomic<uint64_t> number = 0;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const std::string beside = text::Cat(path.string(), ".", number++, ".new");
  {
    std::ofstream out(beside, std::ios::binary);
    out << bytes;
    if (out.flush())
      fs::rename(beside, path, error);
    else
      error = std::make_error_code(std::errc::io_error);
  }
  if (!error) return absl::OkStatus();
  std::error_code ignored;
  fs::remove(beside, ignored);
  return absl::UnavailableError(text::Cat("cannot write ", path.string(), ": ", error.message(),
                                          "; check the folder's permissions and space"));
}

absl::Status Record(const std::string& dir, const LlmRequest& request, const LlmReply& reply) {
  const std::string& tool = request.revision.tool_id();
  const std::string& persona = request.persona->persona_id();
  // Ids become paths here: nothing but slugs may.
  if (Slugify(tool) != tool || Slugify(persona) != persona) {
    return absl::InvalidArgumentError(text::Cat("`", tool, "` and `", persona, "` must be slugs"));
  }
  const std::string bytes = Recording(reply.raw, reply.model);
  if (bytes.empty()) {
    return absl::InvalidArgumentError(
        text::Cat("the answer for ", tool, " as ", persona, " is no JSON object of a verdict's size"));
  }
  return WriteWhole(text::Cat(dir, "/", tool, "@", request.revision.number(), "/", persona, ".json"), bytes);
}

}  // namespace

void RecordEndpoint::Start(const LlmCall& call, LlmDone done) {
  inner_->Start(call, [this, request = call.request, done = std::move(done)](LlmReply reply) {
    if (reply.outcome == LlmOutcome::kOk) {
      const absl::Status recorded = Record(dir_, *request, reply);
      if (!recorded.ok()) spdlog::warn("record: not recorded: {}", std::string(recorded.message()));
    }
    done(std::move(reply));
  });
}

}  // namespace seaworthy
