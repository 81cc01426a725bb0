// Writes verdicts as a model would, without one: out of the prompt's words.
#pragma once

#include <string>

#include "tests/fault_server/chat.h"

namespace seaworthy {

// A verdict in the schema of docs/verdict-schema.md for the persona and tool
// asked about. The persona is known by the beats in the answer's schema, else
// by its name in the system text; the tool's facts are read from lines
// `field: value` and pairs of JSON. The same request gives the same bytes.
std::string WriteVerdict(const ChatRequest& request);

// `{persona}` and `{tool}` of a text filled in.
std::string FillIn(const std::string& text, const ChatRequest& request);

}  // namespace seaworthy
