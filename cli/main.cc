// The `seaworthy` command.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "common/telemetry/logging.h"

namespace seaworthy::cli {
namespace {

constexpr char kAbout[] =
    "Seaworthy inspects releases of AI models and developer tools: four reviewers vote\n"
    "ship or skip and say why; editors publish the comparisons that come of it.";

constexpr char kFooter[] =
    "Examples:\n"
    "  seaworthy up --examples examples      start, with something to look at\n"
    "  seaworthy review announcement.md      four verdicts in the terminal, no server needed\n"
    "  seaworthy ingest announcement.md      hand an announcement to the running server\n"
    "  seaworthy watch add URL               read a feed, page or repository by itself\n"
    "  seaworthy status                      what is under way\n"
    "  seaworthy export public               the public pages as files\n"
    "  seaworthy backup DIR                  a checked copy of everything, while it runs\n"
    "  seaworthy endpoints test              do the configured models answer\n"
    "  seaworthy token add bot --scope read  a token for the HTTP API\n"
    "\n"
    "`seaworthy COMMAND --help` tells the rest; docs/cli.md shows it all.\n\n";

// An answer that did not get out is none.
absl::Status Answered(const absl::Status& status) {
  if (!status.ok() || (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)) return status;
  return absl::UnavailableError("standard output cannot be written; check its disk's space");
}

int Run(int argc, char** argv) {
  CLI::App app(kAbout, "seaworthy");
  Context context;
  app.footer(std::string(kFooter) + kExitCodeHelp);
  app.set_version_flag("--version", "seaworthy " SEAWORTHY_VERSION);
  app.require_subcommand(1);
  for (const auto add : {AddUp,      AddIngest, AddWatch,   AddReview, AddCompare, AddStatus,     AddExport,
                         AddRebuild, AddBackup, AddRestore, AddVerify, AddLog,     AddEndpoints,  AddDoctor,
                         AddAccount, AddAudit,  AddToken,   AddTrace,  AddEdition, AddSubscribers}) {
    add(app, context);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  // Standard output is for the answer. `up` goes by the configuration.
  LogOptions log;
  log.level = "warn";
  if (const absl::Status status = StartLogging(log); !status.ok()) return Finish(status);
  return Finish(Answered(context.action()));
}

}  // namespace
}  // namespace seaworthy::cli

int main(int argc, char** argv) { return seaworthy::cli::Run(argc, argv); }
