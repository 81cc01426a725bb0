#include "services/reviewer/policy/budget_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr char kValue[] = "day";
// Each lost race means that another's change went through.
constexpr int kMostRaces = 100;

std::string LineOf(const DayTaken& taken) { return absl::StrCat(taken.day, " ", taken.micro_usd, "\n"); }

// Nothing where it is no such line.
std::optional<DayTaken> ParseLine(const std::string& line) {
  std::istringstream in(line);
  DayTaken taken;
  if (in >> taken.day >> taken.micro_usd) return taken;
  return std::nullopt;
}

class MemoryBudgetStore : public BudgetStore {
 public:
  absl::StatusOr<DayTaken> Load() override {
    absl::MutexLock lock(&mutex_);
    return taken_;
  }

  absl::StatusOr<DayTaken> Change(absl::FunctionRef<DayTaken(DayTaken)> change) override {
    absl::MutexLock lock(&mutex_);
    taken_ = change(taken_);
    return taken_;
  }

 private:
  absl::Mutex mutex_;
  DayTaken taken_ ABSL_GUARDED_BY(mutex_);
};

// Replaces the file whole: written beside it, synced, renamed, folder synced.
class FileBudgetStore : public BudgetStore {
 public:
  explicit FileBudgetStore(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<DayTaken> Load() override {
    absl::MutexLock lock(&mutex_);
    return Read();
  }

  absl::StatusOr<DayTaken> Change(absl::FunctionRef<DayTaken(DayTaken)> change) override {
    absl::MutexLock lock(&mutex_);
    SEAWORTHY_ASSIGN_OR_RETURN(const DayTaken before, Read());
    const DayTaken after = change(before);
    if (after == before) return after;
    SEAWORTHY_RETURN_IF_ERROR(Write(LineOf(after)));
    return after;
  }

 private:
  absl::StatusOr<DayTaken> Read() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::ifstream in(path_);
    if (!in) return DayTaken();
    std::string line;
    std::getline(in, line);
    if (const auto taken = ParseLine(line)) return *taken;
    return absl::DataLossError(absl::StrCat("the budget's file ", path_,
                                            " does not hold a day and a sum; remove it to count from zero"));
  }

  absl::Status Write(const std::string& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::string beside = path_ + ".new";
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written = file >= 0 &&
                         write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                         fsync(file) == 0;
    if (file >= 0) close(file);
    if (written && std::rename(beside.c_str(), path_.c_str()) == 0 && SyncFolder()) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("cannot write the budget's file ", path_, "; check the disk's space and permissions"));
  }

  bool SyncFolder() const {
    const std::string parent = std::filesystem::path(path_).parent_path().string();
    const int folder = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return false;
    const bool synced = fsync(folder) == 0;
    close(folder);
    return synced;
  }

  const std::string path_;
  absl::Mutex mutex_;
};

class SharedBudgetStore : public BudgetStore {
 public:
  explicit SharedBudgetStore(SharedTable* table) : table_(table) {}

  absl::StatusOr<DayTaken> Load() override {
    SEAWORTHY_ASSIGN_OR_RETURN(const SharedValue value, table_->Read(kValue));
    return Parse(value);
  }

  absl::StatusOr<DayTaken> Change(absl::FunctionRef<DayTaken(DayTaken)> change) override {
    for (int race = 0; race < kMostRaces; ++race) {
      SEAWORTHY_ASSIGN_OR_RETURN(const SharedValue value, table_->Read(kValue));
      SEAWORTHY_ASSIGN_OR_RETURN(const DayTaken before, Parse(value));
      const DayTaken after = change(before);
      if (after == before) return after;
      SEAWORTHY_ASSIGN_OR_RETURN(const auto written, table_->Write(kValue, LineOf(after), value.revision));
      if (written.has_value()) return after;
    }
    return absl::AbortedError("too many processes take from the day's budget at once");
  }

 private:
  static absl::StatusOr<DayTaken> Parse(const SharedValue& value) {
    if (value.revision == 0) return DayTaken();
    if (const auto taken = ParseLine(value.bytes)) return *taken;
    return absl::DataLossError(
        "the day's budget beside the log does not hold a day and a sum; remove its stream to count from "
        "zero");
  }

  SharedTable* const table_;
};

}  // namespace

std::unique_ptr<BudgetStore> NewMemoryBudgetStore() { return std::make_unique<MemoryBudgetStore>(); }

std::unique_ptr<BudgetStore> NewFileBudgetStore(std::string path) {
  return std::make_unique<FileBudgetStore>(std::move(path));
}

std::unique_ptr<BudgetStore> NewSharedBudgetStore(SharedTable* table) {
  return std::make_unique<SharedBudgetStore>(table);
}

}  // namespace seaworthy
