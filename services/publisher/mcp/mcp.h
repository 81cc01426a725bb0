// A server of the Model Context Protocol at POST /mcp (docs/mcp.md): JSON-RPC
// 2.0 over streamable HTTP, without sessions and streams.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/publisher/access/router.h"
#include "services/publisher/mcp/mcp_tools.h"

namespace seaworthy {

// Shows what is published and changes nothing, so it asks for no token.
// Thread-safe.
class Mcp {
 public:
  static constexpr size_t kMaxBodyBytes = 64 << 10;
  static constexpr size_t kMaxBatch = 20;

  struct Options {
    McpTools::Options tools;
    std::string version;  // Of the program.
    // Whether a web page that may use this server sent the request; asked where
    // it names an Origin.
    std::function<bool(const HttpRequest& request)> is_our_origin;
  };
  explicit Mcp(Options options);

  std::vector<Route> Routes() const;

 private:
  HttpResponse Receive(const Call& call) const;
  // The answer to one message; nothing to what wants none.
  std::optional<nlohmann::json> Answer(const nlohmann::json& message) const;
  nlohmann::json Initialize(const nlohmann::json& params) const;
  nlohmann::json CallTool(const nlohmann::json& id, const nlohmann::json& params) const;

  const Options options_;
  const McpTools tools_;
};

}  // namespace seaworthy
