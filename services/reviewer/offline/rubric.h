// A persona's rubric: signals over facts, their weights and how to say them.
// docs/personas.md fixes the YAML it is read from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/reviewer/offline/condition.h"
#include "services/reviewer/offline/phrase.h"

namespace seaworthy::offline {

// One thing a persona may notice about a revision.
struct Signal {
  std::string id;
  int beat = -1;  // Index into the persona's beats; -1 where it only weighs.
  Condition when;
  double weight = 0;
  v1::Claim::Kind kind = v1::Claim::JUDGMENT;
  std::string group;      // At most one of a group is spoken.
  int priority = 0;       // Spoken before those with less.
  bool fallback = false;  // Spoken only where nothing else of its beat is.
  enum class Place { kFirst, kAny, kLast } place = Place::kAny;
  std::vector<Phrase> say;
  std::vector<Phrase> because;  // As a noun phrase: why it weighs.
  std::vector<Phrase> flip;     // As a noun phrase: what would undo it.
  std::optional<double> probability;
  std::vector<Phrase> decided_by;
};

// When a prediction falls due.
struct Horizon {
  int months = 18;                        // After the newest date known.
  std::string not_before = "2027-06-30";  // Never earlier.
  int spread = 4;                         // Quarters later at most, by tool.
};

// Immutable once parsed.
struct Rubric {
  double threshold = 0;
  double scale = 4;
  size_t target_words_min = 105;
  size_t target_words_max = 140;
  std::vector<std::string> knows;
  std::vector<std::pair<std::string, std::string>> gaps;  // Field, what it is called.
  Horizon horizon;
  std::vector<Signal> signals;
};

// Errors: INVALID_ARGUMENT naming persona, signal, key and what is expected.
absl::StatusOr<Rubric> ParseRubric(const v1::Persona& persona);

// Rubrics by prompt hash, each parsed once. Thread-safe.
class RubricCache {
 public:
  absl::StatusOr<std::shared_ptr<const Rubric>> Get(const v1::Persona& persona);

 private:
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Rubric>> rubrics_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy::offline
