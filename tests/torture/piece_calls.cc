// File-system calls that fail: stop or read only, never a false acknowledgement.
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/torture/faulty_file_system.h"
#include "tests/torture/log_load.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {
namespace {

constexpr uint32_t kOneIn = 128;
// No life makes as many calls.
constexpr uint64_t kMostCalls = 5000;
constexpr int kLivesOfOneLog = 30;

// A life on a disk that may fail at any call; the same calls each time.
void Live(const std::string& path, rocksdb::Env* env, Ledger& ledger, Report& report) {
  for (int part = 0; part < 2; ++part) {
    const auto log = OpenLog(path, Clock::Real(), env);
    if (!log.ok()) continue;
    const auto reader = (*log)->Subscribe(Ledger::ReaderOptions());
    for (int i = 0; i < 8; ++i) {
      const uint64_t before = (*log)->LastSequence();
      ledger.Append(**log, ledger.Next(static_cast<size_t>(i) * 60), &report);
      report.Expect((*log)->LastSequence() >= before, "the log's end went back");
      if (reader.ok()) ledger.Consume(**reader, 2);
    }
    if ((*log)->LastSequence() > 0) (*log)->Read(1).status().IgnoreError();
  }
}

void Prove(const std::string& path, const Ledger& ledger, Report& report, const std::string& where) {
  const auto log = OpenLog(path, Clock::Real(), nullptr);
  if (report.Check(log.status(), "opening on the sound disk, " + where)) ledger.Prove(**log, report);
  if (report.failed()) report.Say(where);
}

// Whether the `nth` call was made at all, and so failed.
bool FailNth(const std::string& folder, uint64_t nth, uint64_t* acknowledged, Report& report) {
  const auto system = std::make_shared<FaultyFileSystem>(folder + "/graveyard");
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
  Ledger ledger;
  system->FailCall(nth);
  Live(folder + "/log", env.get(), ledger, report);
  Prove(folder + "/log", ledger, report, absl::StrCat("call ", nth, " had failed"));
  std::filesystem::remove_all(folder);
  *acknowledged += ledger.acknowledged();
  return system->struck();
}

}  // namespace

void Calls(const Run& run, Report& report) {
  std::mt19937 random(run.seed);
  uint64_t acknowledged = 0;
  // The first that no life makes.
  uint64_t last = kMostCalls;
  for (uint64_t low = 1; low + 1 < last && !report.failed();) {
    const uint64_t middle = (low + last) / 2;
    (FailNth(run.folder + "/probe", middle, &acknowledged, report) ? low : last) = middle;
  }
  int failed = 0;
  for (uint64_t i = 1; i < last && !report.failed(); ++i) {
    if (run.count > 0 && failed >= run.count) break;
    const uint64_t nth = run.count > 0 ? 1 + random() % (last - 1) : i;
    failed += FailNth(absl::StrCat(run.folder, "/", i), nth, &acknowledged, report) ? 1 : 0;
  }
  report.Expect(failed > 0, "no call failed");
  report.Say(absl::StrCat(failed, " single calls of ", last - 1, " failed, one a life; ", acknowledged,
                          " events acknowledged"));
}

void Sporadic(const Run& run, Report& report) {
  uint64_t acknowledged = 0;
  int struck = 0;
  std::string folder;
  std::unique_ptr<Ledger> ledger;
  for (int life = 0; life < run.count && !report.failed(); ++life) {
    if (life % kLivesOfOneLog == 0) {
      if (ledger != nullptr) acknowledged += ledger->acknowledged();
      ledger = std::make_unique<Ledger>();
      folder = absl::StrCat(run.folder, "/", life);
    }
    const auto system = std::make_shared<FaultyFileSystem>(folder + "/graveyard");
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
    system->FailOneIn(kOneIn, run.seed * 1000003 + static_cast<uint32_t>(life));
    Live(folder + "/log", env.get(), *ledger, report);
    struck += system->struck() ? 1 : 0;
    Prove(folder + "/log", *ledger, report, absl::StrCat("life ", life));
  }
  if (ledger != nullptr) acknowledged += ledger->acknowledged();
  report.Say(absl::StrCat(run.count, " lives with one call in ", kOneIn, " failing (", struck, " met one), ",
                          acknowledged, " events acknowledged"));
}

}  // namespace seaworthy::torture
