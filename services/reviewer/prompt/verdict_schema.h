// The JSON Schema of an answer.
#pragma once

#include <string>

#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

// docs/verdict-schema.md as JSON Schema, one line, the same bytes for the same
// beats. In the part of the language that OpenAI's strict mode and Anthropic's
// structured output both take: every property required, no others, `null` for
// what may be left out, no bounds on numbers, lengths or counts, no references.
std::string VerdictSchema(const v1::Persona& persona);

}  // namespace seaworthy
