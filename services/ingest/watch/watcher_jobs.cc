// The watcher's requests, and what comes of them.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/ingest/document.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"
#include "services/ingest/watch/websub.h"

namespace seaworthy {
namespace {

// After a 429 that does not say how long.
constexpr absl::Duration kTooManyPause = absl::Minutes(5);
// GitHub allows 60 requests an hour to who sends no token.
constexpr char kGithubApi[] = "api.github.com:443";
constexpr absl::Duration kGithubSpacing = absl::Seconds(61);
// After the store or the log could not take what came of a reading.
constexpr absl::Duration kStorePause = absl::Minutes(1);
constexpr size_t kManyHosts = 20'000;
constexpr size_t kMaxErrorBytes = 500;
constexpr size_t kMaxValidatorBytes = 1000;

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

// Bounded and without what cannot be sent back.
std::string Validator(const std::string& value) {
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return plain && value.size() <= kMaxValidatorBytes ? value : "";
}

std::optional<absl::Duration> RetryAfter(const absl::StatusOr<FetchResult>& answer) {
  return answer.ok() ? answer->retry_after : RetryAfterOf(answer.status());
}

std::optional<absl::Duration> CrawlDelay(const absl::StatusOr<FetchResult>& answer) {
  return answer.ok() ? answer->crawl_delay : CrawlDelayOf(answer.status());
}

bool ClosesHost(const absl::StatusOr<FetchResult>& answer) {
  return answer.ok() && (answer->http_status == 429 || answer->http_status == 503);
}

// What an answer without a body to read means for a person.
std::string StatusText(int status, const std::string& url) {
  switch (status) {
    case 401:
    case 403:
      return Cat("HTTP status ", status, ": ", url, " is not for us; check whether it is public");
    case 404:
      return Cat("HTTP status 404: there is nothing at ", url, "; check the address");
    case 410:
      return Cat("HTTP status 410: ", url,
                 " is gone for good; paused. Remove the source or give another address");
    case 429:
      return Cat("HTTP status 429: the host wants to be asked less often; it is left alone for a while");
    default:
      return Cat("HTTP status ", status, " from ", url);
  }
}

FetchRequest RequestFor(const ReadAddress& address, const v1::WatchState& state) {
  FetchRequest request;
  request.url = address.url;
  request.accept = address.accept;
  request.authorization = address.authorization;
  request.ignore_robots = address.ignore_robots;
  if (state.url() == address.url) {
    request.if_none_match = state.etag();
    request.if_modified_since = state.last_modified();
  }
  return request;
}

void Fail(const absl::Status& status, const char* outcome, SourceReading& reading) {
  reading.status = status;
  v1::SourceState& state = *reading.state.mutable_state();
  state.set_outcome(outcome);
  state.set_error(std::string(Utf8Prefix(Message(status), kMaxErrorBytes)));
  state.set_new_announcements(0);
}

}  // namespace

void WatcherImpl::Run(const WatchJob& job) {
  if (job.kind == WatchJob::kFarewell) return RunFarewell(job);
  std::optional<WatchedSource> item = Find(job.source_id);
  if (!item.has_value()) return;
  {
    absl::MutexLock lock(&mutex_);
    if (!Owns(item->source)) {
      // The lease went meanwhile. Where it comes back all is put in line again.
      if (share_ != nullptr) share_->MarkUnready(BucketOf(item->source));
      return;
    }
  }
  switch (job.kind) {
    case WatchJob::kRead:
      return RunRead(job, *std::move(item));
    case WatchJob::kPage:
      return RunPage(job, *item);
    case WatchJob::kHub:
      return RunHub(job, *item);
    case WatchJob::kFarewell:
      return;
  }
}

absl::Duration WatcherImpl::Gap(const std::string& host) {
  const auto found = hosts_.find(host);
  const uint32_t crawl_delay = found == hosts_.end() ? 0 : found->second.crawl_delay_seconds();
  const absl::Duration gap = std::max(options_.host_spacing, absl::Seconds(crawl_delay));
  return host == kGithubApi && options_.github_token.empty() ? std::max(gap, kGithubSpacing) : gap;
}

absl::StatusOr<FetchResult> WatcherImpl::Ask(const WatchJob& job, FetchRequest request,
                                             const v1::WatchState* state) {
  request.cancelled = &cancelled_;
  const auto batch = store_->Begin();
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time opens = options_.clock->Now() + Gap(job.host);
    queue_.CloseHost(job.host, opens);
    v1::WatchHost& host = hosts_[job.host];
    host.clear_reason();
    SetTimestamp(opens, host.mutable_next_allowed_time());
    batch->PutHost(job.host, host);
  }
  if (state != nullptr) batch->PutState(job.source_id, *state);
  const absl::Status written = store_->Write(*batch);
  ShareHost(job.host);
  // Not FAILED_PRECONDITION and the like: those blame the source.
  if (!written.ok()) return absl::InternalError(Message(written));
  absl::StatusOr<FetchResult> answer = options_.fetcher->Fetch(request);
  const auto after = store_->Begin();
  HearHost(job.host, answer, *after);
  if (absl::Status status = store_->Write(*after); !status.ok()) return absl::InternalError(Message(status));
  ShareHost(job.host);
  return answer;
}

void WatcherImpl::HearHost(const std::string& host, const absl::StatusOr<FetchResult>& answer,
                           WatchBatch& batch) {
  absl::MutexLock lock(&mutex_);
  v1::WatchHost& state = hosts_[host];
  if (const auto delay = CrawlDelay(answer)) {
    state.set_crawl_delay_seconds(static_cast<uint32_t>(absl::ToInt64Seconds(*delay)));
  }
  const absl::Time now = options_.clock->Now();
  absl::Time opens = now + Gap(host);
  const bool closes = ClosesHost(answer) || !answer.ok();
  if (const auto wait = RetryAfter(answer); closes && wait.has_value()) {
    opens = std::max(opens, now + *wait);
    state.set_reason("retry_after");
  } else if (answer.ok() && answer->http_status == 429) {
    opens = std::max(opens, now + kTooManyPause);
    state.set_reason("too_many_requests");
  }
  opens = std::max(opens, TimeOf(state.next_allowed_time()));
  SetTimestamp(opens, state.mutable_next_allowed_time());
  queue_.CloseHost(host, opens);
  batch.PutHost(host, state);
  // Where it was redirected to is asked less as well.
  if (answer.ok() && answer->redirects > 0)
    queue_.CloseHost(HostKeyOf(answer->final_url), now + options_.host_spacing);
  if (queue_.hosts() < kManyHosts) return;
  queue_.ForgetHosts(now);
  std::erase_if(hosts_, [now](const auto& known) { return TimeOf(known.second.next_allowed_time()) < now; });
}

void WatcherImpl::RunRead(const WatchJob& job, WatchedSource item) {
  if (!IsRead(item.source)) return;
  const ReadAddress address = AddressFor(item);
  item.state.set_tries(item.state.tries() + 1);
  // Found by the next start where this reading does not come to its end.
  v1::WatchState begun = item.state;
  SetTimestamp(options_.clock->Now() + kInterruptedPause, begun.mutable_state()->mutable_next_read_time());
  begun.mutable_state()->set_next_reason("interrupted");
  const absl::StatusOr<FetchResult> answer = Ask(job, RequestFor(address, item.state), &begun);
  // Stopping: to be read again like after a kill.
  if (absl::IsCancelled(answer.status())) return;
  SourceReading reading = Hear(item, address, answer);
  SetNext(item.source, answer, reading);
  Commit(item, reading);
  ShareSource(job.source_id);
  if (answer.ok() && answer->http_status == 410) PauseGone(item);
}

SourceReading WatcherImpl::Hear(const WatchedSource& item, const ReadAddress& address,
                                const absl::StatusOr<FetchResult>& answer) {
  SourceReading reading;
  reading.state = item.state;
  reading.marks = store_->Begin();
  v1::SourceState& state = *reading.state.mutable_state();
  state.set_http_status(answer.ok() ? static_cast<uint32_t>(answer->http_status) : 0);
  if (!answer.ok()) {
    const bool refused =
        absl::IsPermissionDenied(answer.status()) || absl::IsInvalidArgument(answer.status());
    Fail(answer.status(), refused ? "refused" : "failed", reading);
  } else if (answer->http_status == 304) {
    state.set_outcome("not_modified");
    state.set_new_announcements(0);
    state.clear_error();
  } else if (answer->http_status >= 200 && answer->http_status < 300) {
    HearBody(item, address, *answer, reading);
  } else {
    Fail(absl::UnavailableError(StatusText(answer->http_status, address.url)), "failed", reading);
  }
  return reading;
}

void WatcherImpl::HearBody(const WatchedSource& item, const ReadAddress& address, const FetchResult& answer,
                           SourceReading& reading) {
  const std::string hash = Sha256(answer.body);
  if (hash == item.state.body_hash() && item.state.url() == address.url) {
    reading.state.mutable_state()->set_outcome("nothing_new");
    reading.state.mutable_state()->set_new_announcements(0);
    reading.state.mutable_state()->clear_error();
  } else {
    const v1::WatchState before = reading.state;
    reading = reader_.Read(item.source, before,
                           {.bytes = answer.body,
                            .media_type = address.media_type.empty() ? answer.media_type : address.media_type,
                            .whole = true});
    reading.state.mutable_state()->set_http_status(static_cast<uint32_t>(answer.http_status));
    if (!reading.status.ok()) {
      Fail(reading.status, "failed", reading);
      return;
    }
    const HubLinks links = ReadHubLinks(answer.link_header);
    NoteHub(links.hub.empty() ? reading.hub : links.hub,
            links.self.empty() ? (reading.self.empty() ? address.url : reading.self) : links.self,
            reading.state);
  }
  if (reading.complete || hash == item.state.body_hash()) {
    reading.state.set_url(address.url);
    reading.state.set_etag(Validator(answer.etag));
    reading.state.set_last_modified(Validator(answer.last_modified));
    reading.state.set_body_hash(hash);
  }
  v1::SourceState& state = *reading.state.mutable_state();
  if (answer.permanently_moved && state.error().empty()) {
    state.set_error(std::string(Utf8Prefix(
        Cat("moved for good to ", answer.final_url, "; give the source this address"), kMaxErrorBytes)));
  }
}

void WatcherImpl::SetNext(const v1::Source& source, const absl::StatusOr<FetchResult>& answer,
                          SourceReading& reading) {
  v1::SourceState& state = *reading.state.mutable_state();
  const absl::Time now = options_.clock->Now();
  SetTimestamp(now, state.mutable_last_read_time());
  if (reading.status.ok()) {
    state.set_failures(0);
    SetTimestamp(now, state.mutable_last_good_time());
  } else {
    state.set_failures(state.failures() + 1);
  }
  NextReadInputs inputs;
  inputs.now = now;
  inputs.source_id = source.source_id();
  inputs.tries = reading.state.tries();
  inputs.interval = absl::Seconds(std::max<uint32_t>(source.interval_seconds(), 60));
  inputs.failures = state.failures();
  inputs.refused = state.outcome() == "refused" && !reading.status.ok();
  if (reading.state.ttl_seconds() > 0) inputs.ttl = absl::Seconds(reading.state.ttl_seconds());
  if (answer.ok()) inputs.max_age = answer->max_age;
  inputs.retry_after = RetryAfter(answer);
  inputs.skip_hours.assign(reading.state.skip_hours().begin(), reading.state.skip_hours().end());
  NextRead next = NextReadOf(inputs);
  // The log or the store could not take it: no fault of the source's.
  if (answer.ok() && answer->http_status == 200 && absl::IsUnavailable(reading.status)) {
    next = {now + kStorePause, "store"};
  }
  SetTimestamp(next.time, state.mutable_next_read_time());
  state.set_next_reason(next.reason);
}

void WatcherImpl::RunPage(const WatchJob& job, const WatchedSource& item) {
  const absl::StatusOr<v1::WatchPending> pending = store_->Pending(job.source_id, job.entry_hash);
  if (!pending.ok()) return;
  FetchRequest request;
  request.url = pending->link();
  request.max_bytes = kMaxDocumentBytes;
  request.accept = "text/html, text/markdown, text/plain;q=0.9, */*;q=0.1";
  const absl::StatusOr<FetchResult> page = Ask(job, request, nullptr);
  if (absl::IsCancelled(page.status())) return;
  SourceReading reading = reader_.ReadPage(item.source, item.state, job.entry_hash, *pending, page);
  // Not submitted: the log will take it later.
  if (!reading.status.ok()) {
    absl::MutexLock lock(&mutex_);
    queue_.Put(job, options_.clock->Now() + kStorePause);
    return;
  }
  Commit(item, reading);
  ShareSource(job.source_id);
  if (!reading.again_after.has_value()) return;
  absl::MutexLock lock(&mutex_);
  queue_.Put(job, options_.clock->Now() + *reading.again_after);
}

void WatcherImpl::Commit(const WatchedSource& item, SourceReading& reading) {
  const std::string& id = item.source.source_id();
  absl::MutexLock commit_lock(&commit_mutex_);
  const std::optional<WatchedSource> current = Find(id);
  if (!current.has_value() || current->generation != item.generation) return;
  WatchedSource next = *current;
  next.state = reading.state;
  // A hub may have spoken meanwhile.
  if (current->state.hub().SerializeAsString() != item.state.hub().SerializeAsString()) {
    *next.state.mutable_hub() = current->state.hub();
  }
  reading.marks->PutState(id, next.state);
  const absl::Status written = store_->Write(*reading.marks);
  absl::MutexLock lock(&mutex_);
  if (!written.ok()) {
    spdlog::error("source {}: {}; it is read again in a minute", id, Message(written));
    WatchedSource retry = *current;
    SetTimestamp(options_.clock->Now() + kStorePause, retry.state.mutable_state()->mutable_next_read_time());
    Schedule(sources_[id] = std::move(retry));
    return;
  }
  Schedule(sources_[id] = std::move(next));
  for (const auto& [hash, link] : reading.pages) {
    queue_.Put({id, WatchJob::kPage, hash, HostKeyOf(link)}, options_.clock->Now());
  }
  woken_.SignalAll();
}

void WatcherImpl::PauseGone(const WatchedSource& item) {
  v1::SourceChange change;
  change.set_kind(v1::SourceChange::PAUSE);
  change.mutable_source()->set_source_id(item.source.source_id());
  change.set_operator_("watcher");
  change.set_request_id(Cat("gone-", item.source.source_id(), "-", item.generation, "-", item.state.tries()));
  const absl::Status appended = AppendChange(change).status();
  // Where it fails, the next reading finds it gone again.
  if (!appended.ok())
    spdlog::warn("source {}: it is gone, but {}", item.source.source_id(), Message(appended));
}

}  // namespace seaworthy
