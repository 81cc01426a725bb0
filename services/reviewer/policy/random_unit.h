// Chance for jitter; not for secrets.
#pragma once

#include "absl/random/random.h"

namespace seaworthy {

// In [0, 1), from a generator of the calling thread.
inline double RandomUnit() {
  thread_local absl::InsecureBitGen generator;
  return absl::Uniform<double>(generator, 0.0, 1.0);
}

}  // namespace seaworthy
