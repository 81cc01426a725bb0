// A full disk: refused, readable, and going on by itself.
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/object_store.h"
#include "tests/torture/faulty_file_system.h"
#include "tests/torture/log_load.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {
namespace {

constexpr absl::Duration kLongestRecovery = absl::Seconds(30);
constexpr uint32_t kMostRoom = 60'000;

// A log and an object store on one disk that fills and empties.
class FullDisk {
 public:
  FullDisk(const Run& run, Report* report)
      : folder_(run.folder),
        random_(run.seed),
        report_(report),
        system_(std::make_shared<FaultyFileSystem>(folder_ + "/graveyard")),
        env_(rocksdb::NewCompositeEnv(system_)) {}

  bool Open() {
    log_.reset();
    objects_.reset();
    auto log = OpenLog(folder_ + "/log", Clock::Real(), env_.get());
    auto objects = OpenRocksDbObjectStore(folder_ + "/objects", env_.get());
    if (!log.ok() || !objects.ok()) return false;
    log_ = *std::move(log);
    objects_ = *std::move(objects);
    return true;
  }

  // Full once: by which time it went on, or nothing where it did not.
  void FillOnce(bool restart) {
    WorkUntilFull();
    if (report_->failed()) return;
    CheckWhileFull();
    if (restart) {
      // Started on a full disk it may refuse, and nothing is damaged by it.
      Open();
      system_->MakeRoom();
      if (!report_->Expect(Open(), "does not open after the disk had been full")) return;
    }
    system_->MakeRoom();
    Resume();
  }

  void Prove() {
    log_.reset();
    objects_.reset();
    const auto log = OpenLog(folder_ + "/log", Clock::Real(), nullptr);
    if (report_->Check(log.status(), "opening in the end")) ledger_.Prove(**log, *report_);
    const auto objects = OpenRocksDbObjectStore(folder_ + "/objects");
    if (!report_->Check(objects.status(), "opening the objects in the end")) return;
    for (const std::string& hash : hashes_) report_->Check((*objects)->Get(hash).status(), "object " + hash);
  }
  const Ledger& ledger() const { return ledger_; }
  absl::Duration longest() const { return longest_; }
  size_t objects() const { return hashes_.size(); }

 private:
  bool PutObject() {
    const absl::StatusOr<std::string> put =
        objects_->Put(absl::StrCat("object ", ++objects_tried_, std::string(random_() % 3000, 'o')));
    if (put.ok()) hashes_.insert(*put);
    return put.ok();
  }

  void WorkUntilFull() {
    Workers workers(log_.get(), &ledger_, 2, report_);
    const uint64_t before = ledger_.acknowledged();
    const uint64_t more = 1 + random_() % 60;
    while (!workers.AnyStopped() && ledger_.acknowledged() < before + more) PutObject();
    if (!report_->Expect(!workers.AnyStopped(), "writing failed before the disk was full")) return;
    system_->Fill(random_() % kMostRoom);
    while (!workers.AnyStopped()) PutObject();
    workers.Join();
    while (PutObject()) {
    }
  }

  void CheckWhileFull() {
    const NewEvent event = ledger_.Next(10);
    const absl::StatusOr<Appended> appended = log_->Append(event);
    report_->Expect(!appended.ok(), "acknowledged on a full disk");
    report_->Expect(absl::IsUnavailable(appended.status()), appended.status().ToString());
    const uint64_t last = log_->LastSequence();
    report_->Check(log_->Read(1 + random_() % last).status(), "reading while full");
    report_->Check(log_->ReadAfter(last / 2, 10, absl::ZeroDuration()).status(), "reading on while full");
    report_->Check(log_->FindByDedupId("event 1").status(), "finding while full");
    report_->Check(objects_->Get(*hashes_.begin()).status(), "an object while full");
  }

  void Resume() {
    const absl::Time begin = absl::Now();
    const NewEvent event = ledger_.Next(10);
    bool goes = false;
    while (!goes && absl::Now() < begin + kLongestRecovery) {
      goes = ledger_.Append(*log_, event, report_) && PutObject();
    }
    longest_ = std::max(longest_, absl::Now() - begin);
    report_->Expect(goes, "did not go on within 30 s of space");
  }

  const std::string folder_;
  std::mt19937 random_;
  Report* const report_;
  const std::shared_ptr<FaultyFileSystem> system_;
  const std::unique_ptr<rocksdb::Env> env_;
  Ledger ledger_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::set<std::string> hashes_;
  int objects_tried_ = 0;
  absl::Duration longest_;
};

}  // namespace

void Disk(const Run& run, Report& report) {
  FullDisk disk(run, &report);
  if (!report.Expect(disk.Open(), "opening")) return;
  for (int point = 0; point < run.count && !report.failed(); ++point) {
    disk.FillOnce(/*restart=*/point % 10 == 9);
    if (report.failed()) report.Say(absl::StrCat("at point ", point));
  }
  disk.Prove();
  report.Say(absl::StrCat("full at ", run.count, " points, ", disk.ledger().acknowledged(), " events, ",
                          disk.ledger().settled(), " answers and ", disk.objects(),
                          " objects acknowledged, going on after ", absl::FormatDuration(disk.longest()),
                          " at most"));
}

}  // namespace seaworthy::torture
