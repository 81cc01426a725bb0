// Content-addressed objects as messages: one a piece, and a list of pieces
// where one does not hold an object.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/nats/nats_event_log.h"
#include "common/nats/nats_link.h"
#include "common/object_store.h"

namespace seaworthy {

// Makes or checks the stream `LOG_OBJECTS`. `link` is not owned and outlives it.
absl::StatusOr<std::unique_ptr<ObjectStore>> NewNatsObjectStore(NatsLink* link,
                                                                const NatsEventLogOptions& options);

}  // namespace seaworthy
