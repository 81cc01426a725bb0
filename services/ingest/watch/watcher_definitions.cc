// What follows the log: sources as operators set them.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "seaworthy/v1/event.pb.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"

namespace seaworthy {
namespace {

constexpr char kSubject[] = "source.changed";
constexpr size_t kBatch = 256;
// How often it looks, unless somebody waits for a change.
constexpr absl::Duration kPollInterval = absl::Milliseconds(250);
// A position without a change is not worth a sync; so many are read again.
constexpr uint64_t kUnwrittenRecords = 10'000;
constexpr absl::Duration kTroublePause = absl::Seconds(1);
constexpr absl::Duration kApplyPatience = absl::Seconds(8);
constexpr size_t kMaxRequestIdBytes = 200;
constexpr size_t kMaxOperatorBytes = 200;

absl::Status NoSuchSource(std::string_view id) {
  return absl::NotFoundError(
      Cat("no source is called ", Utf8Prefix(id, 64), "; `seaworthy watch list` shows those there are"));
}

}  // namespace

void ForgetAddress(v1::WatchState* state) {
  state->clear_url();
  state->clear_etag();
  state->clear_last_modified();
  state->clear_body_hash();
  state->clear_found_kind();
  state->clear_facts_hash();
  state->clear_hub();
  state->clear_ttl_seconds();
  state->clear_skip_hours();
  state->mutable_state()->clear_failures();
  state->mutable_state()->clear_error();
  state->mutable_state()->clear_next_read_time();
}

bool WatcherImpl::IsRead(const v1::Source& source) const {
  return !source.paused() && source.kind() != v1::Source::WEBHOOK;
}

v1::Source::Kind WatcherImpl::KindOf(const WatchedSource& item) const {
  const v1::Source& source = item.source;
  if (source.kind() != v1::Source::KIND_UNSPECIFIED) return source.kind();
  return item.state.found_kind();
}

ReadAddress WatcherImpl::AddressFor(const WatchedSource& item) const {
  return AddressOf(item.source, KindOf(item), options_.github_token);
}

std::optional<WatchedSource> WatcherImpl::Find(const std::string& source_id) {
  absl::MutexLock lock(&mutex_);
  const auto found = sources_.find(source_id);
  if (found == sources_.end()) return std::nullopt;
  return found->second;
}

void WatcherImpl::Schedule(const WatchedSource& item) {
  const std::string& id = item.source.source_id();
  if (!Owns(item.source)) return queue_.RemoveSource(id);
  const WatchJob read{id, WatchJob::kRead, "", AddressFor(item).host};
  const WatchJob hub{id, WatchJob::kHub, "", HostKeyOf(item.state.hub().url())};
  if (!IsRead(item.source)) {
    // Pages of entries that were read already are still fetched.
    queue_.Remove(read);
    queue_.Remove(hub);
    return;
  }
  const v1::SourceState& state = item.state.state();
  // In the past: as soon as the host allows.
  queue_.Put(read, state.has_next_read_time() ? TimeOf(state.next_read_time()) : options_.clock->Now());
  if (HubsReachUs() && item.state.has_hub()) {
    queue_.Put(hub, TimeOf(item.state.hub().next_try_time()));
  } else {
    queue_.Remove(hub);
  }
}

absl::Status WatcherImpl::CheckChange(const v1::SourceChange& change) {
  const std::string& id = change.source().source_id();
  if (change.request_id().size() > kMaxRequestIdBytes || change.operator_().size() > kMaxOperatorBytes) {
    return absl::InvalidArgumentError("the request id or the operator's name is longer than 200 characters");
  }
  absl::MutexLock lock(&mutex_);
  const bool known = sources_.contains(id);
  if (change.kind() == v1::SourceChange::PUT) {
    if (known || sources_.size() < kMaxSources) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        Cat("there are ", kMaxSources, " sources, as many as there may be; remove one first"));
  }
  return known ? absl::OkStatus() : NoSuchSource(id);
}

absl::StatusOr<Appended> WatcherImpl::AppendChange(const v1::SourceChange& change) {
  v1::Event event;
  SetTimestamp(options_.clock->Now(), event.mutable_create_time());
  *event.mutable_source_changed()->mutable_change() = change;
  return options_.log->Append(
      {Cat("source:", change.request_id()), std::string(kSubject), event.SerializeAsString()});
}

absl::StatusOr<v1::SourceView> WatcherImpl::ChangeSource(const v1::ChangeSourceRequest& request) {
  v1::SourceChange change = request.change();
  if (change.kind() == v1::SourceChange::KIND_UNSPECIFIED || !v1::SourceChange::Kind_IsValid(change.kind())) {
    return absl::InvalidArgumentError("the change is none of PUT, PAUSE, RESUME, REMOVE");
  }
  if (change.request_id().empty()) change.set_request_id(RandomHex(16));
  const std::string id = change.source().source_id();
  if (change.kind() == v1::SourceChange::PUT) {
    SEAWORTHY_ASSIGN_OR_RETURN(*change.mutable_source(), CheckedSource(change.source()));
  }
  std::optional<WatchedSource> before = Find(id);
  const auto repeated = options_.log->FindByDedupId(Cat("source:", change.request_id()));
  uint64_t sequence = 0;
  if (repeated.ok()) {
    sequence = repeated->sequence;
  } else {
    SEAWORTHY_RETURN_IF_ERROR(CheckChange(change));
    if (change.kind() == v1::SourceChange::PUT) {
      SetTimestamp(options_.clock->Now(), change.mutable_source()->mutable_create_time());
      if (before.has_value()) *change.mutable_source()->mutable_create_time() = before->source.create_time();
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended, AppendChange(change));
    sequence = appended.sequence;
  }
  SEAWORTHY_RETURN_IF_ERROR(WaitForApplied(sequence));
  absl::MutexLock lock(&mutex_);
  const auto found = sources_.find(id);
  if (found != sources_.end()) return ViewOf(found->second);
  v1::SourceView removed;
  if (before.has_value()) *removed.mutable_source() = before->source;
  removed.mutable_source()->set_source_id(id);
  return removed;
}

absl::Status WatcherImpl::WaitForApplied(uint64_t sequence) {
  const SteadyDeadline patience(kApplyPatience);
  absl::MutexLock lock(&mutex_);
  wanted_ = std::max(wanted_, sequence);
  woken_.SignalAll();
  while (applied_ < sequence && !stopping_ && !patience.Passed()) {
    woken_.WaitWithTimeout(&mutex_, patience.Left());
  }
  if (applied_ >= sequence) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the change is durable but not in effect yet: the watcher has reached event ", applied_, " of ",
      sequence, trouble_.ok() ? "" : "; held up: ", std::string(trouble_.message()), "; look again soon"));
}

void WatcherImpl::ApplyChange(const v1::SourceChange& change, uint64_t sequence, Memory& changed,
                              WatchBatch& batch) {
  const std::string& id = change.source().source_id();
  const auto found = changed.find(id);
  if (change.kind() == v1::SourceChange::PUT) {
    WatchedSource& item = changed[id];
    const bool same = item.source.url() == change.source().url() &&
                      item.source.kind() == change.source().kind() && !item.source.source_id().empty();
    if (!same) {
      ForgetAddress(&item.state);
      item.generation = sequence;
    }
    item.source = change.source();
  } else if (found == changed.end() || found->second.source.source_id().empty()) {
    return;
  } else if (change.kind() == v1::SourceChange::REMOVE) {
    found->second = WatchedSource{};
    batch.DeleteSource(id);
    return;
  } else if (change.kind() == v1::SourceChange::PAUSE) {
    found->second.source.set_paused(true);
  } else if (change.kind() == v1::SourceChange::RESUME) {
    found->second.source.set_paused(false);
    v1::SourceState& state = *found->second.state.mutable_state();
    state.clear_failures();
    state.clear_error();
    state.clear_next_read_time();
  }
  batch.PutSource(changed[id].source);
  batch.PutState(id, changed[id].state);
}

void WatcherImpl::SayFarewell(const std::string& id) {
  const auto found = sources_.find(id);
  if (found == sources_.end() || !HubsReachUs() || !found->second.state.hub().verified()) return;
  if (!Owns(found->second.source)) return;
  farewells_[id] = found->second.state.hub();
  queue_.Put({id, WatchJob::kFarewell, "", HostKeyOf(farewells_[id].url())}, options_.clock->Now());
}

absl::Status WatcherImpl::ApplyRecords(const std::vector<Record>& records, std::vector<v1::Source>& removed) {
  absl::MutexLock commit_lock(&commit_mutex_);
  const auto batch = store_->Begin();
  Memory changed;
  bool any = false;
  for (const Record& record : records) {
    v1::Event event;
    if (record.subject != kSubject || !event.ParseFromString(record.payload)) continue;
    const v1::SourceChange& change = event.source_changed().change();
    const std::string& id = change.source().source_id();
    if (!IsSourceId(id)) continue;
    if (!changed.contains(id)) {
      if (const std::optional<WatchedSource> item = Find(id)) changed[id] = *item;
    }
    ApplyChange(change, record.sequence, changed, *batch);
    any = true;
  }
  const uint64_t position = records.back().sequence;
  if (any || position >= written_ + kUnwrittenRecords) {
    batch->PutPosition(position);
    SEAWORTHY_RETURN_IF_ERROR(store_->Write(*batch));
    written_ = position;
  }
  ReplaceChanged(changed, removed);
  absl::MutexLock lock(&mutex_);
  applied_ = position;
  if (any) woken_.SignalAll();
  return absl::OkStatus();
}

void WatcherImpl::ReplaceChanged(Memory& changed, std::vector<v1::Source>& removed) {
  absl::MutexLock lock(&mutex_);
  for (auto& [id, item] : changed) {
    if (item.source.source_id().empty()) {
      queue_.RemoveSource(id);
      SayFarewell(id);
      if (sources_.contains(id)) removed.push_back(sources_[id].source);
      sources_.erase(id);
      strangers_.erase(id);
    } else {
      const auto known = sources_.find(id);
      const bool moved = known == sources_.end() || BucketOf(known->second.source) != BucketOf(item.source);
      if (options_.leases != nullptr && moved) strangers_.insert(id);
      Schedule(sources_[id] = std::move(item));
    }
  }
}

// One look at the log. True where there may be more at once.
absl::StatusOr<bool> WatcherImpl::FollowOnce(uint64_t after) {
  // Where the log was trimmed, every source is told of again behind the cut.
  after = std::max(after, options_.log->FirstSequence() - 1);
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                             options_.log->ReadAfter(after, kBatch, absl::ZeroDuration()));
  if (records.empty()) return false;
  std::vector<v1::Source> removed;
  SEAWORTHY_RETURN_IF_ERROR(ApplyRecords(records, removed));
  for (const v1::Source& source : removed) ForgetShared(source);
  return records.size() == kBatch;
}

void WatcherImpl::Follow() {
  uint64_t after = 0;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      after = applied_;
    }
    const absl::StatusOr<bool> more = FollowOnce(after);
    if (absl::IsCancelled(more.status())) return;  // The log is closing.
    absl::MutexLock lock(&mutex_);
    if (!more.ok() && trouble_ != more.status()) {
      spdlog::error("the watcher stands still: {}; it tries again every second",
                    std::string(more.status().message()));
    }
    trouble_ = more.status();
    const SteadyDeadline pause(more.ok() ? kPollInterval : kTroublePause);
    while (!stopping_ && !(more.ok() && (*more || wanted_ > applied_)) && !pause.Passed()) {
      woken_.WaitWithTimeout(&mutex_, pause.Left());
    }
  }
}

}  // namespace seaworthy
