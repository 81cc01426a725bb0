// The event log on NATS JetStream: many processes, one history.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/log_import.h"
#include "common/nats/nats_link.h"
#include "common/nats/server_promise.h"
#include "common/object_store.h"

namespace seaworthy {

// What a stream is opened for.
enum class NatsLogUse {
  kWork,    // As a log; refused while a copy into it is under way.
  kRead,    // As a log nothing is written to: leaves no trace in the stream.
  kImport,  // To copy a log into it: nothing is there yet but such a copy.
};

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
  NatsLogUse use = NatsLogUse::kWork;
  // How long the open may wait for a server, and for the next message while
  // reading the stream.
  absl::Duration open_timeout = absl::Seconds(30);
  // How long an append or an answer may wait for the server.
  absl::Duration commit_timeout = absl::Seconds(30);
  // For record times and retry delays. Not owned; nullptr: the real one.
  Clock* clock = nullptr;
  // How to connect; tests put faults between.
  std::function<absl::StatusOr<std::unique_ptr<NatsLink>>(const NatsLinkOptions&, absl::Duration timeout)>
      connect = NatsLink::Connect;
};

// Connects, checks what the server promises against what is asked, and reads
// and verifies the whole stream. Errors: UNAVAILABLE (no server),
// FAILED_PRECONDITION (it cannot keep `durability`; the message says what to
// do), DATA_LOSS (a message does not continue the chain, or is missing),
// INVALID_ARGUMENT.
absl::StatusOr<std::unique_ptr<EventLog>> OpenNatsEventLog(const NatsEventLogOptions& options);

// The stream as the place of a copy. `source` says of what, for a person.
// Errors: those of OpenNatsEventLog; FAILED_PRECONDITION (a log is there).
absl::StatusOr<std::unique_ptr<LogImporter>> OpenNatsLogImporter(const NatsEventLogOptions& options,
                                                                 const std::string& source);

// Waits until no process follows the stream; one that was killed is forgotten
// by the server after a few seconds. Errors: FAILED_PRECONDITION (some still
// do), NOT_FOUND (no such stream), UNAVAILABLE.
absl::Status WaitUntilNobodyFollows(const NatsEventLogOptions& options, absl::Duration timeout);

// Content-addressed objects in the stream STREAM_OBJECTS, over a connection of
// its own.
absl::StatusOr<std::unique_ptr<ObjectStore>> OpenNatsObjectStore(const NatsEventLogOptions& options);

}  // namespace seaworthy
