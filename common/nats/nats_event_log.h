// The event log on NATS JetStream: many processes, one history.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/nats/nats_link.h"
#include "common/nats/server_promise.h"
#include "common/object_store.h"

namespace seaworthy {

struct NatsEventLogOptions {
  NatsLinkOptions link;
  // Of the log; its objects are in STREAM_OBJECTS. A-Z, 0-9, `_` and `-`.
  std::string stream = "SEAWORTHY";
  int replicas = 1;
  // Who this process is, the same after a restart: then what it held is due at
  // once. Two processes of one name: the later ends the earlier. Empty: a name
  // of its own, and what it held is due after its ack_wait.
  std::string instance;
  LogDurability durability = LogDurability::kProcess;
  // An operator's word; see NatsServerFacts.
  bool sync_always_confirmed = false;
  // How long the open may wait for a server, and for the next message while
  // reading the stream.
  absl::Duration open_timeout = absl::Seconds(30);
  // How long an append or an answer may wait for the server.
  absl::Duration commit_timeout = absl::Seconds(30);
  // For record times and retry delays. Not owned; nullptr: the real one.
  Clock* clock = nullptr;
};

// Connects, checks what the server promises against what is asked, and reads
// and verifies the whole stream. Errors: UNAVAILABLE (no server),
// FAILED_PRECONDITION (it cannot keep `durability`; the message says what to
// do), DATA_LOSS (a message does not continue the chain, or is missing),
// INVALID_ARGUMENT.
absl::StatusOr<std::unique_ptr<EventLog>> OpenNatsEventLog(const NatsEventLogOptions& options);

// Content-addressed objects in the stream STREAM_OBJECTS, over a connection of
// its own.
absl::StatusOr<std::unique_ptr<ObjectStore>> OpenNatsObjectStore(const NatsEventLogOptions& options);

}  // namespace seaworthy
