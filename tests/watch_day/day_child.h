// The process that is killed.
#pragma once

#include <string>
#include <vector>

namespace seaworthy::day {

struct ChildOptions {
  std::string dir;                 // Data folder; holds the clock as well.
  std::vector<std::string> hosts;  // `127.0.0.1:PORT`
  int feeds = 0;
  uint64_t seed = 0;
  // When it dies, 0 for never: after so much of its own processor time, before
  // or (negative) after its n-th submission.
  int die_cpu_ms = 0;
  int die_submission = 0;
  // Asks as often as it likes and loses every 40th submission: what the checks
  // must notice.
  bool careless = false;
};

// Reads the feeds until the day is over. Returns the process's exit code.
int RunChild(const ChildOptions& options);

}  // namespace seaworthy::day
