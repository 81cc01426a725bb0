#include "services/reviewer/policy/budget.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

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

// Replaces the file whole: written beside it, synced, renamed, folder synced.
class FileBudgetStore : public BudgetStore {
 public:
  explicit FileBudgetStore(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<DaySpent> Load() override {
    std::ifstream in(path_);
    DaySpent spent;
    if (!in) return spent;
    if (in >> spent.day >> spent.micro_usd) return spent;
    return absl::DataLossError(absl::StrCat("the budget's file ", path_,
                                            " does not hold a day and a sum; remove it to count from zero"));
  }

  absl::Status Save(const DaySpent& spent) override {
    const std::string beside = path_ + ".new";
    const std::string line = absl::StrCat(spent.day, " ", spent.micro_usd, "\n");
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written = file >= 0 &&
                         write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                         fsync(file) == 0;
    if (file >= 0) close(file);
    if (written && std::rename(beside.c_str(), path_.c_str()) == 0 && SyncFolder()) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("cannot write the budget's file ", path_, "; check the disk's space and permissions"));
  }

 private:
  bool SyncFolder() const {
    const std::string parent = std::filesystem::path(path_).parent_path().string();
    const int folder = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return false;
    const bool synced = fsync(folder) == 0;
    close(folder);
    return synced;
  }

  const std::string path_;
};

}  // namespace

std::string Dollars(uint64_t micro_usd) {
  const double dollars = static_cast<double>(micro_usd) / 1e6;
  if (micro_usd % 10'000 != 0 && micro_usd < 10'000) return absl::StrFormat("$%.4f", dollars);
  return absl::StrFormat("$%.2f", dollars);
}

absl::Time NextUtcDay(absl::Time now) { return absl::UnixEpoch() + kDay * (DayOf(now) + 1); }

std::unique_ptr<BudgetStore> NewFileBudgetStore(std::string path) {
  return std::make_unique<FileBudgetStore>(std::move(path));
}

absl::StatusOr<std::unique_ptr<Budget>> Budget::Open(Options options) {
  DaySpent spent;
  if (options.store != nullptr) {
    SEAWORTHY_ASSIGN_OR_RETURN(spent, options.store->Load());
    // Saved under a clock far ahead: it must not count as today for long.
    const int64_t day = DayOf(options.clock->Now());
    if (spent.day > day + 1) spent.day = day;
  }
  return std::unique_ptr<Budget>(new Budget(options, spent));
}

Budget::Budget(Options options, const DaySpent& spent)
    : options_(options), today_(spent), saved_(spent.micro_usd) {}

Budget::~Budget() {
  absl::MutexLock lock(&mutex_);
  if (options_.store == nullptr || saved_ == today_.micro_usd + reserved_) return;
  const absl::Status saved = options_.store->Save({today_.day, today_.micro_usd + reserved_});
  if (!saved.ok()) spdlog::error("budget: {}", std::string(saved.message()));
}

std::optional<Budget::Pause> Budget::Reserve(uint64_t micro_usd) {
  if (micro_usd == 0) return std::nullopt;
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  TurnDay(now);
  pause_ = Refusal(micro_usd, now);
  if (pause_.has_value()) return pause_;
  reserved_ += micro_usd;
  SaveAhead();
  return std::nullopt;
}

void Budget::Settle(uint64_t reserved, uint64_t cost) {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  TurnDay(now);
  reserved_ -= std::min(reserved, reserved_);
  today_.micro_usd += cost;
  run_ += cost;
}

std::optional<Budget::Pause> Budget::paused() const {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  if (pause_.has_value() && now < pause_->until) return pause_;
  return std::nullopt;
}

uint64_t Budget::today() const {
  absl::MutexLock lock(&mutex_);
  return DayOf(options_.clock->Now()) == today_.day ? today_.micro_usd : 0;
}

uint64_t Budget::this_run() const {
  absl::MutexLock lock(&mutex_);
  return run_;
}

void Budget::TurnDay(absl::Time now) {
  const int64_t day = DayOf(now);
  // A clock that was set back must not open a day's budget twice.
  if (day <= today_.day) return;
  today_ = DaySpent{day, 0};
  saved_ = 0;
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
  if (!over(options_.per_day, today_.micro_usd)) return std::nullopt;
  Pause pause =
      say(options_.per_day, today_.micro_usd, "today", "at 00:00 UTC or with a larger [budget] per_day_usd");
  pause.until = std::min(pause.until, NextUtcDay(now));
  return pause;
}

void Budget::SaveAhead() {
  const uint64_t held = today_.micro_usd + reserved_;
  if (options_.store == nullptr || held <= saved_) return;
  saved_ = held + std::max(kLeastStep, options_.per_day / 100);
  const absl::Status saved = options_.store->Save({today_.day, saved_});
  if (!saved.ok()) spdlog::error("budget: {}", std::string(saved.message()));
}

}  // namespace seaworthy
