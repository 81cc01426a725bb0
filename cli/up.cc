// `seaworthy up`: everything in one process.
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/observe.h"
#include "cli/port_probe.h"
#include "cli/process.h"
#include "cli/ready.h"
#include "cli/shutdown.h"
#include "cli/wiring.h"
#include "common/config_endpoints.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

struct UpFlags {
  std::optional<int> port;
  std::string token;
  std::string desk_link_file;
  std::string examples;
  std::string log_format;
};

absl::StatusOr<Config> UpConfig(const Context& context, const UpFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(Config config, ConfigFromFlags(context));
  if (flags.port.has_value()) config.http_port = *flags.port;
  if (!flags.token.empty()) config.api_token = flags.token;
  if (!flags.desk_link_file.empty()) config.desk_link_file = flags.desk_link_file;
  if (!flags.log_format.empty()) config.telemetry.log_format = flags.log_format;
  // Found before the services start: links and the public URL name it.
  if (config.http_port == 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(config.http_port, FindFreePort(config.http_address));
  }
  return ResolveConfig(config);
}

// Hands in every file of the folder itself except README.md; recordings and
// configurations lie in folders below it. The keys follow from names and bytes,
// so the next start changes nothing.
absl::Status SubmitExamples(IngestService& ingest, const std::string& folder) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDocuments(folder));
  int submitted = 0;
  for (const std::string& file : files) {
    std::error_code error;
    if (file != folder && !fs::equivalent(fs::path(file).parent_path(), folder, error)) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(Document document, ReadDocument(file));
    if (document.file_name == "README.md") continue;
    v1::SubmitAnnouncementRequest request;
    request.set_idempotency_key("example-" + Sha256Hex(document.file_name + '\n' + document.bytes));
    request.set_file_name(document.file_name);
    request.set_document(std::move(document.bytes));
    const auto response = ingest.SubmitAnnouncement(request);
    if (!response.ok()) {
      return absl::Status(response.status().code(),
                          absl::StrCat(file, ": ", std::string(response.status().message())));
    }
    submitted += response->repeated() ? 0 : 1;
  }
  spdlog::info("examples: {} handed in from {}", submitted, folder);
  return absl::OkStatus();
}

absl::Status Up(const Context& context, const UpFlags& flags) {
  CatchStopSignals();
  umask(077);
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, UpConfig(context, flags));
  SEAWORTHY_RETURN_IF_ERROR(StartLog(config, "seaworthy"));
  AllowManyFiles();
  WarnOfWeakToken(config);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::unique_ptr<Program> program, Program::Start(config));
  spdlog::info("data in {}, endpoint {}, HTTP on {}:{}", program->layout().dir, DescribePanel(config),
               config.http_address, program->http_port());
  spdlog::info("audit log at {}", program->publisher().AuditHeadText());
  if (!flags.examples.empty()) SEAWORTHY_RETURN_IF_ERROR(SubmitExamples(program->ingest(), flags.examples));
  SEAWORTHY_RETURN_IF_ERROR(SayReady(program->publisher(), program->layout(), config));
  const int signal = WaitForStopSignal();
  spdlog::info("stopping on signal {}", signal);
  program->Stop();
  spdlog::info("stopped");
  return absl::OkStatus();
}

}  // namespace

void AddUp(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("up", "Start everything: the site, the desk and the API");
  auto flags = std::make_shared<UpFlags>();
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command
      ->add_option("--port", flags->port, "Port for site, desk and API (default: 8080; 0 for any free one)")
      ->check(CLI::Range(0, 65535))
      ->type_name("N");
  command->add_option("--token", flags->token, "API token (default: made and kept in DATA/api-token)")
      ->envname("SEAWORTHY_TOKEN")
      ->type_name("TOKEN");
  command
      ->add_option("--desk-link-file", flags->desk_link_file,
                   "Write the desk's sign-in link to this file (mode 0600) instead of printing it")
      ->type_name("FILE");
  command
      ->add_option("--examples", flags->examples,
                   "Hand in the announcements of this folder; once, however often it starts")
      ->type_name("DIR");
  command->add_option("--log-format", flags->log_format, "Lines of the log: human or json (default: human)")
      ->check(CLI::IsMember({"human", "json"}));
  command->footer(
      "Examples:\n"
      "  seaworthy up\n"
      "  seaworthy up --data /var/lib/seaworthy --port 9000 --config /etc/seaworthy.toml\n"
      "Stop it with Ctrl-C or SIGTERM; a second one ends it at once.");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Up(context, *flags); }; });
}

}  // namespace seaworthy::cli
