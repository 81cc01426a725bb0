#include "cli/command.h"

#include <CLI/CLI.hpp>

#include "common/status_macros.h"

namespace seaworthy::cli {

void AddDataFlag(CLI::App& command, Context& context) {
  command.add_option("--data", context.data_dir, "Data folder (default: ./data)")
      ->envname("SEAWORTHY_DATA")
      ->type_name("DIR");
}

void AddConfigFlags(CLI::App& command, Context& context) {
  command.add_option("--config", context.config_file, "Configuration file (docs/configuration.md)")
      ->type_name("FILE");
  command
      .add_option("--endpoint", context.endpoint,
                  "Who answers for the reviewers: `offline` (rules, no network) or `replay:DIR`")
      ->type_name("SPEC");
}

absl::StatusOr<Config> ConfigFromFlags(const Context& context) {
  Config config;
  if (!context.config_file.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(config, LoadConfig(context.config_file));
  }
  if (!context.data_dir.empty()) config.data_dir = context.data_dir;
  if (!context.endpoint.empty()) config.endpoint = context.endpoint;
  return config;
}

}  // namespace seaworthy::cli
