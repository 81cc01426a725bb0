// Turns a proper answer into the fault that was asked for.
#pragma once

#include "absl/time/time.h"
#include "tests/fault_server/chat.h"
#include "tests/fault_server/fault_kind.h"
#include "tests/fault_server/wire_reply.h"

namespace seaworthy {

// How the answer `completion` to `request` looks on the wire under a fault
// that is none of the door. `retry_after` is what limits ask for.
WireReply PlayChat(FaultKind kind, const ChatRequest& request, Completion completion,
                   absl::Duration retry_after);

// For other requests: faults that are a status; anything else is kServerError.
WireReply PlayStatus(FaultKind kind, Provider provider, absl::Duration retry_after);

// True where the fault is a status that is no 200.
bool IsStatusFault(FaultKind kind);

}  // namespace seaworthy
