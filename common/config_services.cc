// Reads [services] and [telemetry].
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr Key<ServicesConfig> kServicesKeys[] = {
    {"aggregator", SetMember<&ServicesConfig::aggregator>},
    {"ca_file", SetMember<&ServicesConfig::ca_file>},
    {"certificate_file", SetMember<&ServicesConfig::certificate_file>},
    {"ingest", SetMember<&ServicesConfig::ingest>},
    {"key_file", SetMember<&ServicesConfig::key_file>},
    {"listen", SetMember<&ServicesConfig::listen>},
    {"personas", SetMember<&ServicesConfig::personas>},
    {"publisher_role", SetMember<&ServicesConfig::publisher_role>},
    {"reviewer", SetMember<&ServicesConfig::reviewer>},
};

constexpr Key<TelemetryConfig> kTelemetryKeys[] = {
    {"listen", SetMember<&TelemetryConfig::listen>},
    {"log_format", SetMember<&TelemetryConfig::log_format>},
    {"log_level", SetMember<&TelemetryConfig::log_level>},
    {"otlp_url", SetMember<&TelemetryConfig::otlp_url>},
};

bool IsHostAndPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  return colon != absl::string_view::npos && colon > 0 && colon + 1 < address.size() &&
         address.find_first_not_of("0123456789", colon + 1) == absl::string_view::npos;
}

absl::Status CheckServices(const ServicesConfig& services, const std::string& where) {
  const auto wrong = [&where](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(where, "[services] ", what));
  };
  for (const std::string* address :
       {&services.listen, &services.ingest, &services.reviewer, &services.aggregator}) {
    const bool unset = address == &services.listen && address->empty();
    if (!unset && !IsHostAndPort(*address)) {
      return wrong(absl::StrCat("\"", *address, "\" is not HOST:PORT, such as aggregator:9403"));
    }
  }
  if (services.publisher_role != "all" && services.publisher_role != "site") {
    return wrong("`publisher_role` is \"all\" or \"site\"");
  }
  const int files = static_cast<int>(!services.ca_file.empty()) +
                    static_cast<int>(!services.certificate_file.empty()) +
                    static_cast<int>(!services.key_file.empty());
  if (files != 0 && files != 3) return wrong("`ca_file`, `certificate_file` and `key_file` go together");
  return absl::OkStatus();
}

absl::Status CheckTelemetry(const TelemetryConfig& telemetry, const std::string& where) {
  const auto wrong = [&where](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(where, "[telemetry] ", what));
  };
  if (telemetry.log_format != "human" && telemetry.log_format != "json") {
    return wrong("`log_format` is \"human\" or \"json\"");
  }
  constexpr absl::string_view kLevels[] = {"trace", "debug", "info", "warn", "error"};
  bool known = false;
  for (const absl::string_view level : kLevels) known = known || telemetry.log_level == level;
  if (!known) return wrong("`log_level` is trace, debug, info, warn or error");
  if (!telemetry.listen.empty() && !IsHostAndPort(telemetry.listen)) {
    return wrong("`listen` is HOST:PORT, such as 127.0.0.1:9464");
  }
  // The URL itself stays out of the message: it may hold a password.
  const bool http =
      absl::StartsWith(telemetry.otlp_url, "http://") || absl::StartsWith(telemetry.otlp_url, "https://");
  if (!telemetry.otlp_url.empty() && (!http || absl::StrContains(telemetry.otlp_url, "@"))) {
    return wrong(
        "`otlp_url` is an http or https URL without user and password, such as http://localhost:4318");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadServices(const toml::node& node, const std::string& path, Config& config) {
  const absl::Status status = ReadTable(kServicesKeys, "services", node, path, config.services);
  return status.ok() ? CheckServices(config.services, At(path, node)) : status;
}

absl::Status ReadTelemetry(const toml::node& node, const std::string& path, Config& config) {
  const absl::Status status = ReadTable(kTelemetryKeys, "telemetry", node, path, config.telemetry);
  return status.ok() ? CheckTelemetry(config.telemetry, At(path, node)) : status;
}

}  // namespace seaworthy::config_toml
