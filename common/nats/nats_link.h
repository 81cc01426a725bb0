// One connection to a NATS server: what the log and the object store need of
// JetStream, in our terms. With nats_session the only place that knows libnats.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/nats/server_promise.h"
#include "common/steady_wait.h"

namespace seaworthy {

struct NatsLinkOptions {
  // nats://HOST:PORT or tls://HOST:PORT, several joined by commas; never with
  // a password in it.
  std::string url;
  std::string client_name;
  // Credentials as NATS writes them (user JWT and seed); empty: none.
  std::string credentials_file;
  // PEM; empty: no TLS of that kind. Looked at every `refresh`: when they have
  // changed, a new connection made with them takes the place of the old one.
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  absl::Duration refresh = absl::Seconds(5);
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& made) {
  return made.status();
}

// What `attempt` returns; asked again for `timeout` while that is UNAVAILABLE:
// the server goes away meanwhile, or several have not chosen yet who leads.
template <typename Attempt>
std::invoke_result_t<Attempt> InsistFor(absl::Duration timeout, Attempt attempt) {
  const SteadyDeadline deadline(timeout);
  std::invoke_result_t<Attempt> made = attempt();
  while (absl::IsUnavailable(StatusOf(made)) && !deadline.Passed()) {
    absl::SleepFor(absl::Milliseconds(100));
    made = attempt();
  }
  return made;
}

// A stream as it must be: kept whole, in files, never dropped from.
struct NatsStreamSpec {
  std::string name;
  std::string subject;
  int replicas = 1;
  // Of each subject only the newest is kept: a table, not a log.
  bool newest_only = false;
};

struct NatsStreamEnd {
  uint64_t first = 0;
  uint64_t last = 0;
  int64_t followers = 0;  // Tails there are, of all processes.
};

// What became of a message.
struct NatsStored {
  enum class Outcome {
    kStored,    // With `sequence`.
    kConflict,  // The stream does not end where it was expected to; not stored.
    kUnknown,   // No answer in time: stored or not.
  };
  Outcome outcome = Outcome::kUnknown;
  uint64_t sequence = 0;
  std::string reason;
};

struct NatsMessage {
  uint64_t sequence = 0;
  std::string bytes;
  std::string subject = {};
};

// Reads a stream from a place on, pushed by the server. Used by one thread;
// must be destroyed before its link.
class NatsTail {
 public:
  virtual ~NatsTail() = default;
  // The next message, nothing after `timeout`. An error: make a new tail.
  virtual absl::StatusOr<std::optional<NatsMessage>> Next(absl::Duration timeout) = 0;
};

// Thread-safe. Reconnects for ever; while it does, calls fail with UNAVAILABLE.
class NatsLink {
 public:
  // Waits until connected, `timeout` at most. Errors: UNAVAILABLE,
  // INVALID_ARGUMENT (a password in the URL, a file that cannot be read).
  static absl::StatusOr<std::unique_ptr<NatsLink>> Connect(const NatsLinkOptions& options,
                                                           absl::Duration timeout);
  virtual ~NatsLink() = default;

  // What the server says of itself.
  virtual absl::StatusOr<NatsServerFacts> Facts() = 0;
  virtual size_t max_payload() const = 0;
  // Of all connections so far, and how often one took another's place.
  virtual uint64_t reconnects() const = 0;
  // Whether there is a connection now; waits for nothing.
  virtual bool connected() const = 0;

  // Makes the stream, or checks the one there. Errors: FAILED_PRECONDITION
  // naming the setting that would lose records; UNAVAILABLE.
  virtual absl::Status EnsureStream(const NatsStreamSpec& spec) = 0;
  // Drops the messages before `sequence`, for good.
  virtual absl::Status PurgeBefore(const std::string& stream, uint64_t sequence) = 0;
  // Errors: NOT_FOUND, UNAVAILABLE.
  virtual absl::StatusOr<NatsStreamEnd> StreamEnd(const std::string& stream) = 0;

  // Stores `bytes` where the stream ends at `expected_last`, else nothing.
  // Errors: RESOURCE_EXHAUSTED or UNAVAILABLE, the server's refusal.
  virtual absl::StatusOr<NatsStored> Append(const std::string& subject, std::string_view bytes,
                                            const std::string& message_id, uint64_t expected_last) = 0;
  // Stores `bytes` where the subject has none yet (kConflict: it has).
  virtual absl::StatusOr<NatsStored> PutOnce(const std::string& subject, std::string_view bytes) = 0;
  // Stores `bytes` where the subject's last message is `expected_last` (0: it
  // has none), whatever else is in the stream.
  virtual absl::StatusOr<NatsStored> PutAfter(const std::string& subject, std::string_view bytes,
                                              uint64_t expected_last) = 0;

  // Errors: NOT_FOUND, UNAVAILABLE.
  virtual absl::StatusOr<std::string> Get(const std::string& stream, uint64_t sequence) = 0;
  virtual absl::StatusOr<std::string> GetLast(const std::string& stream, const std::string& subject) = 0;
  // The same with its place in the stream.
  virtual absl::StatusOr<NatsMessage> GetLastMessage(const std::string& stream,
                                                     const std::string& subject) = 0;

  virtual absl::StatusOr<std::unique_ptr<NatsTail>> Follow(const NatsStreamSpec& spec, uint64_t from) = 0;
};

}  // namespace seaworthy
