// The simulation's time, in memory that survives the process it is for.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/time/time.h"
#include "common/clock.h"

namespace seaworthy::day {

// Thread-safe, also between the processes that map the same file.
class DayClock : public Clock {
 public:
  explicit DayClock(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof(std::atomic<int64_t>)) != 0) std::abort();
    void* memory = mmap(nullptr, sizeof(std::atomic<int64_t>), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) std::abort();
    nanos_ = static_cast<std::atomic<int64_t>*>(memory);
  }
  absl::Time Now() const override { return absl::FromUnixNanos(nanos_->load()); }
  void Set(absl::Time time) { nanos_->store(absl::ToUnixNanos(time)); }

 private:
  std::atomic<int64_t>* nanos_;
};

}  // namespace seaworthy::day
