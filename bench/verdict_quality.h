// What the quality of offline verdicts over a folder of announcements comes to.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// One tool and what the panel says.
struct ReviewedTool {
  std::string file;
  std::string text;  // The document's visible text.
  v1::Revision revision;
  std::vector<v1::Verdict> verdicts;            // In persona order.
  std::vector<v1::KnownCompetitor> neighbours;  // What the personas were told of.
};

// Two tools that share too much.
struct Overlap {
  double share = 0;
  std::string persona;
  std::string one;
  std::string other;
};

struct VerdictQuality {
  std::vector<ReviewedTool> tools;
  int rejected = 0;                  // Documents that announce nothing.
  std::map<int, int> panels;         // Ship percent, how many tools.
  std::map<std::string, int> ships;  // Persona, ship votes.
  size_t words_min = 0;
  size_t words_max = 0;
  double words_mean = 0;
  std::vector<std::string> without_evidence;          // Sentences.
  std::map<std::string, Overlap> worst;               // By persona.
  std::vector<std::pair<int, std::string>> frequent;  // How many tools, which 8 words.
  double cpu_micros = 0;                              // Of one review, parsing the answer included.
};

// What the personas are told of other tools.
enum class Neighbours { kNone, kSameCategory };

// Extracts every document of `dirs` (files beside them are skipped by type) and
// has all personas review the main tool of each, told of up to five tools of
// the same category as a store would. Documents of one tool (same name) count
// as one: the first by file name. Errors: what a persona's rubric or an answer
// is refused for.
absl::StatusOr<VerdictQuality> MeasureVerdicts(const std::vector<std::string>& dirs,
                                               const std::vector<v1::Persona>& personas,
                                               Neighbours neighbours = Neighbours::kSameCategory);

}  // namespace seaworthy
