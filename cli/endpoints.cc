#include "cli/endpoints.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/reviewer/grpc_llm/grpc_endpoint.h"
#include "services/reviewer/policy/record_endpoint.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy::cli {
namespace {

// What stands after `record:` or `replay:`.
std::string FolderOf(const EndpointConfig& endpoint) { return endpoint.url.substr(sizeof("record:") - 1); }

std::string PersonaIds(absl::Span<const v1::Persona> personas) {
  return absl::StrJoin(personas, ", ", [](std::string* out, const v1::Persona& persona) {
    absl::StrAppend(out, persona.persona_id());
  });
}

absl::Status CheckPersonas(const Config& config, absl::Span<const v1::Persona> personas) {
  for (const auto& [id, route] : config.panel.routes) {
    const auto same = [&id = id](const v1::Persona& persona) { return persona.persona_id() == id; };
    if (id == "default" || std::any_of(personas.begin(), personas.end(), same)) continue;
    return absl::InvalidArgumentError(absl::StrCat("[panel] names the persona `", id, "`; there are ",
                                                   PersonaIds(personas), " in ", config.prompts_dir));
  }
  for (const v1::Persona& persona : personas) {
    if (RouteOf(config.panel, persona.persona_id()) != nullptr) continue;
    return absl::InvalidArgumentError(absl::StrCat("[panel] has no endpoint for the persona `",
                                                   persona.persona_id(), "`; add it, or `default`"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeRecorder(const Config& config,
                                                          const EndpointConfig& endpoint, HttpClient* http) {
  const EndpointConfig* of = FindEndpoint(config, endpoint.of);
  if (of == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("endpoint `", endpoint.name, "` records `", endpoint.of, "`, which is not configured"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<LlmEndpoint> inner, MakeEndpoint(config, *of, http));
  return std::make_unique<RecordEndpoint>(endpoint.name, FolderOf(endpoint), std::move(inner));
}

// A folder for each endpoint and model: what one has sent another does not
// take up.
std::string BatchFolder(const Config& config, const EndpointConfig& endpoint) {
  const std::string whose = Sha256Hex(absl::StrCat(endpoint.url, "\n", endpoint.model)).substr(0, 16);
  return absl::StrCat(config.data_dir, "/batches/", whose);
}

absl::Status ProbeFolder(const EndpointConfig& endpoint) {
  std::error_code error;
  if (std::filesystem::is_directory(FolderOf(endpoint), error)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("endpoint `", endpoint.name, "`: there is no folder ", FolderOf(endpoint)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeEndpoint(const Config& config,
                                                          const EndpointConfig& endpoint, HttpClient* http) {
  SEAWORTHY_ASSIGN_OR_RETURN(const EndpointFamily family, FamilyOf(endpoint.url));
  switch (family) {
    case EndpointFamily::kOffline:
    case EndpointFamily::kReplay:
      return MakeLlmEndpoint(endpoint.url);
    case EndpointFamily::kRecord:
      return MakeRecorder(config, endpoint, http);
    case EndpointFamily::kOpenAi:
    case EndpointFamily::kAnthropic: {
      SEAWORTHY_ASSIGN_OR_RETURN(std::string key, ReadKey(endpoint));
      return MakeWireEndpoint(endpoint, std::move(key), http, BatchFolder(config, endpoint));
    }
    case EndpointFamily::kGrpc: {
      SEAWORTHY_ASSIGN_OR_RETURN(std::string key, ReadKey(endpoint));
      return MakeGrpcEndpoint(endpoint, std::move(key));
    }
  }
  return absl::InternalError("an endpoint of no family");
}

absl::Status ProbeEndpoint(const Config& config, const EndpointConfig& endpoint, HttpClient* http) {
  SEAWORTHY_ASSIGN_OR_RETURN(const EndpointFamily family, FamilyOf(endpoint.url));
  switch (family) {
    case EndpointFamily::kOffline:
      return absl::OkStatus();
    case EndpointFamily::kReplay:
      return ProbeFolder(endpoint);
    case EndpointFamily::kRecord: {
      const EndpointConfig* of = FindEndpoint(config, endpoint.of);
      return of == nullptr ? absl::NotFoundError(endpoint.of) : ProbeEndpoint(config, *of, http);
    }
    case EndpointFamily::kOpenAi:
    case EndpointFamily::kAnthropic: {
      SEAWORTHY_ASSIGN_OR_RETURN(std::string key, ReadKey(endpoint));
      return ProbeWireEndpoint(endpoint, key, http);
    }
    case EndpointFamily::kGrpc: {
      SEAWORTHY_ASSIGN_OR_RETURN(std::string key, ReadKey(endpoint));
      return ProbeGrpcEndpoint(endpoint, key);
    }
  }
  return absl::InternalError("an endpoint of no family");
}

EndpointLimits LimitsOf(const EndpointConfig& endpoint) {
  EndpointLimits limits;
  limits.url = endpoint.url;
  limits.max_in_flight = endpoint.max_in_flight;
  limits.deadline = endpoint.deadline;
  limits.max_output_tokens = endpoint.max_output_tokens;
  limits.batch = endpoint.batch;
  if (endpoint.input_usd_per_million.has_value() || endpoint.output_usd_per_million.has_value()) {
    Price price;
    price.input = endpoint.input_usd_per_million.value_or(0);
    // Nothing is said of caches, so that they save nothing.
    price.cached_input = price.cache_write = price.input;
    price.output = endpoint.output_usd_per_million.value_or(0);
    limits.price = price;
  }
  return limits;
}

absl::StatusOr<PriceTable> MakePrices(const Config& config) {
  SEAWORTHY_ASSIGN_OR_RETURN(PriceTable prices, PriceTable::BuiltIn());
  if (!config.panel.prices_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(prices.AddFile(config.panel.prices_file));
  }
  return prices;
}

absl::StatusOr<Endpoints> MakeEndpoints(const Config& config, absl::Span<const v1::Persona> personas) {
  SEAWORTHY_RETURN_IF_ERROR(CheckPersonas(config, personas));
  Endpoints endpoints;
  endpoints.http = std::make_unique<HttpClient>();
  std::map<std::string, LlmEndpoint*> by_name;
  for (const v1::Persona& persona : personas) {
    for (const std::string& name : *RouteOf(config.panel, persona.persona_id())) {
      LlmEndpoint*& endpoint = by_name[name];
      if (endpoint == nullptr) {
        const EndpointConfig* table = FindEndpoint(config, name);
        if (table == nullptr) return absl::InvalidArgumentError(absl::StrCat("no endpoint `", name, "`"));
        SEAWORTHY_ASSIGN_OR_RETURN(auto made, MakeEndpoint(config, *table, endpoints.http.get()));
        if (const std::string exposed = ExposedKeyWarning(*table); !exposed.empty()) spdlog::warn(exposed);
        endpoint = made.get();
        endpoints.limits[endpoint] = LimitsOf(*table);
        endpoints.made.push_back(std::move(made));
      }
      endpoints.routes[persona.persona_id()].push_back(endpoint);
    }
  }
  return endpoints;
}

}  // namespace seaworthy::cli
