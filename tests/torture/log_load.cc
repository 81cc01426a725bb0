#include "tests/torture/log_load.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy::torture {
namespace {
constexpr char kMade[] = "test.made";
constexpr char kEffect[] = "test.effect";
}  // namespace

NewEvent Ledger::Next(size_t payload_bytes) {
  absl::MutexLock lock(&mutex_);
  std::string id = absl::StrCat("event ", ++next_);
  tried_.insert(id);
  return {id, kMade, absl::StrCat(id, std::string(payload_bytes, 'p'))};
}

bool Ledger::Append(EventLog& log, const NewEvent& event, Report* report) {
  const absl::StatusOr<Appended> appended = log.Append(event);
  absl::MutexLock lock(&mutex_);
  if (!appended.ok()) return false;
  const uint64_t before = acknowledged_.emplace(event.dedup_id, appended->sequence).first->second;
  if (before != appended->sequence) {
    report->Fail(absl::StrCat(event.dedup_id, " was ", before, " and is now ", appended->sequence));
  }
  return true;
}

SubscriptionOptions Ledger::ReaderOptions() {
  SubscriptionOptions options;
  options.name = "reader";
  options.subjects = {kMade};
  // A record may meet many cuts here, and none is poison.
  options.max_attempts = 1'000'000;
  return options;
}

int Ledger::Consume(Subscription& reader, size_t max) {
  const absl::StatusOr<std::vector<Delivery>> fetched = reader.Fetch(max, absl::Milliseconds(1));
  if (!fetched.ok()) return -1;
  int answered = 0;
  for (const Delivery& delivery : *fetched) {
    const std::string id = absl::StrCat("effect ", delivery.record.sequence);
    {
      absl::MutexLock lock(&mutex_);
      tried_.insert(id);
    }
    const std::vector<NewEvent> effects = {{id, kEffect, ""}};
    if (!reader.Ack(delivery, effects).ok()) continue;
    ++answered;
    absl::MutexLock lock(&mutex_);
    settled_.insert(delivery.record.sequence);
  }
  return answered;
}

uint64_t Ledger::acknowledged() const {
  absl::MutexLock lock(&mutex_);
  return acknowledged_.size();
}

uint64_t Ledger::settled() const {
  absl::MutexLock lock(&mutex_);
  return settled_.size();
}

void Ledger::ProveRecord(const Record& record, std::set<std::string>& seen, Report& report) const {
  const std::string& id = record.dedup_id;
  report.Expect(seen.insert(id).second, absl::StrCat(id, " is there twice"));
  report.Expect(tried_.count(id) == 1, absl::StrCat(id, " is there and nobody wrote it"));
  if (record.subject == kMade) {
    report.Expect(absl::StartsWith(record.payload, id), absl::StrCat(id, " holds other bytes"));
  }
}

void Ledger::Prove(EventLog& log, Report& report) const {
  absl::MutexLock lock(&mutex_);
  std::set<std::string> seen;
  for (uint64_t sequence = 1; sequence <= log.LastSequence(); ++sequence) {
    const absl::StatusOr<Record> record = log.Read(sequence);
    if (!report.Check(record.status(), absl::StrCat("record ", sequence))) return;
    ProveRecord(*record, seen, report);
    const auto acknowledged = acknowledged_.find(record->dedup_id);
    if (acknowledged != acknowledged_.end()) {
      report.Expect(acknowledged->second == sequence, absl::StrCat(record->dedup_id, " was acknowledged as ",
                                                                   acknowledged->second, ", is ", sequence));
    }
  }
  for (const auto& [id, sequence] : acknowledged_) {
    report.Expect(seen.count(id) == 1, absl::StrCat(id, " was acknowledged as ", sequence, " and is lost"));
  }
  for (uint64_t sequence : settled_) {
    report.Expect(seen.count(absl::StrCat("effect ", sequence)) == 1,
                  absl::StrCat("the effect of ", sequence, " was acknowledged and is lost"));
  }
}

absl::StatusOr<std::unique_ptr<EventLog>> OpenLog(const std::string& path, Clock* clock, rocksdb::Env* env) {
  return OpenRocksDbEventLog({.path = path, .clock = clock, .env = env});
}

Workers::Workers(EventLog* log, Ledger* ledger, int writers, Report* report)
    : log_(log), ledger_(ledger), report_(report) {
  for (int writer = 0; writer < writers; ++writer) {
    threads_.emplace_back([this, writer] {
      for (size_t i = 0; !stopping_; ++i) {
        if (!ledger_->Append(*log_, ledger_->Next((i * 37 + writer * 11) % 600), report_)) break;
      }
      ++stopped_;
    });
  }
  threads_.emplace_back([this] {
    const auto reader = log_->Subscribe(Ledger::ReaderOptions());
    while (reader.ok() && !stopping_ && stopped_ == 0 && ledger_->Consume(**reader, 5) >= 0) {
    }
    ++stopped_;
  });
}

void Workers::Join() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace seaworthy::torture
