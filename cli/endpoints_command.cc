// `seaworthy endpoints`: who is configured to answer, and whether they do.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/command.h"
#include "cli/endpoint_check.h"
#include "cli/endpoints.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "common/persona.h"
#include "common/status_macros.h"
#include "services/publisher/api/api_json.h"

namespace seaworthy::cli {
namespace {

using nlohmann::json;

struct EndpointsFlags {
  std::vector<std::string> names;
  bool controls = false;
  bool json = false;
};

struct Setup {
  Config config;
  std::vector<v1::Persona> personas;
};

absl::StatusOr<Setup> Load(const Context& context) {
  Setup setup;
  SEAWORTHY_ASSIGN_OR_RETURN(setup.config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(setup.config, ResolveConfig(setup.config));
  SEAWORTHY_ASSIGN_OR_RETURN(setup.personas, LoadPersonas(setup.config.prompts_dir));
  return setup;
}

// Where its key comes from; never the key.
std::string KeySource(const EndpointConfig& endpoint) {
  if (!endpoint.key_file.empty()) return endpoint.key_file;
  const std::string variable = endpoint.key_env.empty() ? DefaultKeyEnv(endpoint.url) : endpoint.key_env;
  if (variable.empty()) return "none";
  return absl::StrCat("$", variable, ReadKey(endpoint).ok() ? "" : " (not set)");
}

// The personas that ask it, with its place in their route where not the first.
std::string AskedBy(const Setup& setup, const std::string& name) {
  std::vector<std::string> askers;
  for (const v1::Persona& persona : setup.personas) {
    const std::vector<std::string>* route = RouteOf(setup.config.panel, persona.persona_id());
    if (route == nullptr) continue;
    const auto found = std::find(route->begin(), route->end(), name);
    if (found == route->end()) continue;
    const auto place = found - route->begin();
    askers.push_back(place == 0 ? persona.persona_id()
                                : absl::StrCat(persona.persona_id(), " (", place + 1, ")"));
  }
  return absl::StrJoin(askers, ", ");
}

absl::Status List(const Context& context, const EndpointsFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Setup setup, Load(context));
  std::vector<std::vector<std::string>> rows = {{"NAME", "URL", "MODEL", "KEY", "ASKED BY"}};
  json list = json::array();
  for (const EndpointConfig& endpoint : setup.config.endpoints) {
    rows.push_back({endpoint.name, endpoint.url, endpoint.model.empty() ? "-" : endpoint.model,
                    KeySource(endpoint), AskedBy(setup, endpoint.name)});
    list.push_back({{"name", endpoint.name},
                    {"url", endpoint.url},
                    {"model", endpoint.model},
                    {"key", KeySource(endpoint)},
                    {"asked_by", AskedBy(setup, endpoint.name)}});
  }
  const std::string text = flags.json ? DumpJson({{"endpoints", list}}) : Printable(Table(rows));
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<EndpointConfig>> Chosen(const Config& config,
                                                   const std::vector<std::string>& names) {
  if (names.empty()) return config.endpoints;
  std::vector<EndpointConfig> chosen;
  for (const std::string& name : names) {
    const EndpointConfig* endpoint = FindEndpoint(config, name);
    if (endpoint == nullptr) {
      return absl::NotFoundError(absl::StrCat("there is no endpoint `", name,
                                              "`; `seaworthy endpoints list` shows those there are"));
    }
    chosen.push_back(*endpoint);
  }
  return chosen;
}

std::string CostText(const EndpointCheck& check) {
  if (!check.cost_micro_usd.has_value()) return "no price known";
  return absl::StrFormat("$%.6f", static_cast<double>(*check.cost_micro_usd) / 1e6);
}

std::string CheckText(const EndpointCheck& check) {
  if (!check.status.ok()) return std::string(check.status.message());
  if (!check.reply.has_value()) return "plays recordings; not asked";
  const LlmUsage& usage = check.reply->usage;
  const std::string tokens = usage.input_tokens + usage.output_tokens == 0
                                 ? std::string("tokens not told")
                                 : absl::StrCat(usage.input_tokens, " + ", usage.output_tokens, " tokens");
  return absl::StrFormat("%s, %s, %s, %.0f ms, model %s", OutcomeName(check.reply->outcome), tokens,
                         CostText(check), absl::ToDoubleMilliseconds(check.reply->elapsed),
                         check.reply->model.empty() ? "not told" : check.reply->model);
}

json CheckJson(const EndpointCheck& check) {
  json body = {
      {"name", check.name}, {"ok", check.status.ok()}, {"message", std::string(check.status.message())}};
  if (!check.reply.has_value()) return body;
  body["outcome"] = OutcomeName(check.reply->outcome);
  body["model_served"] = check.reply->model;
  body["input_tokens"] = check.reply->usage.input_tokens;
  body["output_tokens"] = check.reply->usage.output_tokens;
  body["elapsed_ms"] = absl::ToInt64Milliseconds(check.reply->elapsed);
  body["cost_micro_usd"] = check.cost_micro_usd.has_value() ? json(*check.cost_micro_usd) : json();
  return body;
}

void PrintLine(bool ok, const std::string& name, const std::string& text) {
  const std::string level = Paint(ok ? "ok  " : "FAIL", ok ? Ink::kGreen : Ink::kRed, OutputTakesColour());
  std::printf("%s  %-12s %s\n", level.c_str(), Printable(name).c_str(), Printable(text).c_str());
  std::fflush(stdout);
}

// All personas on one endpoint; the number of failures.
int RunControls(EndpointChecker& checker, const EndpointConfig& endpoint, const Setup& setup, bool print,
                json& out) {
  int failures = 0;
  for (const v1::Persona& persona : setup.personas) {
    for (const ControlResult& result : checker.Controls(endpoint, persona)) {
      failures += result.passed ? 0 : 1;
      const std::string text = absl::StrCat(result.persona_id, ", ", result.control, ": ",
                                            result.passed ? "pass" : absl::StrCat("fail: ", result.detail));
      if (print) PrintLine(result.passed, endpoint.name, text);
      out.push_back({{"endpoint", result.endpoint},
                     {"persona", result.persona_id},
                     {"control", result.control},
                     {"passed", result.passed},
                     {"detail", result.detail}});
    }
  }
  return failures;
}

absl::Status Test(const Context& context, const EndpointsFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Setup setup, Load(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<EndpointConfig> chosen, Chosen(setup.config, flags.names));
  SEAWORTHY_ASSIGN_OR_RETURN(PriceTable prices, MakePrices(setup.config));
  EndpointChecker checker(setup.config, std::move(prices));
  json checks = json::array();
  json controls = json::array();
  int failures = 0;
  for (const EndpointConfig& endpoint : chosen) {
    const EndpointCheck check = checker.Check(endpoint, setup.personas.front());
    checks.push_back(CheckJson(check));
    if (!flags.json) PrintLine(check.status.ok(), check.name, CheckText(check));
    failures += check.status.ok() ? 0 : 1;
    if (flags.controls && check.status.ok()) {
      failures += RunControls(checker, endpoint, setup, !flags.json, controls);
    }
  }
  json body = {{"endpoints", checks}};
  if (flags.controls) body["controls"] = controls;
  if (flags.json) std::fputs(DumpJson(body).c_str(), stdout);
  if (failures == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(failures, failures == 1 ? " check" : " checks", " failed; see above"));
}

}  // namespace

void AddEndpoints(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("endpoints", "Who answers for the reviewers: list and test");
  command->require_subcommand(1);
  auto flags = std::make_shared<EndpointsFlags>();
  CLI::App* list = command->add_subcommand("list", "Endpoints, their models and who asks them");
  CLI::App* test = command->add_subcommand("test", "Ask each for one verdict on an example");
  for (CLI::App* sub : {list, test}) {
    AddConfigFlags(*sub, context);
    sub->add_flag("--json", flags->json, "Print JSON");
  }
  test->add_option("names", flags->names, "Which (default: all)")->type_name("NAME");
  test->add_flag("--controls", flags->controls,
                 "Also: an empty announcement must not ship, the order of related tools must not matter");
  command->footer(
      "A test costs one small request for each endpoint, with --controls twelve more.\n"
      "Examples:\n"
      "  seaworthy endpoints test --llm openai:http://localhost:11434/v1 --model qwen3:8b\n"
      "  seaworthy endpoints test --config seaworthy.toml --controls");
  list->callback([&context, flags] { context.action = [&context, flags] { return List(context, *flags); }; });
  test->callback([&context, flags] { context.action = [&context, flags] { return Test(context, *flags); }; });
}

}  // namespace seaworthy::cli
