#include "common/telemetry/log_trace.h"

#include <utility>

namespace seaworthy {
namespace {

// The innermost scope of this thread.
thread_local const LogTrace* current = nullptr;

std::string TraceIdOf(std::string_view traceparent) {
  const auto parsed = ParseTraceparent(traceparent);
  return parsed.has_value() ? parsed->trace_id : LogTrace::Current();
}

}  // namespace

LogTrace::LogTrace(const Record& record) : record_(&record), outer_(std::exchange(current, this)) {}
LogTrace::LogTrace(const EventTrace& trace)
    : record_(nullptr), trace_id_(trace.trace_id), outer_(std::exchange(current, this)) {}
LogTrace::LogTrace(std::string_view traceparent)
    : record_(nullptr), trace_id_(TraceIdOf(traceparent)), outer_(std::exchange(current, this)) {}
LogTrace::~LogTrace() { current = outer_; }

std::string LogTrace::Current() {
  if (current == nullptr) return "";
  return current->record_ == nullptr ? current->trace_id_ : TraceOf(*current->record_).trace_id;
}

}  // namespace seaworthy
