// The way of one announcement, read from the event log.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/telemetry_service.pb.h"

namespace grpc {
class Channel;
class Service;
}  // namespace grpc

namespace seaworthy {

inline constexpr int kMaxTraceSpans = 2000;
// What a server reads for one call; its caller waits longer.
inline constexpr absl::Duration kTraceReadTime = absl::Seconds(10);

// The trace an announcement (`ann-...`), a tool's newest revision or a trace id
// names, with what became of its tools in other traces: drafts of comparisons
// and decisions on them, joined to it. Reads the log from where the trace
// begins (a trace id: from its first record) to its end, for at most
// `deadline`; an answer cut short says so. Errors: INVALID_ARGUMENT (no such
// sort of id), NOT_FOUND, and those of the log.
absl::StatusOr<v1::Trace> ReadTrace(EventLog* log, const std::string& id, absl::Duration deadline);

// v1.TelemetryService over a log, which outlives it.
std::unique_ptr<grpc::Service> MakeTelemetryGrpcService(EventLog* log);

// Asks a server for a trace. Errors: those of ReadTrace, UNAVAILABLE,
// DEADLINE_EXCEEDED, UNIMPLEMENTED (an older server).
absl::StatusOr<v1::Trace> AskForTrace(const std::shared_ptr<grpc::Channel>& channel, const std::string& id,
                                      absl::Duration deadline);

}  // namespace seaworthy
