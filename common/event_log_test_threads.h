// For tests: threads that are known to wait.
#pragma once

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace seaworthy {

// Used by one thread.
class WaitingThreads {
 public:
  ~WaitingThreads() { Join(); }

  // Returns once `what` is done or waits for something.
  void Start(std::function<void()> what) {
    std::atomic<pid_t> id{0};
    threads_.emplace_back([&id, what = std::move(what)] {
      id = gettid();
      what();
    });
    while (id == 0 || !Sleeps(id)) std::this_thread::yield();
  }
  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  // As proc(5) has it: NUMBER (NAME) STATE. One that has ended sleeps for good.
  static bool Sleeps(pid_t id) {
    std::ifstream file(absl::StrCat("/proc/self/task/", id, "/stat"));
    const std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t name_end = stat.rfind(')');
    return name_end == std::string::npos || stat.compare(name_end + 2, 1, "S") == 0;
  }

  std::vector<std::thread> threads_;
};

}  // namespace seaworthy
