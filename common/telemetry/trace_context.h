// W3C Trace Context of events: docs/telemetry.md. Everything follows from
// deduplication ids and from the event that came before, so that whoever makes
// an effect makes the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_log.h"

namespace seaworthy {

// Where an event stands. All in lower-case hex.
struct EventTrace {
  std::string trace_id;        // 32 digits.
  std::string span_id;         // 16 digits, the event's own.
  std::string parent_span_id;  // 16 digits; empty where it came of nothing we know.
};

// The two ids of a `traceparent` of any version from 00 on (W3C Trace Context,
// 3.2.2), its flags left out; nothing where it is malformed.
struct Traceparent {
  std::string trace_id;
  std::string span_id;
};
std::optional<Traceparent> ParseTraceparent(std::string_view text);

// `00-TRACE-SPAN-01`.
std::string FormatTraceparent(std::string_view trace_id, std::string_view span_id);

// First 8 bytes of the id's SHA-256.
std::string SpanIdOf(std::string_view dedup_id);

// The trace an event belongs to: that of its `traceparent`, else one made of
// its deduplication id. Reads the payload's outermost level only.
EventTrace TraceOf(std::string_view dedup_id, std::string_view payload);
EventTrace TraceOf(const Record& record);

// Sets the event's `traceparent`, which it must not have yet. One that would
// become too large for the log stays without.
void SetTraceparent(std::string_view traceparent, NewEvent* event);

// Says of all of them that they came of `cause`.
void SetCause(const Record& cause, NewEvent* effect);
void SetCause(const Record& cause, std::vector<NewEvent>& effects);

}  // namespace seaworthy
