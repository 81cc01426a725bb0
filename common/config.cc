#include "common/config.h"

#include <toml++/toml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <tuple>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxConfigBytes = 64 * 1024;
// build/release/common/x stands four folders below the source folder.
constexpr int kMaxHomeLevels = 5;

// One key of the file and where its value goes.
struct Key {
  absl::string_view name;
  std::variant<std::string Config::*, int Config::*> field;
};

constexpr Key kKeys[] = {
    {"api_token", &Config::api_token},
    {"data_dir", &Config::data_dir},
    {"desk_link_file", &Config::desk_link_file},
    {"endpoint", &Config::endpoint},
    {"http_address", &Config::http_address},
    {"http_port", &Config::http_port},
    {"ingest_workers", &Config::ingest_workers},
    {"max_pairs_per_tool", &Config::max_pairs_per_tool},
    {"prompts_dir", &Config::prompts_dir},
    {"public_url", &Config::public_url},
    {"reviewer_workers", &Config::reviewer_workers},
    {"web_dir", &Config::web_dir},
};

std::string At(const std::string& path, const toml::source_region& where) {
  return absl::StrCat(path, ":", where.begin.line, ": ");
}

std::string KeyNames() {
  return absl::StrJoin(kKeys, ", ", [](std::string* out, const Key& key) { absl::StrAppend(out, key.name); });
}

absl::Status SetString(const toml::node& node, std::string& field, const std::string& where) {
  const auto value = node.value_exact<std::string>();
  if (!value.has_value()) return absl::InvalidArgumentError(absl::StrCat(where, "expects a \"string\""));
  field = *value;
  return absl::OkStatus();
}

absl::Status SetInt(const toml::node& node, int& field, const std::string& where) {
  const auto value = node.value_exact<int64_t>();
  if (!value.has_value() || *value < 0 || *value > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError(absl::StrCat(where, "expects a whole number, 0 or more"));
  }
  field = static_cast<int>(*value);
  return absl::OkStatus();
}

absl::Status SetKey(absl::string_view name, const toml::node& node, const std::string& path, Config& config) {
  for (const Key& key : kKeys) {
    if (key.name != name) continue;
    const std::string where = absl::StrCat(At(path, node.source()), "`", name, "` ");
    if (const auto* text = std::get_if<std::string Config::*>(&key.field)) {
      return SetString(node, config.**text, where);
    }
    return SetInt(node, config.*std::get<int Config::*>(key.field), where);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(At(path, node.source()), "unknown key `", name, "`; the keys are ", KeyNames()));
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
      {"reviewer_workers", config.reviewer_workers, 1, 256},
      {"ingest_workers", config.ingest_workers, 1, 64},
      {"max_pairs_per_tool", config.max_pairs_per_tool, 0, 100},
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
    return absl::InvalidArgumentError(absl::StrCat(At(path, error.source()), std::string(error.description()),
                                                   "; see docs/configuration.md for an example"));
  }
  return config;
}

absl::StatusOr<Config> ResolveConfig(Config config) {
  if (absl::Status status = CheckRanges(config); !status.ok()) return status;
  if (config.data_dir.empty()) return absl::InvalidArgumentError("`data_dir` is empty; name a folder");
  if (config.http_address.empty()) {
    return absl::InvalidArgumentError("`http_address` is empty; use 127.0.0.1, or 0.0.0.0 for every network");
  }
  if (config.endpoint.empty()) {
    return absl::InvalidArgumentError("`endpoint` is empty; use offline or replay:DIR");
  }
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
