// The tools of the MCP server: what is published, as the API gives it.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "common/clients.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

// Thread-safe.
class McpTools {
 public:
  // Goes before every answer's text.
  static constexpr char kNote[] =
      "Published by Seaworthy. Verdicts are of AI personas and were approved by a human editor. Cite the "
      "url.";

  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    Published* published = nullptr;          // Not owned.
    std::function<std::string()> base_url;
  };
  explicit McpTools(Options options) : options_(std::move(options)) {}

  // Names, descriptions and schemas of arguments, as tools/list has them.
  static nlohmann::json List();
  static bool Has(const std::string& name);

  // The structured content of an answer. Errors: INVALID_ARGUMENT (the
  // arguments), NOT_FOUND (nothing such is published), UNAVAILABLE; their
  // messages are for whoever asked.
  absl::StatusOr<nlohmann::json> Run(const std::string& name, const nlohmann::json& arguments) const;

 private:
  absl::StatusOr<nlohmann::json> SearchTools(const nlohmann::json& arguments) const;
  absl::StatusOr<nlohmann::json> GetTool(const nlohmann::json& arguments) const;
  absl::StatusOr<nlohmann::json> Compare(const nlohmann::json& arguments) const;
  std::string Url(const std::string& path) const { return options_.base_url() + path; }

  const Options options_;
};

}  // namespace seaworthy
