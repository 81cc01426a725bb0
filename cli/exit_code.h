// What the `seaworthy` command's exit codes mean (docs/cli.md) and how an
// error becomes one.
#pragma once

#include "absl/status/status.h"

namespace seaworthy::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,    // The command ran and did not succeed.
  kUsage = 2,     // The command line is wrong.
  kNoServer = 3,  // It needs a running `seaworthy up` and none answers.
  kRejected = 4,  // An input was refused; the reason is printed.
  kInUse = 5,     // The data folder belongs to another running process.
};

inline constexpr char kExitCodeHelp[] =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server answers, 4 input rejected,\n"
    "5 the data folder is in use.";

// Marks an error with the exit code it is to end in.
absl::Status WithExitCode(absl::Status status, ExitCode code);

// The code marked, else kOk for OK and kFailed for every error.
ExitCode ExitCodeOf(const absl::Status& status);

// Prints `seaworthy: MESSAGE` to standard error where it is an error, and
// returns its exit code.
int Finish(const absl::Status& status);

}  // namespace seaworthy::cli
