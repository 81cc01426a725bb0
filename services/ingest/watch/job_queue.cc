#include "services/ingest/watch/job_queue.h"

#include <algorithm>
#include <vector>

namespace seaworthy {

absl::Time JobQueue::ReadyTime(const Host& host) { return std::max(host.opens, host.waiting.begin()->first); }

template <typename Change>
void JobQueue::ChangeHost(const std::string& name, const Change& change) {
  Host& host = hosts_[name];
  if (!host.busy && !host.waiting.empty()) ready_.erase({ReadyTime(host), name});
  change(host);
  if (!host.busy && !host.waiting.empty()) ready_.insert({ReadyTime(host), name});
}

void JobQueue::Put(const WatchJob& job, absl::Time due) {
  const JobKey key = KeyOf(job);
  RemoveKey(key);
  jobs_[key] = Placed{job, due};
  ChangeHost(job.host, [&](Host& host) { host.waiting.insert({due, key}); });
}

void JobQueue::RemoveKey(const JobKey& key) {
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) return;
  ChangeHost(found->second.job.host, [&](Host& host) { host.waiting.erase({found->second.due, key}); });
  jobs_.erase(found);
}

void JobQueue::Remove(const WatchJob& job) { RemoveKey(KeyOf(job)); }

void JobQueue::RemoveSource(const std::string& source_id) {
  const JobKey first{source_id, WatchJob::kRead, ""};
  std::vector<JobKey> keys;
  for (auto it = jobs_.lower_bound(first); it != jobs_.end() && std::get<0>(it->first) == source_id; ++it) {
    keys.push_back(it->first);
  }
  for (const JobKey& key : keys) RemoveKey(key);
}

void JobQueue::CloseHost(const std::string& host, absl::Time time) {
  ChangeHost(host, [time](Host& changed) { changed.opens = std::max(changed.opens, time); });
}

absl::Time JobQueue::HostOpens(const std::string& host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? absl::InfinitePast() : found->second.opens;
}

void JobQueue::ForgetHosts(absl::Time time) {
  std::erase_if(hosts_, [time](const auto& host) {
    return !host.second.busy && host.second.waiting.empty() && host.second.opens < time;
  });
}

std::optional<WatchJob> JobQueue::Take(absl::Time now) {
  for (const auto& [time, name] : ready_) {
    if (time > now) break;
    for (const auto& [due, key] : hosts_[name].waiting) {
      if (due > now) break;
      if (busy_sources_.contains(std::get<0>(key))) continue;
      const JobKey taken = key;
      WatchJob job = jobs_[taken].job;
      RemoveKey(taken);
      ChangeHost(job.host, [](Host& host) { host.busy = true; });
      busy_sources_.insert(job.source_id);
      return job;
    }
  }
  return std::nullopt;
}

void JobQueue::Finish(const WatchJob& job) {
  busy_sources_.erase(job.source_id);
  ChangeHost(job.host, [](Host& host) { host.busy = false; });
}

absl::Time JobQueue::NextTime() const {
  return ready_.empty() ? absl::InfiniteFuture() : ready_.begin()->first;
}

std::optional<absl::Time> JobQueue::TimeOf(const WatchJob& job) const {
  const auto found = jobs_.find(KeyOf(job));
  if (found == jobs_.end()) return std::nullopt;
  return std::max(found->second.due, HostOpens(found->second.job.host));
}

}  // namespace seaworthy
