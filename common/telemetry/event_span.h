// An event of the log as a span of its trace.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/event_log.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/telemetry_service.pb.h"

namespace seaworthy {

// Facts stand in its attributes: ids, votes, counts and times; of free text
// only reasons, cut to 300 bytes. `joined_to` is left to whoever knows.
v1::TraceSpan SpanOf(const Record& record, const v1::Event& event);

// Who makes events of this subject: `reviewer` of `verdict.given`.
std::string_view ServiceOf(std::string_view subject);

// The comparison an event is about; empty where it is about none.
std::string ComparisonOf(const v1::Event& event);

}  // namespace seaworthy
