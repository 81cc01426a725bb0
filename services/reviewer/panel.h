// What every panel has in common, whoever answers: prompts, parser and checks.
#pragma once

#include "services/reviewer/policy/verdict_seeker.h"

namespace seaworthy {

// Names the parser and the checks below in provenance; changes with them.
inline constexpr char kParserVersion[] = "2";

// Prompts as services/reviewer/prompt builds them, answers read by
// ParseVerdict and refused where they hold more than words, quotes checked
// against announcement, facts and neighbours. Routes, limits, money and cache
// are the caller's to add.
VerdictSeeker::Options PanelDefaults();

}  // namespace seaworthy
