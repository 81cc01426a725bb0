#include "cli/hosts/waiting.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/time/clock.h"
#include "cli/terminal.h"

namespace seaworthy::cli {
namespace {

constexpr absl::Duration kBetween = absl::Minutes(1);

}  // namespace

void Waiting::Say(const absl::Status& reason) {
  waits_ = true;
  if (absl::Now() - told_ < kBetween) return;
  told_ = absl::Now();
  spdlog::warn("waiting for {}: {}", what_, Printable(std::string(reason.message())));
}

void Waiting::Over() {
  if (std::exchange(waits_, false)) spdlog::info("{} is there", what_);
  told_ = absl::InfinitePast();
}

}  // namespace seaworthy::cli
