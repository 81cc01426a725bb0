#include "common/config.h"

#include <toml++/toml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/config_endpoints.h"
#include "common/config_toml.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxConfigBytes = 64 * 1024;
// build/release/common/x stands four folders below the source folder.
constexpr int kMaxHomeLevels = 5;

using config_toml::Key;
using config_toml::SetMember;

constexpr Key<Config> kKeys[] = {
    {"allowed_private_hosts", SetMember<&Config::allowed_private_hosts>},
    {"api_token", SetMember<&Config::api_token>},
    {"data_dir", SetMember<&Config::data_dir>},
    {"desk_link_file", SetMember<&Config::desk_link_file>},
    {"endpoint", SetMember<&Config::endpoint>},
    {"fetch_ca_file", SetMember<&Config::fetch_ca_file>},
    {"fetch_contact", SetMember<&Config::fetch_contact>},
    {"github_token_env", SetMember<&Config::github_token_env>},
    {"github_token_file", SetMember<&Config::github_token_file>},
    {"http_address", SetMember<&Config::http_address>},
    {"http_port", SetMember<&Config::http_port>},
    {"ingest_workers", SetMember<&Config::ingest_workers>},
    {"max_pairs_per_tool", SetMember<&Config::max_pairs_per_tool>},
    {"model", SetMember<&Config::model>},
    {"prompts_dir", SetMember<&Config::prompts_dir>},
    {"public_url", SetMember<&Config::public_url>},
    {"watch", SetMember<&Config::watch>},
    {"watch_first_entries", SetMember<&Config::watch_first_entries>},
    {"watch_host_seconds", SetMember<&Config::watch_host_seconds>},
    {"watch_workers", SetMember<&Config::watch_workers>},
    {"web_dir", SetMember<&Config::web_dir>},
};

absl::Status SetKey(absl::string_view name, const toml::node& node, const std::string& path, Config& config) {
  if (name == "endpoints") return config_toml::ReadEndpoints(node, path, config);
  if (name == "panel") return config_toml::ReadPanel(node, path, config);
  if (name == "budget") return config_toml::ReadBudget(node, path, config);
  if (name == "hooks") return config_toml::ReadHooks(node, path, config);
  if (name == "ingest") return config_toml::ReadIngest(node, path, config);
  if (name == "api") return config_toml::ReadApi(node, path, config);
  if (name == "desk") return config_toml::ReadDesk(node, path, config);
  if (name == "log") return config_toml::ReadLog(node, path, config);
  if (name == "mail") return config_toml::ReadMail(node, path, config);
  if (name == "services") return config_toml::ReadServices(node, path, config);
  if (name == "telemetry") return config_toml::ReadTelemetry(node, path, config);
  return config_toml::SetByName(kKeys, name, node, path,
                                "the file, nor a table of it ([endpoints.NAME], [panel], [budget], "
                                "[hooks.SOURCE], [ingest], [desk], [log], [api], "
                                "[mail], [services], [telemetry])",
                                config);
}

// What only the whole file shows.
absl::Status CheckFile(const std::string& path, const Config& config) {
  if (!config.endpoint.empty() && !config.panel.routes.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": `endpoint` and [panel] both say who answers; keep one"));
  }
  // Names are checked here, where the file is known.
  Config resolved = config;
  if (absl::Status status = ResolvePanel(resolved); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(status.message())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadConfigFile(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such configuration file; check --config"));
  }
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof())
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read; check its mode"));
  if (text.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": over ", kMaxConfigBytes / 1024, " KiB; this is no configuration file"));
  }
  return text;
}

absl::Status CheckRange(absl::string_view key, int value, int least, int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", key, "` is ", value, "; it must be ", least, " to ", most));
}

absl::Status CheckPublicUrl(const std::string& url) {
  if ((absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://")) && !absl::EndsWith(url, "/") &&
      url.find_first_of(" \"<>\\\r\n\t") == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("`public_url` is \"", url,
                                                 "\"; it must be an http or https URL without a trailing "
                                                 "slash, such as https://reviews.example"));
}

absl::Status CheckToken(const std::string& token) {
  if (token.empty()) return absl::OkStatus();
  bool printable = token.size() <= 512;
  for (const char c : token) printable = printable && absl::ascii_isgraph(static_cast<unsigned char>(c));
  if (printable) return absl::OkStatus();
  // The token itself stays out of the message: messages are logged.
  return absl::InvalidArgumentError(
      "`api_token` must be at most 512 printable ASCII characters without spaces; one is made with "
      "`openssl rand -hex 32`, or leave it out to have one made");
}

absl::Status CheckRanges(const Config& config) {
  const std::tuple<absl::string_view, int, int, int> ranges[] = {
      {"http_port", config.http_port, 0, 65535},
      {"ingest_workers", config.ingest_workers, 1, 64},
      {"max_pairs_per_tool", config.max_pairs_per_tool, 0, 100},
      {"watch_first_entries", config.watch_first_entries, 1, 200},
      {"watch_host_seconds", config.watch_host_seconds, 1, 3600},
      {"watch_workers", config.watch_workers, 1, 32},
  };
  for (const auto& [key, value, least, most] : ranges) {
    if (absl::Status status = CheckRange(key, value, least, most); !status.ok()) return status;
  }
  return absl::OkStatus();
}

bool IsHome(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "prompts", error) && fs::is_directory(folder / "web", error);
}

// `prompts` or `web` below the home folder, where none was configured.
absl::Status FillFromHome(absl::string_view name, std::string& dir) {
  if (!dir.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> home = FindHome();
  if (!home.ok()) return home.status();
  dir = absl::StrCat(*home, "/", name);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  absl::StatusOr<std::string> text = ReadConfigFile(path);
  if (!text.ok()) return text.status();
  Config config;
  try {
    const toml::table table = toml::parse(*text, path);
    for (const auto& [key, node] : table) {
      if (absl::Status status =
              SetKey(absl::string_view(key.str().data(), key.str().size()), node, path, config);
          !status.ok())
        return status;
    }
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":", error.source().begin.line, ": ",
                                                   std::string(error.description()),
                                                   "; see docs/configuration.md for an example"));
  }
  if (absl::Status status = CheckFile(path, config); !status.ok()) return status;
  return config;
}

absl::StatusOr<Config> ResolveConfig(Config config) {
  if (absl::Status status = CheckRanges(config); !status.ok()) return status;
  if (config.data_dir.empty()) return absl::InvalidArgumentError("`data_dir` is empty; name a folder");
  if (config.http_address.empty()) {
    return absl::InvalidArgumentError("`http_address` is empty; use 127.0.0.1, or 0.0.0.0 for every network");
  }
  if (absl::Status status = ResolvePanel(config); !status.ok()) return status;
  if (absl::Status status = CheckToken(config.api_token); !status.ok()) return status;
  if (config.public_url.empty() && config.http_port != 0) {
    config.public_url = absl::StrCat("http://localhost:", config.http_port);
  }
  if (!config.public_url.empty()) {
    if (absl::Status status = CheckPublicUrl(config.public_url); !status.ok()) return status;
  }
  if (absl::Status status = FillFromHome("prompts", config.prompts_dir); !status.ok()) return status;
  if (absl::Status status = FillFromHome("web", config.web_dir); !status.ok()) return status;
  return config;
}

absl::StatusOr<std::string> FindHome() {
  std::vector<std::string> looked;
  if (const char* home = std::getenv("SEAWORTHY_HOME"); home != nullptr && *home != '\0') {
    if (IsHome(home)) return std::string(home);
    return absl::NotFoundError(
        absl::StrCat("$SEAWORTHY_HOME is ", home, ", which does not hold prompts/ and web/; correct it"));
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  fs::path folder = program.parent_path();
  for (int level = 0; level < kMaxHomeLevels && folder.has_relative_path(); ++level) {
    folder = folder.parent_path();
    if (IsHome(folder)) return folder.string();
    looked.push_back(folder.string());
  }
  const fs::path shared = program.parent_path().parent_path() / "share" / "seaworthy";
  if (IsHome(shared)) return shared.string();
  looked.push_back(shared.string());
  return absl::NotFoundError(absl::StrCat("prompts/ and web/ not found in ", absl::StrJoin(looked, ", "),
                                          "; set $SEAWORTHY_HOME to the folder that holds both"));
}

}  // namespace seaworthy
