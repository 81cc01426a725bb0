// `seaworthy ingest --jsonl`, from its flags to its summary.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "cli/command.h"

namespace seaworthy::cli {

struct JsonlFlags {
  std::string input;     // A file or `-`.
  std::string rejected;  // Empty: INPUT.rejected.jsonl.
  bool restart = false;
  double rate = 0;
  int in_flight = 8;
  bool json = false;
};

// Errors: those of JsonlIngest::Run; INVALID_ARGUMENT with exit code kRejected
// where lines were.
absl::Status IngestJsonl(const Context& context, const JsonlFlags& flags);

}  // namespace seaworthy::cli
