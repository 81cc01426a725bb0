// Whether what lies in a data folder, or a copy of one, is whole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "cli/backup/manifest.h"

namespace seaworthy::cli {

// What came of checking one part.
struct CheckedPart {
  std::string name;  // `log`, `objects`, `store`, `people`.
  enum class Outcome { kWhole, kWrong, kNotHere } outcome = Outcome::kWhole;
  std::string words;  // What was seen; or what is wrong and the way out.
};

struct FolderCheckOptions {
  std::string dir;  // Holds `log`, `objects`, `store`, `people`; no other process uses it.
  // False: the log is kept elsewhere; `log-copy` is read in its place where
  // there is one.
  bool log_here = true;
  // Makes the state anew from the log and compares.
  bool rebuild = false;
  // Told of each part once it is checked.
  std::function<void(const CheckedPart& part)> tell;
};

// What the parts say of themselves; only what could be read.
struct FolderFacts {
  std::optional<LogPlace> log_end;
  std::optional<StatePlace> state;
  std::string people_schema;
  std::string audit_head;
};

// Reads everything: the log's chain and ids, every object's hash, whether the
// objects that events name are there, the state, the audit log's chain. Opening
// a part puts its files in order (a torn tail is cut), nothing else is changed.
// Errors: DATA_LOSS once all parts were told of, where one is wrong.
absl::Status CheckFolder(const FolderCheckOptions& options, FolderFacts& facts);

}  // namespace seaworthy::cli
