// The pieces that need the log alone, not the whole program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace seaworthy::torture {

// What one piece is asked to do.
struct Run {
  std::string folder;  // Empty, its own, removed afterwards.
  int count = 10;
  uint32_t seed = 1;
};

// What did not hold, and what was seen; one thread.
class Report {
 public:
  void Fail(const std::string& what);
  // Fails with the status where it is not OK; whether it was.
  bool Check(const absl::Status& status, const std::string& what);
  bool Expect(bool holds, const std::string& what);
  void Say(const std::string& line) const;
  bool failed() const { return failures_ > 0; }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

// `count` power cuts under four writers and a reader.
void Power(const Run& run, Report& report);
// A write-ahead file cut within its last three records, at `count` bytes (0: at every one).
void Torn(const Run& run, Report& report);
// `count` bits of the log's files flipped, one at a time.
void Flips(const Run& run, Report& report);
// The disk full at `count` points, under two writers, a reader and objects.
void Disk(const Run& run, Report& report);
// The Nth file-system call failing, for `count` values of N (0: every one).
void Calls(const Run& run, Report& report);
// One call in 128 failing, through `count` lives.
void Sporadic(const Run& run, Report& report);
// `count` jumps of the clock, an hour or a day, either way.
void ClockJumps(const Run& run, Report& report);
// `count` events that kill or fail their consumer, among ten times as many that do not.
void Poison(const Run& run, Report& report);

}  // namespace seaworthy::torture
