// Says that something is waited for: at once, then rarely.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace seaworthy::cli {

// Used by one thread.
class Waiting {
 public:
  // `what` is waited for.
  explicit Waiting(std::string what) : what_(std::move(what)) {}

  // It is not there, for this reason: a line in the log, once a minute.
  void Say(const absl::Status& reason);
  // It is there: a line where one has said otherwise.
  void Over();

 private:
  const std::string what_;
  bool waits_ = false;
  absl::Time told_ = absl::InfinitePast();
};

}  // namespace seaworthy::cli
