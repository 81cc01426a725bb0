#include "services/reviewer/policy/budget.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// Ahead of what is spent, where no budget tells a better step.
constexpr uint64_t kLeastStep = 10'000;
// Until other calls have settled.
constexpr absl::Duration kSettling = absl::Seconds(2);

int64_t DayOf(absl::Time now) { return absl::ToInt64Seconds(now - absl::UnixEpoch()) / (24 * 60 * 60); }

// A sum kept under a clock that was days ahead counts for `day`.
DayTaken AsOf(DayTaken taken, int64_t day) {
  if (taken.day > day + 1) taken.day = day;
  if (taken.day < day) taken = {day, 0};
  return taken;
}

void Say(const absl::Status& trouble) { spdlog::error("budget: {}", std::string(trouble.message())); }

}  // namespace

std::string Dollars(uint64_t micro_usd) {
  const double dollars = static_cast<double>(micro_usd) / 1e6;
  if (micro_usd % 10'000 != 0 && micro_usd < 10'000) return absl::StrFormat("$%.4f", dollars);
  return absl::StrFormat("$%.2f", dollars);
}

absl::Time NextUtcDay(absl::Time now) { return absl::UnixEpoch() + kDay * (DayOf(now) + 1); }

absl::StatusOr<std::unique_ptr<Budget>> Budget::Open(Options options) {
  std::unique_ptr<BudgetStore> own = options.store == nullptr ? NewMemoryBudgetStore() : nullptr;
  BudgetStore* store = own != nullptr ? own.get() : options.store;
  SEAWORTHY_ASSIGN_OR_RETURN(const DayTaken taken, store->Load());
  return std::unique_ptr<Budget>(
      new Budget(options, std::move(own), AsOf(taken, DayOf(options.clock->Now()))));
}

Budget::Budget(Options options, std::unique_ptr<BudgetStore> own, const DayTaken& taken)
    : options_(options),
      own_(std::move(own)),
      store_(own_ != nullptr ? own_.get() : options.store),
      day_(taken.day),
      others_(taken.micro_usd) {}

Budget::~Budget() { GiveBack(); }

std::optional<Budget::Pause> Budget::Reserve(uint64_t micro_usd) {
  if (micro_usd == 0) return std::nullopt;
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  TurnDay(DayOf(now));
  const absl::Status taken = Take(micro_usd, options_.per_day);
  pause_ = Refusal(micro_usd, now);
  if (!taken.ok()) Say(taken);
  if (!pause_.has_value() && !taken.ok() && options_.per_day > 0) {
    pause_ =
        Pause{absl::StrCat("what is left of today's budget is not known: ", std::string(taken.message())),
              now + kSettling};
  }
  if (!pause_.has_value()) reserved_ += micro_usd;
  return pause_;
}

void Budget::Settle(uint64_t reserved, uint64_t cost) {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  TurnDay(DayOf(now));
  reserved_ -= std::min(reserved, reserved_);
  settled_ += cost;
  run_ += cost;
  // Spent is spent, over the limit too; what fails is taken with the next.
  if (const absl::Status taken = Take(0, 0); !taken.ok()) Say(taken);
}

std::optional<Budget::Pause> Budget::paused() const {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  if (pause_.has_value() && now < pause_->until) return pause_;
  return std::nullopt;
}

uint64_t Budget::today() const {
  absl::MutexLock lock(&mutex_);
  return DayOf(options_.clock->Now()) <= day_ ? others_ + settled_ : 0;
}

uint64_t Budget::this_run() const {
  absl::MutexLock lock(&mutex_);
  return run_;
}

void Budget::TurnDay(int64_t day) {
  // A clock that was set back must not open a day's budget twice.
  if (day <= day_) return;
  day_ = day;
  taken_ = others_ = settled_ = 0;
}

std::optional<Budget::Pause> Budget::Refusal(uint64_t micro_usd, absl::Time now) const {
  const uint64_t reserved = reserved_;
  const auto over = [&](uint64_t limit, uint64_t settled) {
    return limit > 0 && settled + reserved + micro_usd > limit;
  };
  const auto say = [&](uint64_t limit, uint64_t settled, const char* span, const std::string& then) {
    // With what is under way back, this call may fit.
    const bool soon = reserved > 0 && settled + micro_usd <= limit;
    const std::string why =
        settled == 0 && reserved == 0
            ? absl::StrCat(" is less than one call may cost (", Dollars(micro_usd), ")")
            : absl::StrCat(" is spent (", Dollars(settled), " settled, ", Dollars(reserved), " reserved)");
    return Pause{absl::StrCat("budget of ", Dollars(limit), " for ", span, why, "; it goes on ",
                              soon ? "when calls under way have settled" : then),
                 soon ? now + kSettling : absl::InfiniteFuture()};
  };
  if (over(options_.per_run, run_)) {
    return say(options_.per_run, run_, "this run", "after a restart or with a larger [budget] per_run_usd");
  }
  const uint64_t today = others_ + settled_;
  if (!over(options_.per_day, today)) return std::nullopt;
  Pause pause = say(options_.per_day, today, "today", "at 00:00 UTC or with a larger [budget] per_day_usd");
  pause.until = std::min(pause.until, NextUtcDay(now));
  return pause;
}

absl::Status Budget::Take(uint64_t more, uint64_t limit) {
  if (held() + more <= taken_) return absl::OkStatus();
  const uint64_t least = held() + more - taken_;
  const uint64_t most = least + (more == 0 ? 0 : std::max(kLeastStep, options_.per_day / 100));
  uint64_t took = 0;
  const auto change = [&, day = day_](DayTaken taken) {
    taken = AsOf(taken, day);
    const uint64_t room = limit == 0 ? most : limit - std::min(limit, taken.micro_usd);
    took = room < least ? 0 : std::min(room, most);
    taken.micro_usd += took;
    return taken;
  };
  SEAWORTHY_ASSIGN_OR_RETURN(const DayTaken all, store_->Change(change));
  TurnDay(all.day);  // Another's day began before ours.
  taken_ += took;
  others_ = all.micro_usd - std::min(all.micro_usd, taken_);
  return absl::OkStatus();
}

void Budget::GiveBack() {
  absl::MutexLock lock(&mutex_);
  if (taken_ <= held()) return;
  const auto changed = store_->Change([day = day_, left = taken_ - held()](DayTaken taken) {
    if (taken.day == day) taken.micro_usd -= std::min(taken.micro_usd, left);
    return taken;
  });
  if (!changed.ok()) Say(changed.status());
}

}  // namespace seaworthy
