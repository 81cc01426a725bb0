// Spans as OTLP over HTTP carries them in JSON (opentelemetry-proto,
// trace/v1/trace.proto; ids in hex, 64-bit numbers as strings).
#pragma once

#include <string>
#include <vector>

#include "seaworthy/v1/telemetry_service.pb.h"

namespace seaworthy {

// A span on its way out.
struct OutSpan {
  v1::TraceSpan span;
  // The trace and span an event goes on from that is in another trace; empty
  // for none.
  std::string link_trace_id;
  std::string link_span_id;
};

// An ExportTraceServiceRequest: a resource for each service that made events,
// `seaworthy-reviewer` and its like. A verdict's span is as long as its endpoint
// took; any other begins when the event was made and ends when it was durable.
std::string OtlpRequest(const std::vector<OutSpan>& spans);

}  // namespace seaworthy
