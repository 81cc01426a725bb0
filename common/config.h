// Configuration: defaults, then a TOML file, then flags (docs/configuration.md).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

struct Config {
  // Where everything durable lives.
  std::string data_dir = "data";
  // The public site, the desk and the API.
  std::string http_address = "127.0.0.1";
  int http_port = 8080;
  // How readers reach the site, without a trailing slash; empty for
  // http://localhost:PORT.
  std::string public_url;
  // For the HTTP API; empty: made at the first start and kept in
  // data_dir/api-token (mode 0600).
  std::string api_token;
  // Where `up` writes the desk's one-time sign-in link instead of printing it;
  // empty to print it.
  std::string desk_link_file;
  // Folder of the persona files; empty for the installed ones.
  std::string prompts_dir;
  // Folder of templates and styles; empty for the installed ones.
  std::string web_dir;
  // `offline` or `replay:DIR`.
  std::string endpoint = "offline";
  // Reviews under way at once.
  int reviewer_workers = 4;
  // Announcements read at once. One keeps the order of the log, and with it the
  // same pairs for the same input.
  int ingest_workers = 1;
  // Comparisons made by the pipeline for each new tool, at most.
  int max_pairs_per_tool = 5;
};

// Reads a TOML file over the defaults. Errors: NOT_FOUND, INVALID_ARGUMENT
// naming file, line, key and the keys there are.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// Checks ranges and fills what is empty (`prompts_dir`, `web_dir`, and
// `public_url` unless the port is 0). Errors: INVALID_ARGUMENT naming the key.
absl::StatusOr<Config> ResolveConfig(Config config);

// Folder that holds `prompts/` and `web/`: $SEAWORTHY_HOME, else the nearest of
// up to five folders above the program's, else ../share/seaworthy beside it.
// Errors: NOT_FOUND naming the places looked at.
absl::StatusOr<std::string> FindHome();

}  // namespace seaworthy
