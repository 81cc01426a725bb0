// Several watchers of one log: whose sources are whose, and what one learnt
// goes on to the next (docs/leases.md).
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kTendInterval = absl::Milliseconds(250);
// A host that is closed for less is open again before another could take over.
constexpr absl::Duration kWorthSharing = absl::Seconds(10);
// A time that a wrong clock wrote keeps a host closed no longer.
constexpr absl::Duration kLongestClosed = absl::Hours(24);

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

// Changes the marks on disk from what is known here to what came.
template <typename Kept, typename Came, typename Put, typename Delete>
void Replace(const Kept& kept, const Came& came, const Put& put, const Delete& remove) {
  for (const auto& [hash, value] : kept) {
    if (!came.contains(hash)) remove(hash);
  }
  for (const auto& [hash, value] : came) put(hash, value);
}

}  // namespace

std::shared_ptr<WatchShare> WatcherImpl::Share() {
  absl::MutexLock lock(&mutex_);
  return share_;
}

// By what the operator set alone: what is learnt of a source must not change
// whose it is.
int WatcherImpl::BucketOf(const v1::Source& source) const {
  return WatchShare::BucketOf(AddressOf(source, source.kind(), options_.github_token).host);
}

bool WatcherImpl::Owns(const v1::Source& source) const {
  if (options_.leases == nullptr) return true;
  return share_ != nullptr && !strangers_.contains(source.source_id()) && share_->Ready(BucketOf(source));
}

void WatcherImpl::Tend() {
  const uint64_t begin = options_.log->LastSequence();
  while (true) {
    tend_wait_.WaitFor(kTendInterval);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      // What is known of sources that were removed and set again is not taken
      // for that of today's.
      if (applied_ < begin) continue;
    }
    const std::shared_ptr<WatchShare> share = Share();
    share->Balance();
    for (const int bucket : share->Lost()) LetGo(bucket);
    absl::Status taken = TakeOverStrangers(*share);
    for (const int bucket : share->Gained()) {
      if (taken.ok()) taken = TakeOver(*share, bucket);
    }
    if (!taken.ok()) spdlog::warn("sources are not taken over yet: {}", Message(taken));
  }
}

void WatcherImpl::LetGo(int bucket) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, item] : sources_) {
    if (BucketOf(item.source) == bucket) queue_.RemoveSource(id);
  }
}

absl::Status WatcherImpl::TakeOver(WatchShare& share, int bucket) {
  const uint64_t token = share.Token(bucket);
  std::vector<WatchedSource> sources;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, item] : sources_) {
      if (BucketOf(item.source) == bucket) sources.push_back(item);
    }
  }
  std::set<std::string> hosts;
  for (const WatchedSource& item : sources) {
    SEAWORTHY_RETURN_IF_ERROR(TakeOverSource(share, item));
    if (const auto now = Find(item.source.source_id())) hosts.insert(AddressFor(*now).host);
  }
  for (const std::string& host : hosts) SEAWORTHY_RETURN_IF_ERROR(TakeOverHost(share, host));
  share.MarkReady(bucket, token);
  absl::MutexLock lock(&mutex_);
  for (const WatchedSource& item : sources) {
    SEAWORTHY_RETURN_IF_ERROR(PutInLineHere(item.source.source_id()));
  }
  woken_.SignalAll();
  return absl::OkStatus();
}

absl::Status WatcherImpl::PutInLineHere(const std::string& source_id) {
  strangers_.erase(source_id);
  const auto found = sources_.find(source_id);
  if (found == sources_.end()) return absl::OkStatus();
  Schedule(found->second);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto pages, store_->AllPending(source_id));
  for (const auto& [hash, pending] : pages) {
    queue_.Put({source_id, WatchJob::kPage, hash, HostKeyOf(pending.link())}, options_.clock->Now());
  }
  return absl::OkStatus();
}

absl::Status WatcherImpl::TakeOverStrangers(WatchShare& share) {
  std::vector<WatchedSource> sources;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& id : strangers_) {
      const auto found = sources_.find(id);
      if (found != sources_.end() && share.Ready(BucketOf(found->second.source))) {
        sources.push_back(found->second);
      }
    }
  }
  for (const WatchedSource& item : sources) {
    SEAWORTHY_RETURN_IF_ERROR(TakeOverSource(share, item));
    SEAWORTHY_RETURN_IF_ERROR(TakeOverHost(share, AddressFor(item).host));
    absl::MutexLock lock(&mutex_);
    SEAWORTHY_RETURN_IF_ERROR(PutInLineHere(item.source.source_id()));
    woken_.SignalAll();
  }
  return absl::OkStatus();
}

absl::Status WatcherImpl::TakeOverSource(WatchShare& share, const WatchedSource& item) {
  const std::string& id = item.source.source_id();
  const auto loaded = share.LoadSource(id);
  if (absl::IsInvalidArgument(loaded.status())) {
    spdlog::warn("source {}: {}; it is read as if for the first time here", id, Message(loaded.status()));
    return absl::OkStatus();
  }
  SEAWORTHY_RETURN_IF_ERROR(loaded.status());
  if (!loaded->has_value()) return absl::OkStatus();
  const SharedSource& shared = **loaded;
  absl::MutexLock commit_lock(&commit_mutex_);
  std::optional<WatchedSource> current = Find(id);
  if (!current.has_value() || current->generation != item.generation) return absl::OkStatus();
  current->state = shared.state;
  if (!shared.state.url().empty() && shared.state.url() != AddressFor(*current).url) {
    ForgetAddress(&current->state);
  }
  const auto batch = store_->Begin();
  batch->PutState(id, current->state);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto entries, store_->Entries(id));
  Replace(
      entries, shared.entries, [&](const auto& hash, const auto& entry) { batch->PutEntry(id, hash, entry); },
      [&](const auto& hash) { batch->DeleteEntry(id, hash); });
  SEAWORTHY_ASSIGN_OR_RETURN(const auto pages, store_->AllPending(id));
  Replace(
      pages, shared.pending, [&](const auto& hash, const auto& page) { batch->PutPending(id, hash, page); },
      [&](const auto& hash) { batch->DeletePending(id, hash); });
  SEAWORTHY_RETURN_IF_ERROR(store_->Write(*batch));
  absl::MutexLock lock(&mutex_);
  sources_[id].state = std::move(current->state);
  return absl::OkStatus();
}

absl::Status WatcherImpl::TakeOverHost(WatchShare& share, const std::string& host) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<v1::WatchHost> loaded, share.LoadHost(host));
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  v1::WatchHost& state = hosts_[host];
  if (loaded.has_value()) state = *loaded;
  // Whoever had it may have asked just now.
  const absl::Time opens =
      std::max(now + Gap(host), std::min(TimeOf(state.next_allowed_time()), now + kLongestClosed));
  SetTimestamp(opens, state.mutable_next_allowed_time());
  queue_.CloseHost(host, opens);
  return absl::OkStatus();
}

void WatcherImpl::ShareSource(const std::string& source_id) {
  const std::shared_ptr<WatchShare> share = Share();
  if (share == nullptr) return;
  // So that what is written last is what was learnt last.
  absl::MutexLock share_lock(&share_mutex_);
  const std::optional<WatchedSource> item = Find(source_id);
  if (!item.has_value() || !share->Ready(BucketOf(item->source))) return;
  absl::StatusOr<SharedSource> shared = Learnt(*item);
  absl::Status status = shared.status();
  if (status.ok()) status = share->SaveSource(source_id, *shared);
  // The bucket is ours: what another wrote is older, but for what a hub said.
  if (absl::IsAborted(status) && share->Ready(BucketOf(item->source))) {
    if (HearOfHub(*item)) {
      if (const auto now = Find(source_id)) *shared->state.mutable_hub() = now->state.hub();
    }
    status = share->SaveSource(source_id, *shared);
  }
  if (!status.ok()) {
    spdlog::warn("source {}: {}; who reads it next may submit what is there already", source_id,
                 Message(status));
  }
}

absl::StatusOr<SharedSource> WatcherImpl::Learnt(const WatchedSource& item) {
  SharedSource learnt;
  learnt.state = item.state;
  SEAWORTHY_ASSIGN_OR_RETURN(learnt.entries, store_->Entries(item.source.source_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(learnt.pending, store_->AllPending(item.source.source_id()));
  return learnt;
}

absl::StatusOr<bool> WatcherImpl::LearnFromOwner(const WatchedSource& item) {
  std::shared_ptr<WatchShare> share;
  {
    absl::MutexLock lock(&mutex_);
    if (Owns(item.source)) return false;
    share = share_;
  }
  if (share == nullptr) return absl::UnavailableError("the watcher is not running; ask again");
  SEAWORTHY_RETURN_IF_ERROR(TakeOverSource(*share, item));
  return true;
}

absl::Status WatcherImpl::TellOwner(const std::string& source_id) {
  const std::shared_ptr<WatchShare> share = Share();
  const std::optional<WatchedSource> item = Find(source_id);
  if (share == nullptr || !item.has_value()) return absl::UnavailableError("the source is gone; ask again");
  SEAWORTHY_ASSIGN_OR_RETURN(const SharedSource learnt, Learnt(*item));
  const absl::Status saved = share->SaveSource(source_id, learnt);
  return absl::IsAborted(saved) ? absl::UnavailableError("the source is being read just now; ask again")
                                : saved;
}

bool WatcherImpl::HearOfHub(const WatchedSource& item) {
  const std::shared_ptr<WatchShare> share = Share();
  if (share == nullptr) return false;
  const auto loaded = share->LoadSource(item.source.source_id());
  if (!loaded.ok() || !loaded->has_value()) return false;
  const v1::WatchHub& said = (*loaded)->state.hub();
  const v1::WatchHub& known = item.state.hub();
  const bool answered = known.awaited() && !said.awaited() && said.verified();
  if (!answered || said.secret() != known.secret()) return false;
  return ChangeHub(item.source.source_id(), item.generation, [&](v1::WatchHub& hub) { hub = said; }).ok();
}

void WatcherImpl::ForgetShared(const v1::Source& source) {
  const std::shared_ptr<WatchShare> share = Share();
  if (share == nullptr || !share->Ready(BucketOf(source))) return;
  absl::MutexLock share_lock(&share_mutex_);
  const absl::Status status = share->ForgetSource(source.source_id());
  if (!status.ok()) spdlog::warn("source {}: {}", source.source_id(), Message(status));
}

void WatcherImpl::ShareHost(const std::string& host) {
  const std::shared_ptr<WatchShare> share = Share();
  if (share == nullptr) return;
  absl::MutexLock share_lock(&share_mutex_);
  v1::WatchHost state;
  {
    absl::MutexLock lock(&mutex_);
    state = hosts_[host];
  }
  if (TimeOf(state.next_allowed_time()) - options_.clock->Now() < kWorthSharing) return;
  absl::Status status = share->SaveHost(host, state);
  if (absl::IsAborted(status)) status = share->SaveHost(host, state);
  if (!status.ok()) spdlog::warn("host {}: {}", host, Message(status));
}

void WatcherImpl::ShowShared(v1::SourceView& view) {
  const std::shared_ptr<WatchShare> share = Share();
  if (share == nullptr) return;
  const auto loaded = share->LoadSource(view.source().source_id());
  if (!loaded.ok() || !loaded->has_value()) return;
  *view.mutable_state() = (*loaded)->state.state();
  if ((*loaded)->state.hub().verified()) view.mutable_state()->set_hub((*loaded)->state.hub().url());
}

}  // namespace seaworthy
