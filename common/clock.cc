#include "common/clock.h"

namespace seaworthy {
namespace {
class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};
}  // namespace

Clock* Clock::Real() {
  static auto* const clock = new RealClock;
  return clock;
}
}  // namespace seaworthy
