// Power cuts: what was not synced is gone.
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/torture/faulty_file_system.h"
#include "tests/torture/log_load.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {
namespace {

constexpr int kWriters = 4;
// Changing calls until the cut, at most: opening takes about 30 of them.
constexpr uint32_t kLongestLife = 200;
// A start reads the whole log: begun anew before that takes long.
constexpr int kCutsOfOneLog = 40;

// One log through many cuts.
class CutLog {
 public:
  CutLog(std::string folder, std::mt19937* random, Report* report)
      : folder_(std::move(folder)), random_(random), report_(report) {}
  ~CutLog() { std::filesystem::remove_all(folder_); }

  // Works until the power goes, and proves.
  void CutOnce() {
    const auto system = std::make_shared<FaultyFileSystem>(folder_ + "/graveyard");
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
    system->PowerOffAt(1 + (*random_)() % kLongestLife);
    Live(env.get());
    system->LosePower(*random_);
    std::filesystem::remove_all(folder_ + "/graveyard");
    const auto log = OpenLog(path_, Clock::Real(), nullptr);
    if (report_->Check(log.status(), "opening after the cut")) ledger_.Prove(**log, *report_);
  }
  const Ledger& ledger() const { return ledger_; }

 private:
  void Live(rocksdb::Env* env) {
    const auto log = OpenLog(path_, Clock::Real(), env);
    if (!log.ok()) return;  // The power went while it was opened.
    Workers workers(log->get(), &ledger_, kWriters, report_);
    while (!workers.AnyStopped()) std::this_thread::yield();
    workers.Join();
  }

  const std::string folder_;
  const std::string path_ = folder_ + "/log";
  std::mt19937* const random_;
  Report* const report_;
  Ledger ledger_;
};

}  // namespace

void Power(const Run& run, Report& report) {
  std::mt19937 random(run.seed);
  uint64_t acknowledged = 0;
  std::unique_ptr<CutLog> log;
  for (int cut = 0; cut < run.count && !report.failed(); ++cut) {
    if (cut % kCutsOfOneLog == 0) {
      if (log != nullptr) acknowledged += log->ledger().acknowledged();
      std::filesystem::create_directories(absl::StrCat(run.folder, "/", cut));
      log = std::make_unique<CutLog>(absl::StrCat(run.folder, "/", cut), &random, &report);
    }
    log->CutOnce();
    if (report.failed()) report.Say(absl::StrCat("at cut ", cut));
  }
  if (log != nullptr) acknowledged += log->ledger().acknowledged();
  report.Expect(acknowledged > static_cast<uint64_t>(run.count), "hardly anything was acknowledged");
  report.Say(absl::StrCat(run.count, " power cuts, ", acknowledged, " events acknowledged"));
}

}  // namespace seaworthy::torture
