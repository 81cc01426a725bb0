#include "common/nats/server_promise.h"

#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

using Version = std::array<int, 3>;

constexpr Version kFirstWithoutClusterLoss = {2, 10, 0};
constexpr Version kFirstLosingStreams = {2, 10, 20};
constexpr Version kLastLosingStreams = {2, 10, 22};
constexpr Version kFirstForPower = {2, 12, 7};
constexpr int kReplicasForPower = 3;

absl::StatusOr<Version> ParseVersion(const std::string& text) {
  Version version = {0, 0, 0};
  const std::string numbers = text.substr(0, text.find_first_not_of("0123456789."));
  const std::vector<std::string> parts = absl::StrSplit(numbers, '.');
  bool good = parts.size() == version.size();
  for (size_t i = 0; good && i < version.size(); ++i) good = absl::SimpleAtoi(parts[i], &version[i]);
  if (good) return version;
  return absl::FailedPreconditionError(
      absl::StrCat("the NATS server's version \"", text, "\" is not understood: use a released nats-server"));
}

absl::Status Refused(const NatsServerFacts& facts, const char* reason) {
  return absl::FailedPreconditionError(absl::StrCat("nats-server ", facts.version, ": ", reason));
}

absl::Status CheckPower(const NatsServerFacts& facts, const Version& version) {
  if (version < kFirstForPower) {
    return Refused(
        facts,
        "it cannot keep log.durability = \"power\": it acknowledges before its disk has the bytes, and "
        "has no setting for it that holds. Run nats-server 2.12.7 or later with sync_interval: always, or "
        "set "
        "log.durability = \"process\"");
  }
  if (facts.replicas < kReplicasForPower) {
    return Refused(
        facts,
        "log.durability = \"power\" needs log.replicas = 3; with fewer, one machine's disk is the log");
  }
  if (!facts.sync_always_confirmed) {
    return Refused(
        facts,
        "log.durability = \"power\" needs jetstream { sync_interval: always } on every server, which a "
        "client cannot see: set it there, then say log.sync_always = true here");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckServerPromise(const NatsServerFacts& facts, LogDurability durability) {
  if (!facts.jetstream) {
    return Refused(
        facts,
        "JetStream is off: start it with a jetstream { store_dir: ... } block, or with -js -sd FOLDER");
  }
  const absl::StatusOr<Version> version = ParseVersion(facts.version);
  if (!version.ok()) return version.status();
  if (facts.replicas > 1 && *version < kFirstWithoutClusterLoss) {
    return Refused(
        facts,
        "with replicas it was reported to delete streams after two nodes were killed (nats-server#6188): "
        "upgrade, or set log.replicas = 1");
  }
  if (*version >= kFirstLosingStreams && *version <= kLastLosingStreams) {
    return Refused(facts, "it may lose a stream on kill -9 (nats-server#6888): upgrade to 2.12.7 or later");
  }
  return durability == LogDurability::kPower ? CheckPower(facts, *version) : absl::OkStatus();
}

std::string DescribePromise(const NatsServerFacts& facts, LogDurability durability) {
  return absl::StrCat("nats-server ", facts.version, ", ", facts.replicas,
                      facts.replicas == 1 ? " replica" : " replicas", ": acknowledged events survive ",
                      durability == LogDurability::kPower
                          ? "killed processes and power cuts"
                          : "killed processes; a power cut may take the last minutes with it");
}

absl::StatusOr<LogDurability> ParseLogDurability(const std::string& text) {
  if (text == "process") return LogDurability::kProcess;
  if (text == "power") return LogDurability::kPower;
  return absl::InvalidArgumentError(
      absl::StrCat("durability is \"process\" or \"power\", not \"", text, "\""));
}

}  // namespace seaworthy
