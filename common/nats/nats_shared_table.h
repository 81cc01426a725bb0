// Values shared by several processes, and the leases made of them, on
// JetStream.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/lease.h"
#include "common/nats/nats_event_log.h"
#include "common/shared_table.h"

namespace seaworthy {

// The stream STREAM_NAME, a subject each value, of which the newest is kept;
// over a connection of its own. Made where it is missing. Errors: as
// OpenNatsObjectStore.
absl::StatusOr<std::unique_ptr<SharedTable>> OpenNatsSharedTable(const NatsEventLogOptions& options,
                                                                 const std::string& name);

// Leases in STREAM_LEASES, held as `options.instance`, which is the one the
// log was opened with: what was held in this name before is taken over at once.
absl::StatusOr<std::unique_ptr<Leases>> OpenNatsLeases(const NatsEventLogOptions& options);

}  // namespace seaworthy
