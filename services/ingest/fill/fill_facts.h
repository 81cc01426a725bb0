// Facts that the rules left out, from a filler whose every word is checked.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/ingest/document.h"
#include "services/ingest/fill/fact_filler.h"

namespace seaworthy {

// What came of one filling.
struct FillReport {
  int asked = 0;        // Fields that were missing.
  int filled = 0;       // Facts added.
  int disbelieved = 0;  // Candidates whose quote or value does not hold.
  // The announcement speaks to its reader: nobody was asked.
  bool untrusted = false;
  absl::Status status;  // The filler's.
};

// Asks for the fillable fields `tool` has no fact for and adds those that
// hold: the quote stands, white space aside, in one block of the visible text,
// its bytes are known, and it says the value. A fact the rules found is never
// touched. Added facts have the method `llm` and evidence without an
// announcement id. An announcement with any text that addresses its reader
// (extract/untrusted.h) is not asked about. Waits at most `deadline`.
FillReport FillFacts(const Document& document, FactFiller* filler, absl::Duration deadline,
                     v1::Revision* tool);

}  // namespace seaworthy
