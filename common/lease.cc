#include "common/lease.h"

#include <ctime>
#include <utility>

namespace seaworthy {
namespace {

class RealSteadyClock : public SteadyClock {
 public:
  absl::Duration Now() const override {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return absl::DurationFromTimespec(now);
  }
};

class HeldLease : public Lease {
 public:
  explicit HeldLease(std::string holder) : holder_(std::move(holder)) {}
  bool Held() const override { return true; }
  LeaseState State() const override { return {true, holder_, 1, ""}; }
  // Nobody else is there to read it, to take it, or to wait.
  void SetNote(std::string note) override {}
  void Yield(absl::Duration pause) override {}
  void Alive() override {}

 private:
  const std::string holder_;
};

class AlwaysHeldLeases : public Leases {
 public:
  explicit AlwaysHeldLeases(std::string holder) : holder_(std::move(holder)) {}
  std::unique_ptr<Lease> Want(const LeaseOptions& options) override {
    return std::make_unique<HeldLease>(holder_);
  }
  std::string holder() const override { return holder_; }

 private:
  const std::string holder_;
};

}  // namespace

SteadyClock* SteadyClock::Real() {
  static auto* const clock = new RealSteadyClock;
  return clock;
}

std::unique_ptr<Leases> NewAlwaysHeldLeases(std::string holder) {
  return std::make_unique<AlwaysHeldLeases>(std::move(holder));
}

}  // namespace seaworthy
