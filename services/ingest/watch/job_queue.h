// What is to be asked of which host, and when it may be.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/time/time.h"

namespace seaworthy {

// One request to a host.
struct WatchJob {
  enum Kind { kRead, kPage, kHub, kFarewell };
  std::string source_id;
  Kind kind = kRead;
  std::string entry_hash;  // kPage: which entry's page.
  std::string host;        // `example.org:443`.
  auto Key() const { return std::tie(source_id, kind, entry_hash); }
};

// Orders jobs by time, lets no host be asked twice at once or before its time,
// and nothing be done twice at once to one source. Costs are logarithmic in
// the number of hosts and jobs. Not thread-safe.
class JobQueue {
 public:
  // Adds the job, or moves the one with the same source, kind and entry.
  void Put(const WatchJob& job, absl::Time due);
  void Remove(const WatchJob& job);
  // All of a source's waiting jobs.
  void RemoveSource(const std::string& source_id);

  // The host is not asked before `time`; never shortens what is set.
  void CloseHost(const std::string& host, absl::Time time);
  absl::Time HostOpens(const std::string& host) const;
  // Drops what is known of idle hosts that were open before `time`.
  void ForgetHosts(absl::Time time);
  size_t hosts() const { return hosts_.size(); }

  // The job to do now, if any; its host and its source are busy until Finish.
  std::optional<WatchJob> Take(absl::Time now);
  void Finish(const WatchJob& job);
  // Makes a source busy without a job; false where it is already.
  bool TakeSource(const std::string& source_id) { return busy_sources_.insert(source_id).second; }
  void FinishSource(const std::string& source_id) { busy_sources_.erase(source_id); }

  // When the next job can be taken; InfiniteFuture where none waits for time
  // alone. Jobs held up by a busy host or source count once it is free.
  absl::Time NextTime() const;
  // When this job can be taken as far as its own time and its host's go.
  std::optional<absl::Time> TimeOf(const WatchJob& job) const;
  size_t size() const { return jobs_.size(); }

 private:
  using JobKey = std::tuple<std::string, WatchJob::Kind, std::string>;
  struct Host {
    absl::Time opens = absl::InfinitePast();
    bool busy = false;
    std::set<std::pair<absl::Time, JobKey>> waiting;
  };
  struct Placed {
    WatchJob job;
    absl::Time due;
  };

  static JobKey KeyOf(const WatchJob& job) { return {job.source_id, job.kind, job.entry_hash}; }
  static absl::Time ReadyTime(const Host& host);
  // Takes the host out of `ready_`, changes it, and puts it back.
  template <typename Change>
  void ChangeHost(const std::string& name, const Change& change);
  void RemoveKey(const JobKey& key);

  std::map<JobKey, Placed> jobs_;
  std::map<std::string, Host> hosts_;
  // Hosts that are not busy and have jobs, by when the first can be done.
  std::set<std::pair<absl::Time, std::string>> ready_;
  std::set<std::string> busy_sources_;
};

}  // namespace seaworthy
