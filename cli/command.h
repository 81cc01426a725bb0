// A subcommand: it declares its flags once and says what to run.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config.h"

namespace CLI {
class App;
}  // namespace CLI

namespace seaworthy::cli {

// What the commands share. `action` is set by the command that was named.
struct Context {
  std::function<absl::Status()> action;
  // The flags below are the user's where they are not empty.
  std::string data_dir;
  std::string config_file;
  std::string endpoint;
  std::string model;
};

// `--data`, default $SEAWORTHY_DATA, else the configuration's, else ./data.
void AddDataFlag(CLI::App& command, Context& context);
// `--config`, `--llm` (or `--endpoint`) and `--model`.
void AddConfigFlags(CLI::App& command, Context& context);

// Defaults, then --config, then the flags above; not resolved yet.
absl::StatusOr<Config> ConfigFromFlags(const Context& context);

// One function a command, each in a file of its own. `app` and `context`
// outlive what they add.
void AddUp(CLI::App& app, Context& context);
void AddIngest(CLI::App& app, Context& context);
void AddReview(CLI::App& app, Context& context);
void AddCompare(CLI::App& app, Context& context);
void AddStatus(CLI::App& app, Context& context);
void AddExport(CLI::App& app, Context& context);
void AddRebuild(CLI::App& app, Context& context);
void AddBackup(CLI::App& app, Context& context);
void AddRestore(CLI::App& app, Context& context);
void AddVerify(CLI::App& app, Context& context);
void AddLog(CLI::App& app, Context& context);
void AddDoctor(CLI::App& app, Context& context);
void AddWatch(CLI::App& app, Context& context);
void AddEndpoints(CLI::App& app, Context& context);
void AddAccount(CLI::App& app, Context& context);
void AddAudit(CLI::App& app, Context& context);
void AddToken(CLI::App& app, Context& context);
void AddTrace(CLI::App& app, Context& context);
void AddEdition(CLI::App& app, Context& context);
void AddSubscribers(CLI::App& app, Context& context);

}  // namespace seaworthy::cli
