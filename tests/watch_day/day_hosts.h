// The hosts of the day: real HTTP on loopback. They note who asks too often.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/http/http_server.h"
#include "tests/watch_day/day_clock.h"
#include "tests/watch_day/day_world.h"

namespace seaworthy::day {

// Thread-safe. One server a host, each on a port of its own.
class DayHosts {
 public:
  // `world` and `clock` must outlive it.
  DayHosts(const DayWorld* world, const DayClock* clock) : world_(world), clock_(clock) {}

  absl::Status Start();
  void Stop();
  // `127.0.0.1:PORT` of each host.
  std::vector<std::string> Addresses() const;

  // Calls `kill` while the n-th request from now on is under way.
  void KillAt(int requests, std::function<void()> kill);
  // The process that asked is dead: what it was answered at this moment it may
  // never have read.
  void Forgive();

  // What went wrong, for a person; and how much was asked.
  std::vector<std::string> complaints();
  int requests();
  int answered(int status);

 private:
  struct HostState {
    absl::Time last = absl::InfinitePast();
    absl::Time opens = absl::InfinitePast();
    absl::Time closed_at = absl::InfinitePast();  // When `opens` was said.
    int under_way = 0;
  };
  struct FeedState {
    absl::Time good = absl::InfinitePast();
  };

  HttpResponse Handle(int host, const HttpRequest& request);
  HttpResponse Answer(int host, const HttpRequest& request);
  HttpResponse AnswerFeed(int host, int feed, const HttpRequest& request);
  HttpResponse AnswerPage(const std::string& path) const;
  HttpResponse AnswerRobots(int host) const;
  void Begin(int host, const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Complain(const std::string& what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const DayWorld* const world_;
  const DayClock* const clock_;
  std::vector<std::unique_ptr<HttpServer>> servers_;
  std::vector<std::string> origins_;  // Set before the first request.
  absl::Mutex mutex_;
  std::map<int, HostState> hosts_ ABSL_GUARDED_BY(mutex_);
  std::map<int, FeedState> feeds_ ABSL_GUARDED_BY(mutex_);
  std::set<absl::Time> deaths_ ABSL_GUARDED_BY(mutex_);
  std::map<int, int> statuses_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> complaints_ ABSL_GUARDED_BY(mutex_);
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;
  int kill_in_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> kill_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy::day
