// When a source is in trouble: ingest counts it, the desk marks it.
#pragma once

#include "seaworthy/v1/source.pb.h"

namespace seaworthy {

// Whether somebody has to look after the source: its last reading failed or
// was refused.
inline bool InTrouble(const v1::SourceState& state) {
  return state.failures() > 0 || state.outcome() == "failed" || state.outcome() == "refused";
}

}  // namespace seaworthy
