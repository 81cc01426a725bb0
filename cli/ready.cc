#include "cli/ready.h"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <string>

#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kGoodTokenSize = 16;

}  // namespace

absl::Status SayReady(PublisherHost& publisher, const DataLayout& layout, const Config& config) {
  const std::string link = publisher.service().MakeDeskLink();
  std::string where = link + "\n         (signs in once, within 24 hours)";
  if (!config.desk_link_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(WriteSecretFile(config.desk_link_file, link + "\n"));
    where = "sign-in link in " + config.desk_link_file;
  }
  const std::string token =
      publisher.token_from_file() ? "token in " + layout.token_file : std::string("token as given");
  std::printf(
      "\nSeaworthy is ready.\n\n"
      "  Site   %s/\n"
      "  Desk   %s\n"
      "  API    %s/api/v1  (%s)\n\n"
      "Ctrl-C stops it.\n",
      config.public_url.c_str(), where.c_str(), config.public_url.c_str(), token.c_str());
  std::fflush(stdout);
  return absl::OkStatus();
}

void WarnOfWeakToken(const Config& config) {
  if (config.api_token.empty() || config.api_token.size() >= kGoodTokenSize) return;
  spdlog::warn("the API token has only {} characters and may be guessed; `openssl rand -hex 32` makes one",
               config.api_token.size());
}

}  // namespace seaworthy::cli
