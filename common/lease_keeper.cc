#include "common/lease_keeper.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/lease_candidate.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(1);
// How long the end of a lease waits for the table to know.
constexpr absl::Duration kReleaseWait = absl::Seconds(2);
// A free lease is left to others so long for each one of its group held.
constexpr absl::Duration kHesitation = absl::Milliseconds(100);

}  // namespace

SteadyWait::SteadyWait() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

SteadyWait::~SteadyWait() {
  if (fd_ >= 0) close(fd_);
}

void SteadyWait::WaitFor(absl::Duration timeout) {
  pollfd waits{fd_, POLLIN, 0};
  const int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  if (poll(&waits, 1, static_cast<int>(std::clamp<int64_t>(milliseconds, 0, 3'600'000))) <= 0) return;
  uint64_t wakes = 0;
  // Empty by now or not: it is looked at again either way.
  if (read(fd_, &wakes, sizeof(wakes)) < 0) return;
}

void SteadyWait::Wake() {
  const uint64_t one = 1;
  // Full: it is awake already.
  if (write(fd_, &one, sizeof(one)) < 0) return;
}

// One wanted lease. `candidate` is the thread's, the rest is under the keeper's mutex.
struct LeaseKeeper::Seat {
  Seat(SharedTable* table, const SteadyClock* clock, const LeaseOptions& wanted, const std::string& holder)
      : options(wanted), candidate(table, clock, wanted, holder), alive(clock->Now()) {}

  const LeaseOptions options;
  LeaseCandidate candidate;
  absl::Duration held_until = -absl::InfiniteDuration();
  LeaseState seen;  // Without `held`.
  std::string note;
  absl::Duration yields_until = -absl::InfiniteDuration();
  absl::Duration alive;
  bool at_once = false;  // Its step does not wait for its time.
  bool closing = false;
  bool closed = false;
};

class LeaseKeeper::Handle : public Lease {
 public:
  Handle(LeaseKeeper* keeper, std::shared_ptr<Seat> seat) : keeper_(keeper), seat_(std::move(seat)) {}
  ~Handle() override { keeper_->Close(seat_); }

  bool Held() const override {
    absl::ReaderMutexLock lock(&keeper_->mutex_);
    return keeper_->HeldNow(*seat_);
  }
  LeaseState State() const override {
    absl::ReaderMutexLock lock(&keeper_->mutex_);
    LeaseState state = seat_->seen;
    state.held = keeper_->HeldNow(*seat_);
    return state;
  }
  void SetNote(std::string note) override {
    absl::MutexLock lock(&keeper_->mutex_);
    seat_->note = std::move(note);
  }
  void Yield(absl::Duration pause) override {
    {
      absl::MutexLock lock(&keeper_->mutex_);
      seat_->yields_until = keeper_->clock_->Now() + pause;
      seat_->at_once = true;
    }
    keeper_->wait_.Wake();
  }
  void Alive() override {
    absl::MutexLock lock(&keeper_->mutex_);
    seat_->alive = keeper_->clock_->Now();
  }

 private:
  LeaseKeeper* const keeper_;
  const std::shared_ptr<Seat> seat_;
};

LeaseKeeper::LeaseKeeper(std::unique_ptr<SharedTable> table, std::string holder, const SteadyClock* clock)
    : table_(std::move(table)), holder_(std::move(holder)), clock_(clock) {
  thread_ = std::thread([this] { Run(); });
}

LeaseKeeper::~LeaseKeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wait_.Wake();
  thread_.join();
}

std::unique_ptr<Lease> LeaseKeeper::Want(const LeaseOptions& options) {
  auto seat = std::make_shared<Seat>(table_.get(), clock_, options, holder_);
  {
    absl::MutexLock lock(&mutex_);
    seats_.push_back(seat);
  }
  wait_.Wake();
  return std::make_unique<Handle>(this, std::move(seat));
}

void LeaseKeeper::Abandon() {
  absl::MutexLock lock(&mutex_);
  abandoned_ = true;
  for (const auto& seat : seats_) seat->closed = true;
  closed_.SignalAll();
}

bool LeaseKeeper::HeldNow(const Seat& seat) const {
  // One that yields or ends is no holder, whatever the table says still.
  const absl::Duration now = clock_->Now();
  return !seat.closing && now >= seat.yields_until && now < seat.held_until;
}

int LeaseKeeper::HeldOf(const std::string& group) const {
  int held = 0;
  for (const auto& seat : seats_) held += seat->options.group == group && HeldNow(*seat) ? 1 : 0;
  return held;
}

void LeaseKeeper::Close(const std::shared_ptr<Seat>& seat) {
  {
    absl::MutexLock lock(&mutex_);
    seat->closing = true;
    seat->at_once = true;
  }
  wait_.Wake();
  const absl::Duration deadline = clock_->Now() + kReleaseWait;
  absl::MutexLock lock(&mutex_);
  while (!seat->closed && !stopping_ && trouble_.ok() && clock_->Now() < deadline) {
    closed_.WaitWithTimeout(&mutex_, absl::Milliseconds(50));
  }
  seat->closed = true;
  std::erase(seats_, seat);
}

absl::Status LeaseKeeper::StepSeat(Seat& seat) {
  LeaseWish wish;
  bool closing = false;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Duration now = clock_->Now();
    closing = seat.closing;
    wish.want = !closing && now >= seat.yields_until && now - seat.alive <= seat.options.patience;
    wish.note = seat.note;
    if (!seat.options.group.empty()) wish.hesitation = kHesitation * HeldOf(seat.options.group);
    seat.at_once = false;
  }
  const bool held_before = clock_->Now() < seat.candidate.held_until();
  const absl::Status status = seat.candidate.Step(wish);
  const LeaseCandidate& now = seat.candidate;
  const bool held = clock_->Now() < now.held_until();
  if (held != held_before) {
    spdlog::info("lease {}: {} {} it (token {})", seat.options.name, holder_, held ? "holds" : "has lost",
                 now.token());
  }
  absl::MutexLock lock(&mutex_);
  seat.held_until = now.held_until();
  seat.seen = {false, now.record().holder, now.token(), now.record().note};
  if (closing) {
    seat.closed = true;
    closed_.SignalAll();
  }
  return status;
}

absl::Duration LeaseKeeper::StepAll() {
  std::vector<std::shared_ptr<Seat>> seats;
  {
    absl::MutexLock lock(&mutex_);
    if (abandoned_) return kLongestWait;
    seats = seats_;
  }
  absl::Duration wait = kLongestWait;
  absl::Status trouble;
  for (const auto& seat : seats) {
    bool at_once = false;
    {
      absl::MutexLock lock(&mutex_);
      if (seat->closed) continue;
      at_once = seat->at_once;
    }
    // Where the table does not answer, asking for the others only takes time.
    if (trouble.ok() && (at_once || clock_->Now() >= seat->candidate.next())) trouble = StepSeat(*seat);
    wait = std::clamp(seat->candidate.next() - clock_->Now(), absl::Milliseconds(1), wait);
  }
  absl::MutexLock lock(&mutex_);
  if (trouble.code() != trouble_.code() && !trouble.ok()) {
    spdlog::warn("leases: {}; nothing is taken or renewed until it is back", std::string(trouble.message()));
  }
  trouble_ = trouble;
  return trouble.ok() ? wait : std::max(wait, absl::Milliseconds(50));
}

void LeaseKeeper::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    wait_.WaitFor(StepAll());
  }
}

}  // namespace seaworthy
