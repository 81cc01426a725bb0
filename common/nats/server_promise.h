// What a NATS server can be trusted with, and what the configuration asks of it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

// What an acknowledged event must survive.
enum class LogDurability {
  kProcess,  // Any process killed at any time, the server's too.
  kPower,    // Power lost on every machine at once.
};

struct NatsServerFacts {
  std::string version;  // As the server says it: 2.9.10.
  bool jetstream = false;
  int replicas = 1;  // Of the log's stream.
  // Whether an operator vouches for `sync_interval: always`; a client cannot see it.
  bool sync_always_confirmed = false;
};

// Whether `facts` keep `durability`. Errors: FAILED_PRECONDITION saying what is
// missing and what to do. docs/event-log-nats.md has the reasons.
absl::Status CheckServerPromise(const NatsServerFacts& facts, LogDurability durability);

// One sentence for the start's log.
std::string DescribePromise(const NatsServerFacts& facts, LogDurability durability);

// `process` or `power`. Errors: INVALID_ARGUMENT.
absl::StatusOr<LogDurability> ParseLogDurability(const std::string& text);

}  // namespace seaworthy
