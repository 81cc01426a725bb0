// Reads the persona files in prompts/: YAML front matter and the prompt.
// docs/personas.md says what a file holds and how to add a fifth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

// Reads one file's text; `file_name` gives the id and stands in errors.
// Errors: INVALID_ARGUMENT naming file, key and what is expected there.
absl::StatusOr<v1::Persona> ParsePersona(std::string_view file_name, std::string_view text);

// Every `*.md` of the folder except README.md, by (order, id). Errors:
// NOT_FOUND (no folder, no file), INVALID_ARGUMENT as ParsePersona.
absl::StatusOr<std::vector<v1::Persona>> LoadPersonas(const std::string& dir);

}  // namespace seaworthy
