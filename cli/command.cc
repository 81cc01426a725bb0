#include "cli/command.h"

#include <CLI/CLI.hpp>

#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

void AddConfigFile(CLI::App& command, Context& context) {
  if (command.get_option_no_throw("--config") != nullptr) return;
  command.add_option("--config", context.config_file, "Configuration file (docs/configuration.md)")
      ->type_name("FILE");
}

}  // namespace

void AddDataFlag(CLI::App& command, Context& context) {
  AddConfigFile(command, context);
  command.add_option("--data", context.data_dir, "Data folder (default: ./data)")
      ->envname("SEAWORTHY_DATA")
      ->type_name("DIR");
}

void AddConfigFlags(CLI::App& command, Context& context) {
  AddConfigFile(command, context);
  command
      .add_option(
          "--llm,--endpoint", context.endpoint,
          "Who answers for the reviewers: `offline` (rules, no network), `replay:DIR`, an endpoint of "
          "the configuration, or a URL such as openai:http://localhost:11434/v1 with --model")
      ->type_name("SPEC");
  command.add_option("--model", context.model, "The model to ask for, with --llm")->type_name("NAME");
}

absl::StatusOr<Config> ConfigFromFlags(const Context& context) {
  Config config;
  if (!context.config_file.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(config, LoadConfig(context.config_file));
  }
  if (!context.data_dir.empty()) config.data_dir = context.data_dir;
  if (!context.endpoint.empty()) {
    config.endpoint = context.endpoint;
    config.model.clear();
    config.panel.routes.clear();
  }
  if (!context.model.empty()) config.model = context.model;
  return config;
}

}  // namespace seaworthy::cli
