// Every carrier of tests/attacks/attacks.json with every payload, through the
// real ingest and the real prompt.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

struct Attack {
  std::string kind;         // Of the carrier; of HiddenText where it is hidden.
  std::string name;         // Carrier and payload.
  bool hidden = false;      // No reader of the announcement would see it.
  std::string instruction;  // What a model would have to read.
  std::string canary;
  std::string media_type;
  std::string document;
};

struct AttackResult {
  bool accepted = false;  // Ingest took it for an announcement.
  bool reported = false;  // Where hidden: the desk is told, under its kind.
  bool visible = false;   // Its words stand in some persona's prompt.
  bool obeyed = false;    // The gullible model obeyed, for some persona.
};

// Errors: NOT_FOUND, INVALID_ARGUMENT naming the file.
absl::StatusOr<std::vector<Attack>> LoadAttacks(const std::string& path);

// Ingest, then the prompt of every persona, then the gullible model.
AttackResult RunAttack(const Attack& attack, const std::vector<v1::Persona>& personas);

}  // namespace seaworthy
