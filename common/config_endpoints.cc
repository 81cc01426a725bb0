#include "common/config_endpoints.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace seaworthy {
namespace {

constexpr char kSchemes[] =
    "openai:https://HOST/v1, anthropic:https://HOST, grpc:HOST:PORT, triton:HOST:PORT, vllm:HOST:PORT "
    "(grpcs, tritons, vllms with TLS), offline, replay:DIR or record:DIR";
constexpr char kDefaultRoute[] = "default";

struct Scheme {
  absl::string_view prefix;
  EndpointFamily family;
};
constexpr Scheme kPrefixes[] = {
    {"replay:", EndpointFamily::kReplay}, {"record:", EndpointFamily::kRecord},
    {"openai:", EndpointFamily::kOpenAi}, {"anthropic:", EndpointFamily::kAnthropic},
    {"grpc:", EndpointFamily::kGrpc},     {"grpcs:", EndpointFamily::kGrpc},
    {"triton:", EndpointFamily::kGrpc},   {"tritons:", EndpointFamily::kGrpc},
    {"vllm:", EndpointFamily::kGrpc},     {"vllms:", EndpointFamily::kGrpc},
};

absl::Status Invalid(const std::string& where, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(where, what));
}

// The URL behind the scheme of ours.
absl::string_view AfterScheme(absl::string_view url) {
  for (const Scheme& scheme : kPrefixes) {
    if (absl::StartsWith(url, scheme.prefix)) return url.substr(scheme.prefix.size());
  }
  return url;
}

// `HOST:PORT` with what may stand before it, of a whole URL.
absl::string_view Authority(absl::string_view url) {
  absl::string_view rest = AfterScheme(url);
  if (const size_t slashes = rest.find("://"); slashes != absl::string_view::npos) {
    rest = rest.substr(slashes + 3);
  }
  return rest.substr(0, rest.find_first_of("/?#"));
}

bool IsWeb(EndpointFamily family) {
  return family == EndpointFamily::kOpenAi || family == EndpointFamily::kAnthropic;
}

absl::Status CheckWebUrl(const EndpointConfig& endpoint, const std::string& where) {
  const absl::string_view rest = AfterScheme(endpoint.url);
  if ((absl::StartsWith(rest, "http://") || absl::StartsWith(rest, "https://")) &&
      !HostOf(endpoint.url).empty()) {
    return absl::OkStatus();
  }
  return Invalid(where,
                 "`url` needs http:// or https:// and a host after its scheme, such as "
                 "openai:https://api.openai.com/v1");
}

absl::Status CheckUrl(const EndpointConfig& endpoint, EndpointFamily family, const std::string& where) {
  if (endpoint.url.find_first_of(" \"<>\\\r\n\t") != std::string::npos && family != EndpointFamily::kReplay &&
      family != EndpointFamily::kRecord) {
    return Invalid(where, "`url` holds a space, a quote or a backslash");
  }
  if (IsWeb(family)) return CheckWebUrl(endpoint, where);
  if (family == EndpointFamily::kGrpc && HostOf(endpoint.url).empty()) {
    return Invalid(where, "`url` needs HOST:PORT after its scheme, such as grpc:localhost:50051");
  }
  if (AfterScheme(endpoint.url).empty()) return Invalid(where, "`url` needs a folder after its scheme");
  return absl::OkStatus();
}

absl::Status CheckModel(const EndpointConfig& endpoint, EndpointFamily family, const std::string& where) {
  const bool triton = absl::StartsWith(endpoint.url, "triton");
  if (!endpoint.model.empty() || !(IsWeb(family) || triton)) return absl::OkStatus();
  return Invalid(
      where,
      "`model` is missing: say which model to ask for; `seaworthy endpoints test` lists those there are");
}

absl::Status CheckKeySource(const EndpointConfig& endpoint, const std::string& where) {
  if (!endpoint.key_env.empty() && !endpoint.key_file.empty()) {
    return Invalid(where, "`key_env` and `key_file` are both given; keep one");
  }
  // Often the key itself stands here: it stays out of the message.
  const std::string& name = endpoint.key_env;
  const bool variable = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (variable && name.size() <= 100) return absl::OkStatus();
  return Invalid(where,
                 "`key_env` is the name of an environment variable, such as OPENAI_API_KEY, not the key");
}

absl::Status CheckOptions(const EndpointConfig& endpoint, EndpointFamily family, const std::string& where) {
  if ((family == EndpointFamily::kRecord) != !endpoint.of.empty()) {
    return Invalid(where,
                   "`of` names the endpoint whose answers record:DIR keeps, and is for record:DIR alone");
  }
  if (!endpoint.dialect.empty() && family != EndpointFamily::kOpenAi) {
    return Invalid(where, "`dialect` is for openai: alone");
  }
  if (endpoint.batch && !IsWeb(family)) return Invalid(where, "`batch` is for openai: and anthropic: alone");
  if (endpoint.batch && endpoint.stream) {
    return Invalid(where, "`batch` and `stream` exclude each other; keep one");
  }
  return absl::OkStatus();
}

absl::Status CheckNumbers(const EndpointConfig& endpoint, const std::string& where) {
  if (endpoint.max_in_flight < 1 || endpoint.max_in_flight > 4096) {
    return Invalid(where, "`max_in_flight` must be 1 to 4096");
  }
  // A batch may take a day.
  const absl::Duration longest = endpoint.batch ? absl::Hours(48) : absl::Hours(1);
  if (endpoint.deadline < absl::Milliseconds(10) || endpoint.deadline > longest) {
    return Invalid(where, absl::StrCat("`deadline_seconds` must be 0.01 to ", absl::ToInt64Seconds(longest)));
  }
  if (endpoint.connect_timeout < absl::Milliseconds(10) || endpoint.connect_timeout > absl::Minutes(10)) {
    return Invalid(where, "`connect_timeout_seconds` must be 0.01 to 600");
  }
  if (endpoint.max_output_tokens < 1 || endpoint.max_output_tokens > 1000000) {
    return Invalid(where, "`max_output_tokens` must be 1 to 1000000");
  }
  if (endpoint.temperature.value_or(0) > 2) return Invalid(where, "`temperature` must be 0 to 2");
  return absl::OkStatus();
}

std::string EndpointNames(const Config& config) {
  std::vector<std::string> names;
  for (const EndpointConfig& endpoint : config.endpoints) names.push_back(endpoint.name);
  return absl::StrJoin(names, ", ");
}

// The endpoint that a bare spec or URL stands for.
absl::StatusOr<EndpointConfig> FromSpec(const Config& config) {
  const std::string& spec = config.endpoint;
  EndpointConfig endpoint;
  endpoint.url = spec;
  endpoint.model = config.model;
  endpoint.name = std::string(absl::string_view(spec).substr(0, spec.find(':')));
  const auto family = FamilyOf(spec);
  if (!family.ok()) {
    const std::string names = EndpointNames(config);
    return Invalid(
        "", absl::StrCat("endpoint: `", spec.substr(0, 60), "` is none; name ",
                         names.empty() ? std::string() : absl::StrCat("a table (", names, "), "), kSchemes));
  }
  if (*family == EndpointFamily::kRecord) {
    return Invalid("endpoint: ",
                   "record:DIR needs a table [endpoints.NAME] with `of`; name that table instead");
  }
  if (absl::Status status = CheckEndpoint(endpoint, "endpoint: "); !status.ok()) return status;
  return endpoint;
}

absl::Status RouteToShorthand(Config& config) {
  std::string name = config.endpoint;
  const auto same = [&name](const EndpointConfig& endpoint) { return endpoint.name == name; };
  auto found = std::find_if(config.endpoints.begin(), config.endpoints.end(), same);
  if (found == config.endpoints.end()) {
    absl::StatusOr<EndpointConfig> made = FromSpec(config);
    if (!made.ok()) return made.status();
    name = made->name;
    config.endpoints = {*std::move(made)};
  } else if (!config.model.empty()) {
    found->model = config.model;
  }
  config.panel.routes = {{kDefaultRoute, {name}}};
  return absl::OkStatus();
}

absl::Status CheckRoutes(Config& config) {
  for (const auto& [persona, names] : config.panel.routes) {
    for (const std::string& name : names) {
      if (FindEndpoint(config, name) != nullptr) continue;
      if (name == "offline") {
        EndpointConfig rules;
        rules.name = rules.url = name;
        config.endpoints.push_back(rules);
        continue;
      }
      return Invalid("[panel] ", absl::StrCat("`", persona, "` names the endpoint `", name, "`; there are ",
                                              EndpointNames(config), " and offline"));
    }
  }
  for (const EndpointConfig& endpoint : config.endpoints) {
    if (endpoint.of.empty()) continue;
    const EndpointConfig* of = FindEndpoint(config, endpoint.of);
    if (of != nullptr && of->of.empty() && of != &endpoint) continue;
    return Invalid(
        absl::StrCat("[endpoints.", endpoint.name, "] "),
        absl::StrCat("`of` is `", endpoint.of, "`; it must be another endpoint that is no record:DIR"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EndpointFamily> FamilyOf(const std::string& url) {
  if (url == "offline") return EndpointFamily::kOffline;
  for (const Scheme& scheme : kPrefixes) {
    if (absl::StartsWith(url, scheme.prefix)) return scheme.family;
  }
  return Invalid("", absl::StrCat("`url` is none of ", kSchemes));
}

std::string HostOf(const std::string& url) {
  absl::string_view host = Authority(url);
  if (const size_t at = host.rfind('@'); at != absl::string_view::npos) host = host.substr(at + 1);
  if (absl::StartsWith(host, "[")) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "unix" || absl::StartsWith(host, "127.") ||
         absl::EndsWith(host, ".localhost");
}

absl::Status CheckEndpoint(const EndpointConfig& endpoint, const std::string& where) {
  const absl::StatusOr<EndpointFamily> family = FamilyOf(endpoint.url);
  if (!family.ok()) return Invalid(where, std::string(family.status().message()));
  if (Authority(endpoint.url).find('@') != absl::string_view::npos &&
      (IsWeb(*family) || *family == EndpointFamily::kGrpc)) {
    return Invalid(where,
                   "`url` holds a user or a password; put the key into a variable or file and name it "
                   "with `key_env` or `key_file`");
  }
  if (absl::Status status = CheckUrl(endpoint, *family, where); !status.ok()) return status;
  if (absl::Status status = CheckModel(endpoint, *family, where); !status.ok()) return status;
  if (absl::Status status = CheckKeySource(endpoint, where); !status.ok()) return status;
  if (absl::Status status = CheckOptions(endpoint, *family, where); !status.ok()) return status;
  return CheckNumbers(endpoint, where);
}

absl::Status ResolvePanel(Config& config) {
  if (config.endpoint.empty() && config.endpoints.empty() && config.panel.routes.empty()) {
    config.endpoint = "offline";
  }
  if (!config.endpoint.empty()) {
    if (absl::Status status = RouteToShorthand(config); !status.ok()) return status;
  } else if (!config.model.empty()) {
    return Invalid("", "`model` goes with `endpoint` (--model with --llm); tables have a `model` each");
  } else if (config.panel.routes.empty() && config.endpoints.size() == 1) {
    config.panel.routes = {{kDefaultRoute, {config.endpoints[0].name}}};
  } else if (config.panel.routes.empty()) {
    return Invalid("",
                   absl::StrCat("there are ", config.endpoints.size(), " endpoints (", EndpointNames(config),
                                ") and no [panel]; add one, such as\n[panel]\ndefault = [\"",
                                config.endpoints[0].name, "\"]"));
  }
  return CheckRoutes(config);
}

const EndpointConfig* FindEndpoint(const Config& config, const std::string& name) {
  for (const EndpointConfig& endpoint : config.endpoints) {
    if (endpoint.name == name) return &endpoint;
  }
  return nullptr;
}

const std::vector<std::string>* RouteOf(const PanelConfig& panel, const std::string& persona_id) {
  auto found = panel.routes.find(persona_id);
  if (found == panel.routes.end()) found = panel.routes.find(kDefaultRoute);
  return found == panel.routes.end() ? nullptr : &found->second;
}

std::string DescribePanel(const Config& config) {
  if (!config.endpoint.empty()) return config.endpoint;
  std::set<std::string> names;
  for (const auto& [persona, route] : config.panel.routes) names.insert(route.begin(), route.end());
  return absl::StrJoin(names, ", ");
}

}  // namespace seaworthy
