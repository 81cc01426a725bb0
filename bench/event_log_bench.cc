// Appends a second, acknowledged durable, of the embedded event log, beside
// RocksDB's own synced writes of values of the same size, in turns on the same
// disk. Usage: bench_event_log [SECONDS [FOLDER]]
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "common/rocksdb_event_log.h"
#include "rocksdb/db.h"

namespace {

using seaworthy::EventLog;

constexpr size_t kPayloadBytes = 512;
constexpr int kRounds = 5;

// Writes one value durably; false stops the run.
using WriteOne = std::function<bool(const std::string& id)>;

// Writes by `threads` threads for `time`; returns writes a second.
double Measure(const WriteOne& write, int threads, absl::Duration time, const std::string& prefix) {
  std::atomic<uint64_t> written{0};
  std::atomic<bool> failed{false};
  const absl::Time start = absl::Now();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < threads; ++writer) {
    writers.emplace_back([&, writer] {
      for (uint64_t i = 0; !failed && absl::Now() - start < time; ++i) {
        if (!write(absl::StrCat(prefix, ":", writer, ":", i))) failed = true;
        ++written;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  if (failed) {
    std::fprintf(stderr, "a write failed: is the disk full?\n");
    std::exit(1);
  }
  return static_cast<double>(written) / absl::ToDoubleSeconds(absl::Now() - start);
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

std::unique_ptr<EventLog> OpenLog(const std::string& path) {
  auto log = seaworthy::OpenRocksDbEventLog({path, seaworthy::Clock::Real(), nullptr});
  if (log.ok()) return *std::move(log);
  std::fprintf(stderr, "%s\n", log.status().ToString().c_str());
  std::exit(1);
}

std::unique_ptr<rocksdb::DB> OpenPlain(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, path, &db);
  if (opened.ok()) return std::unique_ptr<rocksdb::DB>(db);
  std::fprintf(stderr, "%s\n", opened.ToString().c_str());
  std::exit(1);
}

void Compare(const WriteOne& append, const WriteOne& put, int threads, absl::Duration time) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < kRounds; ++round) {
    const std::string prefix = absl::StrCat(threads, ":", round);
    ours.push_back(Measure(append, threads, time / kRounds, prefix));
    theirs.push_back(Measure(put, threads, time / kRounds, prefix));
  }
  std::printf("%7d %16.0f %18.0f %7.2f\n", threads, Median(ours), Median(theirs),
              Median(ours) / Median(theirs));
}

void Run(const std::string& folder, absl::Duration time) {
  const std::unique_ptr<EventLog> log = OpenLog(folder + "/log");
  const std::unique_ptr<rocksdb::DB> db = OpenPlain(folder + "/plain");
  const std::string payload(kPayloadBytes, 'p');
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const WriteOne append = [&](const std::string& id) {
    return log->Append({id, "bench.made", payload}).ok();
  };
  const WriteOne put = [&](const std::string& id) { return db->Put(synced, id, payload).ok(); };
  std::printf("event log: durable appends of %zu bytes, median of %d rounds (goal: ratio at least 0.80)\n",
              kPayloadBytes, kRounds);
  std::printf("writers  log appends/s   rocksdb synced/s   ratio\n");
  for (int threads : {1, 64}) Compare(append, put, threads, time);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  if (seconds <= 0) {
    std::fprintf(stderr, "usage: bench_event_log [SECONDS [FOLDER]]\n");
    return 2;
  }
  const std::string folder = absl::StrCat(argc > 2 ? argv[2] : ".", "/bench-event-log-", getpid());
  std::filesystem::create_directories(folder);
  Run(folder, absl::Seconds(seconds));
  std::filesystem::remove_all(folder);
  return 0;
}
