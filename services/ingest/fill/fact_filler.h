// Who is asked for facts that the rules did not find: a model, in the end.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

// What is asked.
struct FillQuestion {
  std::string tool;                  // Its name, as the rules found it.
  std::string text;                  // The announcement's visible text. Untrusted.
  std::vector<std::string> missing;  // Fields of docs/facts.md.
};

// A fact as claimed. Believed only where FillFacts finds it to hold.
struct FillCandidate {
  std::string field;
  std::string value;
  std::string quote;  // The words of the text it stands in.
};

// Thread-safe.
class FactFiller {
 public:
  virtual ~FactFiller() = default;
  // Waits at most `deadline`. Errors: UNAVAILABLE, DEADLINE_EXCEEDED,
  // CANCELLED, INVALID_ARGUMENT (an answer that is none); the facts of the rules stand.
  virtual absl::StatusOr<std::vector<FillCandidate>> Fill(const FillQuestion& question,
                                                          absl::Duration deadline) = 0;
  // Ends what is under way with CANCELLED, and every later call. Idempotent.
  virtual void Stop() {}
};

}  // namespace seaworthy
