// For tests: a steady clock moved by hand, a table in memory that fails as it
// is told, and leases given out by hand.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/lease.h"
#include "common/shared_table.h"

namespace seaworthy {

// Thread-safe.
class FakeSteadyClock : public SteadyClock {
 public:
  absl::Duration Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Duration now_ ABSL_GUARDED_BY(mutex_) = absl::Hours(1);
};

// Thread-safe.
class MemoryTable : public SharedTable {
 public:
  enum class Fault { kNone, kAway, kAnswerLost };

  void SetFault(Fault fault) {
    absl::MutexLock lock(&mutex_);
    fault_ = fault;
  }
  absl::StatusOr<SharedValue> Read(std::string_view name) override {
    absl::MutexLock lock(&mutex_);
    if (fault_ == Fault::kAway) return absl::UnavailableError("away");
    return values_[std::string(name)];
  }
  absl::StatusOr<std::optional<uint64_t>> Write(std::string_view name, std::string_view bytes,
                                                uint64_t expected) override {
    absl::MutexLock lock(&mutex_);
    if (fault_ == Fault::kAway) return absl::UnavailableError("away");
    SharedValue& value = values_[std::string(name)];
    if (value.revision != expected) return std::optional<uint64_t>();
    value = {++last_, std::string(bytes)};
    if (fault_ == Fault::kAnswerLost) return absl::UnavailableError("no answer");
    return std::optional<uint64_t>(last_);
  }

 private:
  absl::Mutex mutex_;
  Fault fault_ ABSL_GUARDED_BY(mutex_) = Fault::kNone;
  std::map<std::string, SharedValue> values_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Processes of one test: who holds which lease is what the test says.
// Thread-safe.
class LeaseBoard {
 public:
  // `holder` empty: nobody has it.
  void Give(const std::string& name, const std::string& holder) {
    absl::MutexLock lock(&mutex_);
    Row& row = rows_[name];
    row.holder = holder;
    ++row.token;
  }
  LeaseState State(const std::string& name, const std::string& asks) {
    absl::MutexLock lock(&mutex_);
    const Row& row = rows_[name];
    return {!asks.empty() && row.holder == asks, row.holder, row.token, row.note};
  }
  void SetNote(const std::string& name, const std::string& asks, std::string note) {
    absl::MutexLock lock(&mutex_);
    if (rows_[name].holder == asks) rows_[name].note = std::move(note);
  }
  // The leases as a process of that name sees them. The board outlives them.
  std::unique_ptr<Leases> For(const std::string& holder) { return std::make_unique<Seen>(this, holder); }

 private:
  struct Row {
    std::string holder;
    uint64_t token = 0;
    std::string note;
  };
  class SeenLease : public Lease {
   public:
    SeenLease(LeaseBoard* board, std::string name, std::string holder)
        : board_(board), name_(std::move(name)), holder_(std::move(holder)) {}
    bool Held() const override { return State().held; }
    LeaseState State() const override { return board_->State(name_, holder_); }
    void SetNote(std::string note) override { board_->SetNote(name_, holder_, std::move(note)); }
    void Yield(absl::Duration pause) override {
      if (pause > absl::ZeroDuration() && Held()) board_->Give(name_, "");
    }
    void Alive() override {}

   private:
    LeaseBoard* const board_;
    const std::string name_;
    const std::string holder_;
  };
  class Seen : public Leases {
   public:
    Seen(LeaseBoard* board, std::string holder) : board_(board), holder_(std::move(holder)) {}
    std::unique_ptr<Lease> Want(const LeaseOptions& options) override {
      return std::make_unique<SeenLease>(board_, options.name, holder_);
    }
    std::string holder() const override { return holder_; }

   private:
    LeaseBoard* const board_;
    const std::string holder_;
  };

  absl::Mutex mutex_;
  std::map<std::string, Row> rows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
