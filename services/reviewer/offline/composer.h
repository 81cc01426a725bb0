// Composes a verdict from a rubric and facts: which signals fire, what they
// add up to, which are spoken and in what words. Deterministic.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/offline/fact_table.h"
#include "services/reviewer/offline/rubric.h"

namespace seaworthy::offline {

inline constexpr size_t kMinQuoteWords = 60;
inline constexpr size_t kMaxQuoteWords = 168;

// One sentence of a quote and what it rests on.
struct Sentence {
  std::string text;
  std::string signal;
  int beat = 0;
  v1::Claim::Kind kind = v1::Claim::JUDGMENT;
  std::vector<const v1::Fact*> facts;
  std::vector<std::string> fields;
  std::vector<std::string> absent;
  std::string due_date;
  std::optional<double> probability;
  std::string decided_by;
};

// What a persona says.
struct Composition {
  bool ship = false;
  double score = 0;
  double confidence = 0;
  std::vector<Sentence> sentences;  // In the order of the quote, beat by beat.
  std::string flip;
  std::vector<std::string> competitors;
};

// `facts` gets the slots that depend on the vote. Errors: INTERNAL where a beat
// has nothing to say (a fallback whose slots are not always there).
absl::StatusOr<Composition> Compose(const LlmRequest& request, const Rubric& rubric, FactTable* facts);

// The due date of a prediction: `months` after the newest date known, not
// before the horizon's start, at the end of a quarter. YYYY-MM-DD.
std::string DueDate(const Horizon& horizon, const std::string& newest_date, uint64_t seed);

}  // namespace seaworthy::offline
