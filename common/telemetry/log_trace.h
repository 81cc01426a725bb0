// Which trace the lines of the program's log belong to.
#pragma once

#include <string>
#include <string_view>

#include "common/event_log.h"
#include "common/telemetry/trace_context.h"

namespace seaworthy {

// While it lives, lines written by this thread carry the trace of what is
// handled. Scopes nest; the innermost counts. Costs nothing until a line is
// written.
class LogTrace {
 public:
  // The record must outlive it.
  explicit LogTrace(const Record& record);
  // Where the record does not: what it says is copied.
  explicit LogTrace(const EventTrace& trace);
  // Of a call: its `traceparent`. A malformed one changes nothing.
  explicit LogTrace(std::string_view traceparent);
  ~LogTrace();
  LogTrace(const LogTrace&) = delete;
  LogTrace& operator=(const LogTrace&) = delete;

  // The id of the trace this thread works on, 32 hex digits; empty: none.
  static std::string Current();

 private:
  const Record* const record_;  // Null where `trace_id_` says it.
  const std::string trace_id_;
  const LogTrace* const outer_;
};

}  // namespace seaworthy
