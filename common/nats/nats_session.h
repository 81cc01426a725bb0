// One connection of libnats, and how its objects are owned. Only for nats_link:
// nobody else knows libnats.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/nats/nats_link.h"

namespace seaworthy {

struct NatsFree {
  void operator()(natsOptions* p) const { natsOptions_Destroy(p); }
  void operator()(natsConnection* p) const { natsConnection_Destroy(p); }
  void operator()(jsCtx* p) const { jsCtx_Destroy(p); }
  void operator()(natsMsg* p) const { natsMsg_Destroy(p); }
  void operator()(natsSubscription* p) const { natsSubscription_Destroy(p); }
  void operator()(jsStreamInfo* p) const { jsStreamInfo_Destroy(p); }
  void operator()(jsPubAck* p) const { jsPubAck_Destroy(p); }
  void operator()(jsMsgMetaData* p) const { jsMsgMetaData_Destroy(p); }
  void operator()(natsStatistics* p) const { natsStatistics_Destroy(p); }
};
template <typename T>
using NatsOwned = std::unique_ptr<T, NatsFree>;

// What libnats says of its last error on this thread.
std::string NatsText(natsStatus status);
// OK, NOT_FOUND or else UNAVAILABLE, with `what` in front.
absl::Status NatsError(natsStatus status, const std::string& what);

// Thread-safe. Reconnects for ever, with the files as they were when it was opened.
class NatsSession {
 public:
  // Errors: those of NatsLink::Connect.
  static absl::StatusOr<std::shared_ptr<NatsSession>> Open(const NatsLinkOptions& options,
                                                           absl::Duration timeout);
  NatsSession(NatsOwned<natsConnection> connection, NatsOwned<jsCtx> js);
  ~NatsSession() { Close(); }
  NatsSession(const NatsSession&) = delete;
  NatsSession& operator=(const NatsSession&) = delete;

  // For good: whoever waits for something of it is answered with an error.
  void Close() { natsConnection_Close(connection_.get()); }

  natsConnection* connection() const { return connection_.get(); }
  jsCtx* js() const { return js_.get(); }
  uint64_t reconnects() const;

 private:
  const NatsOwned<natsConnection> connection_;
  const NatsOwned<jsCtx> js_;
};

// Of what the files of TLS hold now; empty where `options` names none. A file
// that cannot be read counts as empty.
std::string HashOfTlsFiles(const NatsLinkOptions& options);

}  // namespace seaworthy
