#include "services/aggregator/log_follower.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/schedules.h"
#include "services/aggregator/views/touched.h"

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;
// The thread looks whether it is to stop at least this often.
constexpr absl::Duration kPollInterval = absl::Milliseconds(100);
// Schedules told of at once.
constexpr size_t kMaxDue = 64;
constexpr absl::Duration kTroublePause = absl::Seconds(1);

}  // namespace

LogFollower::LogFollower(EventLog* log, StateStore* store, const Projector* projector, const Clock* clock)
    : log_(log),
      store_(store),
      projector_(projector),
      clock_(clock),
      emission_(std::make_unique<Emission>(log, nullptr)),
      applied_(store->position()) {}

LogFollower::~LogFollower() { Stop(); }

void LogFollower::Start(std::unique_ptr<Lease> lease) {
  {
    absl::MutexLock lock(&mutex_);
    emission_ = std::make_unique<Emission>(log_, std::move(lease));
    started_ = true;
  }
  thread_ = std::thread([this] { Run(); });
}

void LogFollower::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    moved_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
  std::unique_ptr<Emission> ended;
  absl::MutexLock lock(&mutex_);
  started_ = false;
  // Its end waits for the lease's, which nobody needs to wait for here.
  ended.swap(emission_);
}

bool LogFollower::Stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

bool LogFollower::leading() const {
  absl::MutexLock lock(&mutex_);
  return started_ && emission_->leading();
}

std::string LogFollower::leader() const {
  absl::MutexLock lock(&mutex_);
  return started_ ? emission_->leader() : "";
}

uint64_t LogFollower::applied() const {
  absl::MutexLock lock(&mutex_);
  return applied_;
}

absl::Status LogFollower::WaitFor(uint64_t sequence, absl::Duration timeout) const {
  const SteadyDeadline deadline(timeout);
  absl::MutexLock lock(&mutex_);
  while (applied_ < sequence && !stopping_ && !deadline.Passed()) {
    moved_.WaitWithTimeout(&mutex_, deadline.Left());
  }
  if (applied_ >= sequence) return absl::OkStatus();
  if (stopping_) return absl::CancelledError("the aggregator is stopping");
  return absl::DeadlineExceededError(
      absl::StrCat("the state has reached event ", applied_, " of ", sequence,
                   trouble_.ok() ? "; ask again" : "; held up: ", trouble_.ok() ? "" : trouble_.message()));
}

absl::StatusOr<size_t> LogFollower::Step(size_t max, absl::Duration timeout, bool keep_effects) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records, log_->ReadAfter(applied(), max, timeout));
  if (records.empty()) return 0;
  const auto transaction = store_->Begin();
  TouchedTransaction touched(transaction.get());
  std::vector<NewEvent> effects;
  for (const Record& record : records) {
    SEAWORTHY_RETURN_IF_ERROR(projector_->Apply(record, touched, effects));
  }
  SEAWORTHY_RETURN_IF_ERROR(UpdateViews(touched));
  if (keep_effects) {
    SEAWORTHY_RETURN_IF_ERROR(
        emission_->Settle(effects, records.back().sequence, [this] { return Stopping(); }));
  }
  SEAWORTHY_RETURN_IF_ERROR(transaction->Commit(records.back().sequence));
  absl::MutexLock lock(&mutex_);
  applied_ = records.back().sequence;
  moved_.SignalAll();
  return records.size();
}

absl::Duration LogFollower::UntilDue() const {
  return clock_ == nullptr || !emission_->leading()
             ? absl::InfiniteDuration()
             : std::max(next_due_ - clock_->Now(), absl::ZeroDuration());
}

absl::Status LogFollower::AppendDue() {
  if (UntilDue() > absl::ZeroDuration()) return absl::OkStatus();
  const absl::Time now = clock_->Now();
  const auto state = store_->Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(auto events, DueEvents(*state, now, kMaxDue));
  // A week is told of once the state has seen all of it.
  if (applied() == log_->LastSequence()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto drafts, DraftEvents(*state, now));
    events.insert(events.end(), drafts.begin(), drafts.end());
  }
  if (events.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(next_due_, NextDue(*state));
    next_due_ = std::min(next_due_, NextDraftTime(now));
    return absl::OkStatus();
  }
  SEAWORTHY_RETURN_IF_ERROR(log_->AppendBatch(events).status());
  // Until the state has seen them they would be due again.
  next_due_ = absl::InfiniteFuture();
  return absl::OkStatus();
}

bool LogFollower::StandStill(const absl::Status& trouble) {
  emission_->Yield();
  absl::MutexLock lock(&mutex_);
  if (trouble_ != trouble) {
    spdlog::error("the aggregator stands still: {}; it tries again every second",
                  std::string(trouble.message()));
  }
  trouble_ = trouble;
  const SteadyDeadline pause(kTroublePause);
  while (!stopping_ && !pause.Passed()) moved_.WaitWithTimeout(&mutex_, pause.Left());
  return !stopping_;
}

void LogFollower::Run() {
  while (!Stopping()) {
    const absl::Status told = AppendDue();
    const absl::StatusOr<size_t> stepped =
        told.ok() ? Step(kBatch, std::min(kPollInterval, UntilDue()), /*keep_effects=*/true) : told;
    if (stepped.ok()) {
      if (*stepped > 0) next_due_ = absl::InfinitePast();
      emission_->Note(applied());
      absl::MutexLock lock(&mutex_);
      trouble_ = absl::OkStatus();
      continue;
    }
    if (absl::IsCancelled(stepped.status())) {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;  // Or the log is closing.
      moved_.SignalAll();
      return;
    }
    if (!StandStill(stepped.status())) return;
  }
}

}  // namespace seaworthy
