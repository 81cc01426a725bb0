#include "cli/fetching.h"

#include <string>

#include "common/clock.h"
#include "common/status_macros.h"

namespace seaworthy::cli {

absl::StatusOr<std::unique_ptr<Fetcher>> MakeFetcher(const Config& config) {
  for (const std::string& host : config.allowed_private_hosts) {
    SEAWORTHY_RETURN_IF_ERROR(CheckAllowedPrivateHost(host));
  }
  return NewSafeFetcher({.user_agent = UserAgent(config.fetch_contact),
                         .allowed_private_hosts = config.allowed_private_hosts,
                         .ca_file = config.fetch_ca_file,
                         .clock = Clock::Real()});
}

}  // namespace seaworthy::cli
