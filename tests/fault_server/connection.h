// One client's connection: reads requests, sends replies, misbehaves as told.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "tests/fault_server/fault_kind.h"
#include "tests/fault_server/http_request.h"
#include "tests/fault_server/wire_reply.h"

namespace seaworthy {

// What a server counts. Written by any thread.
struct FaultCounters {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> ok{0};      // Answered with 200.
  std::atomic<uint64_t> errors{0};  // Answered with anything else.
  std::atomic<uint64_t> connections{0};
  std::atomic<int64_t> open{0};
  std::atomic<int64_t> in_flight{0};
  std::atomic<int64_t> most_in_flight{0};
  std::atomic<uint64_t> bytes_in{0};
  std::atomic<uint64_t> bytes_out{0};
  std::atomic<int64_t> buffered{0};  // Bytes of requests being read.
  std::array<std::atomic<uint64_t>, 64> faults{};
};

// What a connection needs of its server, which outlives it.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  // Called on the connection's thread; must not block.
  virtual WireReply Answer(const HttpRequest& request) = 0;
  virtual FaultCounters& counters() = 0;
  virtual absl::Duration latency() const = 0;
  virtual absl::Duration drip_interval() const = 0;
  virtual size_t max_body() const = 0;
};

}  // namespace seaworthy
