// The watcher's calls and threads.
#include "services/ingest/watch/watcher.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/source_trouble.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"
#include "services/ingest/watch/websub.h"

namespace seaworthy {
namespace {

// A worker looks at the clock at least this often.
constexpr absl::Duration kLongestWait = absl::Seconds(1);
// What was closed for longer ago than this is not worth keeping.
constexpr absl::Duration kHostMemory = absl::Hours(24);
constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 500;

SourceReader::Options ReaderOptions(const Watcher::Options& options, WatchStore* store) {
  return {.store = store,
          .submit = options.submit,
          .extract = options.extract,
          .limits = options.limits,
          .max_pages = options.max_pages};
}

bool IsAskedFor(const WatchedSource& item, const v1::ListSourcesRequest& request) {
  if (!request.source_id().empty() && item.source.source_id() != request.source_id()) return false;
  switch (request.filter()) {
    case v1::ListSourcesRequest::IN_TROUBLE:
      return InTrouble(item.state.state());
    case v1::ListSourcesRequest::PAUSED:
      return item.source.paused();
    default:
      return true;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Watcher>> Watcher::Open(Options options) {
  // Who cannot tell others what it learnt has none to share with.
  if (options.shared == nullptr) options.leases = nullptr;
  SEAWORTHY_ASSIGN_OR_RETURN(auto store, WatchStore::Open(options.dir, options.sync));
  auto watcher = std::make_unique<WatcherImpl>(std::move(options), std::move(store));
  SEAWORTHY_RETURN_IF_ERROR(watcher->Load());
  return watcher;
}

WatcherImpl::WatcherImpl(Options options, std::unique_ptr<WatchStore> store)
    : options_(std::move(options)),
      store_(std::move(store)),
      reader_(ReaderOptions(options_, store_.get())),
      callback_base_(IsReachable(options_.public_url) ? Cat(options_.public_url, "/api/v1/websub/") : "") {}

WatcherImpl::~WatcherImpl() { Stop(); }

absl::Status WatcherImpl::Load() {
  SEAWORTHY_ASSIGN_OR_RETURN(WatchStore::Contents contents, store_->Load());
  const absl::Time old = options_.clock->Now() - kHostMemory;
  const auto batch = store_->Begin();
  absl::MutexLock lock(&mutex_);
  applied_ = contents.position;
  for (auto& [host, state] : contents.hosts) {
    const absl::Time opens = TimeOf(state.next_allowed_time());
    if (opens < old) {
      batch->DeleteHost(host);
      continue;
    }
    queue_.CloseHost(host, opens);
    hosts_[host] = std::move(state);
  }
  for (v1::Source& source : contents.sources) {
    WatchedSource& item = sources_[source.source_id()];
    item.state = std::move(contents.states[source.source_id()]);
    item.source = std::move(source);
    Schedule(item);
  }
  // Of several watchers, once a source turns out to be this one's.
  if (options_.leases != nullptr) contents.pending_links.clear();
  for (const auto& [entry, link] : contents.pending_links) {
    const auto found = sources_.find(entry.first);
    if (found == sources_.end()) continue;
    queue_.Put({entry.first, WatchJob::kPage, entry.second, HostKeyOf(link)}, absl::InfinitePast());
  }
  return store_->Write(*batch);
}

absl::Status WatcherImpl::Start() {
  absl::MutexLock lock(&mutex_);
  if (started_) return absl::OkStatus();
  started_ = true;
  stopping_ = false;
  cancelled_ = false;
  threads_.emplace_back([this] { Follow(); });
  if (options_.leases != nullptr && options_.polling) {
    share_ = std::make_shared<WatchShare>(options_.leases, options_.shared, options_.lease_ttl);
    threads_.emplace_back([this] { Tend(); });
  }
  const int workers = options_.polling ? std::max(1, options_.workers) : 0;
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
  return absl::OkStatus();
}

void WatcherImpl::Stop() {
  std::vector<std::thread> threads;
  cancelled_ = true;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    started_ = false;
    threads.swap(threads_);
    woken_.SignalAll();
    tend_wait_.Wake();
  }
  for (std::thread& thread : threads) thread.join();
  std::shared_ptr<WatchShare> ended;
  absl::MutexLock lock(&mutex_);
  // Its end waits for its leases', which need not hold up anybody here.
  ended.swap(share_);
}

absl::Time WatcherImpl::Horizon() const { return options_.manual ? manual_horizon_ : options_.clock->Now(); }

std::optional<WatchJob> WatcherImpl::NextJob() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    const absl::Time now = Horizon();
    if (std::optional<WatchJob> job = queue_.Take(now)) {
      ++busy_;
      return job;
    }
    woken_.WaitWithTimeout(&mutex_, std::clamp(queue_.NextTime() - now, absl::Milliseconds(1), kLongestWait));
  }
  return std::nullopt;
}

void WatcherImpl::FinishJob(const WatchJob& job) {
  absl::MutexLock lock(&mutex_);
  queue_.Finish(job);
  --busy_;
  woken_.SignalAll();
}

void WatcherImpl::Work() {
  while (const std::optional<WatchJob> job = NextJob()) {
    Run(*job);
    FinishJob(*job);
  }
}

void WatcherImpl::RunDue() {
  absl::MutexLock lock(&mutex_);
  manual_horizon_ = options_.clock->Now();
  woken_.SignalAll();
  while (!stopping_ && (busy_ > 0 || queue_.NextTime() <= manual_horizon_)) woken_.Wait(&mutex_);
  manual_horizon_ = absl::InfinitePast();
}

absl::Time WatcherImpl::NextTime() {
  absl::MutexLock lock(&mutex_);
  return queue_.NextTime();
}

size_t WatcherImpl::Waiting() {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

v1::SourceView WatcherImpl::ViewOf(const WatchedSource& item) const {
  v1::SourceView view;
  *view.mutable_source() = item.source;
  view.mutable_source()->set_kind(KindOf(item));
  *view.mutable_state() = item.state.state();
  v1::SourceState& state = *view.mutable_state();
  if (item.state.hub().verified()) state.set_hub(item.state.hub().url());
  if (!IsRead(item.source) || !options_.polling) {
    state.clear_next_read_time();
    state.set_next_reason(IsRead(item.source) ? "off" : "");
    return view;
  }
  const ReadAddress address = AddressFor(item);
  const auto due = queue_.TimeOf({item.source.source_id(), WatchJob::kRead, "", address.host});
  if (!due.has_value() || *due == absl::InfinitePast()) return view;
  const absl::Time opens = queue_.HostOpens(address.host);
  const auto host = hosts_.find(address.host);
  if (*due == opens && host != hosts_.end() && !host->second.reason().empty()) {
    state.set_next_reason(host->second.reason());
  }
  SetTimestamp(*due, state.mutable_next_read_time());
  return view;
}

absl::StatusOr<v1::ListSourcesResponse> WatcherImpl::ListSources(const v1::ListSourcesRequest& request) {
  // Tokens are the last id given.
  if (!request.page_token().empty() && !IsSourceId(request.page_token())) {
    return absl::InvalidArgumentError("the page token is none that was given out; begin again without one");
  }
  const int size = request.page_size() <= 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
  v1::ListSourcesResponse response;
  std::vector<int> elsewhere;
  AddSources(request, size, response, elsewhere);
  for (const int index : elsewhere) ShowShared(*response.mutable_sources(index));
  return response;
}

void WatcherImpl::AddSources(const v1::ListSourcesRequest& request, int size,
                             v1::ListSourcesResponse& response, std::vector<int>& elsewhere) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, item] : sources_) {
    response.set_total(response.total() + 1);
    if (InTrouble(item.state.state())) response.set_in_trouble(response.in_trouble() + 1);
    if (item.source.paused()) response.set_paused(response.paused() + 1);
    if (id <= request.page_token() || !IsAskedFor(item, request)) continue;
    if (response.sources_size() < size) {
      if (!Owns(item.source)) elsewhere.push_back(response.sources_size());
      *response.add_sources() = ViewOf(item);
    } else {
      response.set_next_page_token(response.sources(size - 1).source().source_id());
    }
  }
}

absl::StatusOr<v1::SourceView> WatcherImpl::ReadSource(const v1::ReadSourceRequest& request) {
  bool elsewhere = false;
  SEAWORTHY_ASSIGN_OR_RETURN(v1::SourceView view, PutInLine(request, elsewhere));
  if (!elsewhere) return view;
  // Resuming what is not paused has whoever reads it read it now.
  v1::SourceChange change;
  change.set_kind(v1::SourceChange::RESUME);
  change.mutable_source()->set_source_id(request.source_id());
  change.set_operator_("read now");
  change.set_request_id(RandomHex(16));
  SEAWORTHY_RETURN_IF_ERROR(AppendChange(change).status());
  view.mutable_state()->set_next_reason("asked");
  return view;
}

absl::StatusOr<v1::SourceView> WatcherImpl::PutInLine(const v1::ReadSourceRequest& request, bool& elsewhere) {
  absl::MutexLock lock(&mutex_);
  const std::string& id = request.source_id();
  const auto found = sources_.find(id);
  if (found == sources_.end()) {
    return absl::NotFoundError(
        Cat("no source is called ", Utf8Prefix(id, 64), "; `seaworthy watch list` shows those there are"));
  }
  WatchedSource& item = found->second;
  if (item.source.kind() == v1::Source::WEBHOOK) {
    return absl::FailedPreconditionError(Cat(id, " is a webhook: nothing is read, its sender sends"));
  }
  if (item.source.paused()) {
    return absl::FailedPreconditionError(
        Cat(id, " is paused; resume it first (`seaworthy watch resume ", id, "`)"));
  }
  if (!options_.polling) {
    return absl::FailedPreconditionError(
        "this server reads no sources: its configuration says `watch = false`; take that out and start it "
        "again");
  }
  elsewhere = !Owns(item.source);
  if (elsewhere) return ViewOf(item);
  const WatchJob job{id, WatchJob::kRead, "", AddressFor(item).host};
  // Where it is being read just now, that is the reading asked for.
  if (queue_.TimeOf(job).has_value()) {
    queue_.Put(job, options_.clock->Now());
    item.state.mutable_state()->set_next_reason("asked");
    woken_.SignalAll();
  }
  return ViewOf(item);
}

}  // namespace seaworthy
