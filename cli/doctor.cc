// `seaworthy doctor`: checks what a server needs and says what to do.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/endpoint_check.h"
#include "cli/endpoints.h"
#include "cli/port_probe.h"
#include "cli/server_connection.h"
#include "cli/terminal.h"
#include "cli/wiring.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "common/persona.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLeastFreeBytes = 100 << 20;
constexpr uint64_t kGoodFreeBytes = 1 << 30;

// Prints each check as it is made and counts what is wrong.
class Report {
 public:
  void Ok(const char* what, const std::string& text) { Line("ok", Ink::kGreen, what, text); }
  void Warn(const char* what, const std::string& text) { Line("warn", Ink::kYellow, what, text); }
  void Fail(const char* what, const std::string& text) {
    Line("FAIL", Ink::kRed, what, text);
    ++failures_;
  }
  int failures() const { return failures_; }

 private:
  void Line(const char* level, Ink ink, const char* what, const std::string& text) {
    std::printf("%s%s %-12s %s\n", Paint(level, ink, colour_).c_str(),
                std::string(5 - std::string(level).size(), ' ').c_str(), what, Printable(text).c_str());
  }
  const bool colour_ = OutputTakesColour();
  int failures_ = 0;
};

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// Who is asked by some persona.
std::set<std::string> Asked(const Config& config, const std::vector<v1::Persona>& personas) {
  std::set<std::string> names;
  for (const v1::Persona& persona : personas) {
    const std::vector<std::string>* route = RouteOf(config.panel, persona.persona_id());
    if (route != nullptr) names.insert(route->begin(), route->end());
  }
  return names;
}

// Connection, key and model of every endpoint in use; no model is asked, which
// would cost money.
void CheckEndpoints(const Config& config, Report& report) {
  const absl::StatusOr<std::vector<v1::Persona>> personas = LoadPersonas(config.prompts_dir);
  if (!personas.ok()) return report.Fail("reviewers", Message(personas.status()));
  report.Ok("reviewers", absl::StrCat(personas->size(), " personas in ", config.prompts_dir));
  const absl::StatusOr<Endpoints> endpoints = MakeEndpoints(config, *personas);
  if (!endpoints.ok()) return report.Fail("endpoints", Message(endpoints.status()));
  for (const std::string& name : Asked(config, *personas)) {
    const EndpointConfig& endpoint = *FindEndpoint(config, name);
    const std::string exposed = ExposedKeyWarning(endpoint);
    if (!exposed.empty()) report.Warn("endpoint", exposed);
    const absl::Status probe = ProbeEndpoint(config, endpoint, endpoints->http.get());
    if (probe.ok()) {
      report.Ok("endpoint", absl::StrCat(name, " (", endpoint.url, ") is there"));
    } else {
      report.Fail("endpoint", absl::StrCat(Message(probe), WayOut(endpoint, probe)));
    }
  }
}

void CheckSpace(const DataLayout& layout, Report& report) {
  std::error_code error;
  const fs::space_info space = fs::space(layout.dir, error);
  if (error) return report.Fail("disk", absl::StrCat(layout.dir, ": ", error.message()));
  const std::string text = absl::StrCat(space.available >> 20, " MiB free for ", layout.dir);
  if (space.available < kLeastFreeBytes) return report.Fail("disk", text + "; free some, or move the folder");
  if (space.available < kGoodFreeBytes) return report.Warn("disk", text + "; that will not last long");
  report.Ok("disk", text);
}

void CheckServer(const Config& config, Report& report) {
  const absl::StatusOr<ServerConnection> server = ConnectToServer(config.data_dir);
  if (!server.ok()) return report.Fail("server", Message(server.status()));
  const auto status = server->aggregator->GetStatus({});
  if (!status.ok()) return report.Fail("server", Message(status.status()));
  report.Ok("server",
            absl::StrCat("answers on ", server->address, ", log at event ", status->log_sequence()));
  for (const v1::QueueStatus& queue : status->queues()) {
    if (queue.dead() == 0) continue;
    report.Warn("queues", absl::StrCat("`", queue.name(), "` gave up on ", queue.dead(),
                                       " events; the server's log says why"));
  }
}

void CheckLog(const Config& config, Report& report) {
  const absl::StatusOr<OpenData> data = OpenDataFolder(config);
  if (!data.ok()) return report.Fail("log", Message(data.status()));
  report.Ok("log", absl::StrCat("opens, ", data->log->LastSequence(), " events, every checksum right"));
  const auto aggregator =
      OpenAggregator(config, data->log.get(), data->objects.get(), data->dir->layout().store);
  if (!aggregator.ok()) {
    return report.Fail("state",
                       Message(aggregator.status()) + "; `seaworthy rebuild` makes it anew from the log");
  }
  report.Ok("state", "opens");
}

void CheckPort(const Config& config, bool server_runs, Report& report) {
  const absl::Status free = ProbePort(config.http_address, config.http_port);
  if (free.ok() && server_runs) {
    return report.Warn(
        "port", absl::StrCat("nothing listens on ", config.http_port, ": the server runs on another port"));
  }
  if (free.ok())
    return report.Ok("port", absl::StrCat(config.http_address, ":", config.http_port, " is free"));
  if (server_runs)
    return report.Ok("port", absl::StrCat(config.http_port, " is in use while the server runs"));
  report.Fail("port", Message(free));
}

// What needs the data folder, by whether it is there and in use.
void CheckData(const Config& config, Report& report) {
  const DataLayout layout(config.data_dir);
  std::error_code error;
  if (!fs::exists(layout.dir, error)) {
    report.Ok("data", layout.dir + " does not exist yet; `seaworthy up` makes it");
    return CheckPort(config, false, report);
  }
  const absl::StatusOr<int> pid = UsedBy(layout);
  if (!pid.ok()) return report.Fail("data", Message(pid.status()));
  if (*pid != 0) {
    report.Ok("data", absl::StrCat(layout.dir, " is in use by process ", *pid));
    CheckServer(config, report);
  } else {
    report.Ok("data", layout.dir + " is there and not in use");
    CheckLog(config, report);
  }
  CheckSpace(layout, report);
  CheckPort(config, *pid != 0, report);
}

absl::Status Doctor(const Context& context, const std::optional<int>& port) {
  Report report;
  absl::StatusOr<Config> config = ConfigFromFlags(context);
  if (!config.ok()) return config.status();
  if (port.has_value()) config->http_port = *port;
  config = ResolveConfig(*config);
  if (config.ok()) {
    report.Ok("install",
              absl::StrCat("prompts in ", config->prompts_dir, ", templates in ", config->web_dir));
    CheckEndpoints(*config, report);
    CheckData(*config, report);
  } else {
    report.Fail("install", Message(config.status()));
  }
  if (report.failures() == 0) {
    std::printf("\nReady to run: seaworthy up\n");
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      report.failures(), report.failures() == 1 ? " check" : " checks", " failed; see FAIL above"));
}

}  // namespace

void AddDoctor(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("doctor", "Check data folder, endpoint and ports; says what to do");
  auto port = std::make_shared<std::optional<int>>();
  AddDataFlag(*command, context);
  AddConfigFlags(*command, context);
  command->add_option("--port", *port, "Port to check (default: 8080)")
      ->check(CLI::Range(1, 65535))
      ->type_name("N");
  command->footer(
      "Changes nothing. Works while the server runs and while it does not. No model is asked for a verdict;\n"
      "`seaworthy endpoints test` does that.\n"
      "Example:\n"
      "  seaworthy doctor --data /var/lib/seaworthy");
  command->callback(
      [&context, port] { context.action = [&context, port] { return Doctor(context, *port); }; });
}

}  // namespace seaworthy::cli
