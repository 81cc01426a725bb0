// Clocks that jump, and events that no consumer survives.
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/clock.h"
#include "tests/torture/log_load.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(20);
constexpr char kMade[] = "test.made";

// Works the backlog off while the clock jumps, and remembers the order.
class JumpingLog {
 public:
  JumpingLog(const Run& run, Report* report) : folder_(run.folder), random_(run.seed), report_(report) {}

  void Jump(bool restart) {
    if (log_ == nullptr || restart) Reopen();
    if (report_->failed()) return;
    for (uint32_t i = 0; i < 3 + random_() % 5; ++i) {
      report_->Expect(ledger_.Append(*log_, ledger_.Next(50), report_), "an append failed");
    }
    Deliver(/*answer=*/random_() % 2 == 0);
    constexpr absl::Duration kJumps[] = {absl::Hours(1), -absl::Hours(1), absl::Hours(24), -absl::Hours(24)};
    clock_.Advance(kJumps[random_() % 4]);
    Deliver(/*answer=*/true);
  }

  void Prove(Report& report) {
    // What was put off by seconds comes within seconds of its own clock, wherever that stands.
    const absl::Time begin = absl::Now();
    while (Open() > 0 && absl::Now() < begin + kLongestWait) {
      clock_.Advance(absl::Seconds(5));
      Deliver(/*answer=*/true);
    }
    report.Expect(Open() == 0, absl::StrCat(Open(), " deliveries are still open"));
    reader_.reset();
    log_.reset();
    const auto log = OpenLog(folder_ + "/log", &clock_, nullptr);
    if (report.Check(log.status(), "opening in the end")) ledger_.Prove(**log, report);
    for (uint64_t sequence : delivered_) {
      report.Expect(answered_.count(sequence) == 1, absl::StrCat("record ", sequence, " was never answered"));
    }
  }
  const Ledger& ledger() const { return ledger_; }

 private:
  void Reopen() {
    reader_.reset();
    log_.reset();
    auto log = OpenLog(folder_ + "/log", &clock_, nullptr);
    if (!report_->Check(log.status(), "opening")) return;
    log_ = *std::move(log);
    auto reader = log_->Subscribe(Ledger::ReaderOptions());
    if (report_->Check(reader.status(), "subscribing")) reader_ = *std::move(reader);
  }

  uint64_t Open() const {
    const SubscriptionStatus status = log_->ListSubscriptions().front();
    return status.pending + status.in_flight + status.retrying;
  }

  // First deliveries come in order; every one is answered or put off.
  void Deliver(bool answer) {
    const auto fetched = reader_->Fetch(10, absl::Milliseconds(1));
    if (!report_->Check(fetched.status(), "fetching")) return;
    for (const Delivery& delivery : *fetched) {
      const uint64_t sequence = delivery.record.sequence;
      report_->Expect(answered_.count(sequence) == 0,
                      absl::StrCat("record ", sequence, " came after its answer"));
      if (delivered_.insert(sequence).second) {
        report_->Expect(sequence > newest_, absl::StrCat("record ", sequence, " came after ", newest_));
        newest_ = sequence;
      }
      if (!answer) {
        report_->Check(reader_->RetryAfter(delivery, absl::Seconds(2), "a test"), "putting off");
      } else if (report_->Check(reader_->Ack(delivery), "answering")) {
        answered_.insert(sequence);
      }
    }
  }

  const std::string folder_;
  std::mt19937 random_;
  Report* const report_;
  FakeClock clock_;
  Ledger ledger_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<Subscription> reader_;
  std::set<uint64_t> delivered_;
  std::set<uint64_t> answered_;
  uint64_t newest_ = 0;
};

// A consumer whose process dies of some records and who fails at others.
class PoisonedLog {
 public:
  PoisonedLog(const Run& run, Report* report) : folder_(run.folder), random_(run.seed), report_(report) {}

  void Write(int poison) {
    Open();
    for (int i = 0; i < poison * 10 && log_ != nullptr; ++i) {
      const char* const kind = i % 10 != 3 ? "sound" : (random_() % 2 == 0 ? "deadly" : "failing");
      const auto appended = log_->Append({absl::StrCat("event ", i), kMade, kind});
      report_->Check(appended.status(), "appending");
    }
  }

  // Until nothing is open; dies of what is deadly, and starts again.
  void WorkOff() {
    const absl::Time begin = absl::Now();
    while (!report_->failed() && OpenDeliveries() > 0) {
      if (!report_->Expect(absl::Now() < begin + kLongestWait * 10, "the rest does not flow")) return;
      clock_.Advance(absl::Minutes(1));
      if (!ConsumeSome()) Open();
    }
  }

  void Prove(int poison) {
    int sound = 0;
    for (const auto& [sequence, times] : tries_) {
      report_->Expect(times <= 5, absl::StrCat("record ", sequence, " was tried ", times, " times"));
    }
    for (uint64_t sequence : done_) sound += log_->Read(sequence)->payload == "sound" ? 1 : 0;
    report_->Expect(sound == poison * 9, absl::StrCat(sound, " of ", poison * 9, " sound records are done"));
    const SubscriptionStatus status = log_->ListSubscriptions().front();
    report_->Expect(status.dead == static_cast<uint64_t>(poison),
                    absl::StrCat(status.dead, " dead letters of ", poison));
    report_->Say(absl::StrCat(poison, " poisonous among ", poison * 9, " sound records: ", status.dead,
                              " parked after ", deaths_, " deaths, all others done"));
  }

 private:
  void Open() {
    // As after kill -9: a copy of what is on disk, and nothing is handed back in it.
    dead_.emplace_back(std::move(log_), std::move(reader_));
    const std::string next = absl::StrCat(folder_, "/log", dead_.size());
    if (dead_.size() > 1) std::filesystem::copy(path_, next);
    path_ = next;
    auto log = OpenLog(path_, &clock_, nullptr);
    if (!report_->Check(log.status(), "opening")) return;
    log_ = *std::move(log);
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {kMade};
    options.max_in_flight = 4;
    auto reader = log_->Subscribe(options);
    if (report_->Check(reader.status(), "subscribing")) reader_ = *std::move(reader);
  }

  uint64_t OpenDeliveries() const {
    const SubscriptionStatus status = log_->ListSubscriptions().front();
    return status.pending + status.in_flight + status.retrying;
  }

  // False where the consumer died.
  bool ConsumeSome() {
    const auto fetched = reader_->Fetch(4, absl::Milliseconds(1));
    if (!report_->Check(fetched.status(), "fetching")) return true;
    for (const Delivery& delivery : *fetched) {
      if (delivery.record.payload == "sound") {
        if (report_->Check(reader_->Ack(delivery), "answering")) done_.insert(delivery.record.sequence);
        continue;
      }
      ++tries_[delivery.record.sequence];
      if (delivery.record.payload == "deadly") {
        ++deaths_;
        return false;
      }
      report_->Check(reader_->RetryAfter(delivery, absl::Seconds(1), "it always fails"), "putting off");
    }
    return true;
  }

  const std::string folder_;
  std::mt19937 random_;
  Report* const report_;
  FakeClock clock_;
  std::string path_;
  std::vector<std::pair<std::unique_ptr<EventLog>, std::unique_ptr<Subscription>>> dead_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<Subscription> reader_;
  std::map<uint64_t, int> tries_;
  std::set<uint64_t> done_;
  int deaths_ = 0;
};

}  // namespace

void ClockJumps(const Run& run, Report& report) {
  JumpingLog log(run, &report);
  for (int jump = 0; jump < run.count && !report.failed(); ++jump) log.Jump(/*restart=*/jump % 5 == 4);
  if (report.failed()) return;
  log.Prove(report);
  report.Say(
      absl::StrCat(run.count, " jumps of the clock, ", log.ledger().acknowledged(), " events in order"));
}

void Poison(const Run& run, Report& report) {
  PoisonedLog log(run, &report);
  log.Write(run.count);
  log.WorkOff();
  if (!report.failed()) log.Prove(run.count);
}

}  // namespace seaworthy::torture
