// Reads [log].
#include "absl/strings/str_cat.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr Key<LogConfig> kLogKeys[] = {
    {"ca_file", SetMember<&LogConfig::ca_file>},
    {"certificate_file", SetMember<&LogConfig::certificate_file>},
    {"credentials_file", SetMember<&LogConfig::credentials_file>},
    {"durability", SetMember<&LogConfig::durability>},
    {"instance", SetMember<&LogConfig::instance>},
    {"key_file", SetMember<&LogConfig::key_file>},
    {"kind", SetMember<&LogConfig::kind>},
    {"replicas", SetMember<&LogConfig::replicas>},
    {"retention_days", SetMember<&LogConfig::retention_days>},
    {"stream", SetMember<&LogConfig::stream>},
    {"sync_always", SetMember<&LogConfig::sync_always>},
    {"url", SetMember<&LogConfig::url>},
};

// The message without what the URL may hold.
absl::Status CheckLog(const LogConfig& log, const std::string& where) {
  const char* wrong = nullptr;
  if (log.kind != "embedded" && log.kind != "nats") wrong = "`kind` is \"embedded\" or \"nats\"";
  if (log.durability != "process" && log.durability != "power") {
    wrong = "`durability` is \"process\" or \"power\"";
  }
  if (log.url.find('@') != std::string::npos) {
    wrong = "`url` holds a user or password; keep them in a file and name it with `credentials_file`";
  }
  if (log.certificate_file.empty() != log.key_file.empty()) {
    wrong = "`certificate_file` and `key_file` go together";
  }
  if (log.retention_days < 0 || log.retention_days > 36500) wrong = "`retention_days` is 0 to 36500";
  if (log.replicas < 1 || log.replicas > 5) wrong = "`replicas` is 1 to 5";
  return wrong == nullptr ? absl::OkStatus()
                          : absl::InvalidArgumentError(absl::StrCat(where, "[log] ", wrong));
}

}  // namespace

absl::Status ReadLog(const toml::node& node, const std::string& path, Config& config) {
  const absl::Status status = ReadTable(kLogKeys, "log", node, path, config.log);
  return status.ok() ? CheckLog(config.log, At(path, node)) : status;
}

}  // namespace seaworthy::config_toml
