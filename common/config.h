// Configuration: defaults, then a TOML file, then flags (docs/configuration.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

// One [endpoints.NAME] table.
struct EndpointConfig {
  // Its table.
  std::string name;
  // openai:https://api.openai.com/v1, anthropic:https://api.anthropic.com,
  // grpc:HOST:PORT, triton:HOST:PORT, vllm:HOST:PORT (grpcs, tritons, vllms for
  // TLS), offline, replay:DIR or record:DIR.
  std::string url;
  // Asked for.
  std::string model;
  // Of openai: a name in the dialect table; empty: guessed from the URL.
  std::string dialect;
  // Where the key is; never the key itself.
  std::string key_env;
  std::string key_file;
  // PEM roots; empty: the system's.
  std::string ca_file;
  // The endpoint whose answers record:DIR keeps.
  std::string of;
  // Cap of the adaptive limit, 1 to 4096.
  int max_in_flight = 16;
  // Of one attempt (`deadline_seconds`).
  absl::Duration deadline = absl::Seconds(60);
  // `connect_timeout_seconds`
  absl::Duration connect_timeout = absl::Seconds(5);
  uint32_t max_output_tokens = 2048;
  std::optional<double> temperature;
  std::optional<int64_t> seed;
  // Server-sent events instead of one body.
  bool stream = false;
  // The provider's batch API.
  bool batch = false;
  // Over the price table.
  std::optional<double> input_usd_per_million;
  std::optional<double> output_usd_per_million;
};

// One [hooks.SOURCE] table: who may send announcements to
// POST /api/v1/hooks/SOURCE.
struct HookConfig {
  // Its table: 1 to 64 of a-z, 0-9 and `-`.
  std::string source_id;
  // `github` or `generic` (docs/api.md).
  std::string signature;
  // Where the secrets are; never the secrets themselves. Several while one is
  // replaced by another: a signature by any of them counts.
  std::vector<std::string> secret_env;
  std::vector<std::string> secret_file;
  // How near to the tools' makers it stands: `vendor`, `documentation`,
  // `third_party` or `rumour`.
  std::string tier = "third_party";
};

// Who answers for whom, and for how much money.
struct PanelConfig {
  // [panel]: persona -> endpoint names in order; `default` for the others.
  std::map<std::string, std::vector<std::string>> routes;
  // [budget] per_day_usd and per_run_usd; 0: none.
  double budget_usd_per_day = 0;
  double budget_usd_per_run = 0;
  // [budget] prices: more of the price table, TOML.
  std::string prices_file;
  // [panel] cache
  bool cache = true;
};

// [desk]: docs/accounts.md and docs/editorial.md.
struct DeskConfig {
  // Two editors approve what becomes public.
  bool four_eyes = false;
  // The header in which a proxy names whom it has signed in; empty: none.
  std::string proxy_header;
  // Ranges of addresses that proxy has; nobody else may send the header.
  std::vector<std::string> proxy_addresses;
  // Of those without an account; empty: they are refused.
  std::string proxy_role;
};

// [api]: docs/api.md, Limits.
struct ApiConfig {
  // Calls a minute, by address and by token; 0: no limit.
  int anonymous_per_minute = 300;
  int token_per_minute = 1200;
};

// [mail]: docs/edition.md.
struct MailConfig {
  // smtps://HOST:PORT or smtp://HOST:PORT; empty: nothing is mailed.
  std::string url;
  // `Name <address>` or an address.
  std::string from;
  // Empty: no sign-in.
  std::string user;
  // Where the password is; never the password itself.
  std::string password_env;
  std::string password_file;
  // PEM roots; empty: the system's.
  std::string ca_file;
  double per_second = 5;
};

// [log]: docs/event-log-nats.md.
struct LogConfig {
  // `embedded`, in the data folder, or `nats`.
  std::string kind = "embedded";
  // Of nats: nats://HOST:PORT or tls://HOST:PORT, several joined by commas.
  std::string url = "nats://127.0.0.1:4222";
  // A-Z, 0-9, `_` and `-`.
  std::string stream = "SEAWORTHY";
  // Who this process is, the same after a restart; empty: a name of its own.
  std::string instance;
  // `process` or `power`: what an acknowledged event must survive.
  std::string durability = "process";
  int replicas = 1;
  // An operator's word that every server has sync_interval: always.
  bool sync_always = false;
  // NATS credentials; PEM files for TLS. Empty: none.
  std::string credentials_file;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  // Days what lies behind a verified snapshot is kept; 0: for ever.
  int retention_days = 0;
};

// [services]: a service in a process of its own (docs/services.md). Not read by
// `seaworthy up`.
struct ServicesConfig {
  // Where this process answers the others, HOST:PORT; empty: where they look
  // for it, by the addresses below.
  std::string listen;
  // Where the others answer, HOST:PORT; of a name with several addresses
  // another is asked where one fails.
  std::string ingest = "127.0.0.1:9401";
  std::string reviewer = "127.0.0.1:9402";
  std::string aggregator = "127.0.0.1:9403";
  // Of a publisher: `all`, or `site` for a replica that only reads.
  std::string publisher_role = "all";
  // Of a reviewer: the personas it answers for; empty: all.
  std::vector<std::string> personas;
  // PEM, read anew when they change: whom we trust, who we are. Needed.
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

// [telemetry]: docs/telemetry.md.
struct TelemetryConfig {
  // `human` or `json`.
  std::string log_format = "human";
  // trace, debug, info, warn or error.
  std::string log_level = "info";
  // HOST:PORT of /metrics, /healthz and /readyz; empty: none.
  std::string listen;
  // OTLP over HTTP, such as http://localhost:4318; empty: spans stay here.
  std::string otlp_url;
};

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
  // Everybody's: `offline`, `replay:DIR`, the name of a table or a URL. Empty:
  // the tables below say who answers; `offline` where there are none.
  std::string endpoint;
  // With `endpoint`: asked for instead of the table's.
  std::string model;
  // In the order of their names.
  std::vector<EndpointConfig> endpoints;
  PanelConfig panel;
  // In the order of their names.
  std::vector<HookConfig> hooks;
  DeskConfig desk;
  LogConfig log;
  ServicesConfig services;
  TelemetryConfig telemetry;
  MailConfig mail;
  ApiConfig api;
  // [ingest] fill: the endpoint asked for facts the rules do not find; empty:
  // none.
  std::string ingest_fill;
  // Whether sources are read by themselves (docs/sources.md).
  bool watch = true;
  // Entries taken of a feed never read before.
  int watch_first_entries = 20;
  // Requests to hosts at once.
  int watch_workers = 4;
  // Between two requests to one host.
  int watch_host_seconds = 2;
  // Where the token for api.github.com is; never the token itself.
  std::string github_token_env;
  std::string github_token_file;
  // URL or mail address of whoever runs this, in the User-Agent.
  std::string fetch_contact;
  // `HOST:PORT` that may be fetched from although its address is private.
  std::vector<std::string> allowed_private_hosts;
  // PEM roots for fetching; empty: the system's.
  std::string fetch_ca_file;
  // Announcements read at once. One keeps the order of the log, and with it the
  // same pairs for the same input.
  int ingest_workers = 1;
  // Comparisons made by the pipeline for each new tool, at most.
  int max_pairs_per_tool = 5;
};

// Reads a TOML file over the defaults. Errors: NOT_FOUND, INVALID_ARGUMENT
// naming file, line, key and the keys there are.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// Checks ranges and fills what is empty (`prompts_dir`, `web_dir`, the panel's
// endpoints and routes, and `public_url` unless the port is 0). Errors: INVALID_ARGUMENT naming the key.
absl::StatusOr<Config> ResolveConfig(Config config);

// Folder that holds `prompts/` and `web/`: $SEAWORTHY_HOME, else the nearest of
// up to five folders above the program's, else ../share/seaworthy beside it.
// Errors: NOT_FOUND naming the places looked at.
absl::StatusOr<std::string> FindHome();

}  // namespace seaworthy
