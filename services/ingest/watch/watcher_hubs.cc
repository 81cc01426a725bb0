// WebSub: subscriptions, their renewal, and what hubs push.
#include <algorithm>

#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"
#include "services/ingest/watch/websub.h"

namespace seaworthy {
namespace {

constexpr size_t kSecretBytes = 32;

v1::HandleWebSubResponse Status(uint32_t status, std::string_view body) {
  v1::HandleWebSubResponse response;
  response.set_status(status);
  response.set_body(std::string(body));
  return response;
}

// Until a hub that did not answer is asked again.
absl::Duration HubBackoff(uint32_t failures) {
  return std::min(kLongestBackoff, kHubPatience * (int64_t{1} << std::min(failures, 5U)));
}

}  // namespace

void WatcherImpl::NoteHub(const std::string& hub, const std::string& topic, v1::WatchState& state) const {
  if (!HubsReachUs() || HostKeyOf(hub).empty()) {
    state.clear_hub();
    return;
  }
  if (state.hub().url() == hub && state.hub().topic() == topic) return;
  state.clear_hub();
  state.mutable_hub()->set_url(hub);
  state.mutable_hub()->set_topic(topic);
  SetTimestamp(options_.clock->Now(), state.mutable_hub()->mutable_next_try_time());
}

absl::Status WatcherImpl::ChangeHub(const std::string& source_id, uint64_t generation,
                                    const std::function<void(v1::WatchHub&)>& change) {
  absl::MutexLock commit_lock(&commit_mutex_);
  std::optional<WatchedSource> item = Find(source_id);
  if (!item.has_value() || item->generation != generation || !item->state.has_hub()) {
    return absl::NotFoundError("the subscription is gone");
  }
  change(*item->state.mutable_hub());
  const auto batch = store_->Begin();
  batch->PutState(source_id, item->state);
  SEAWORTHY_RETURN_IF_ERROR(store_->Write(*batch));
  absl::MutexLock lock(&mutex_);
  WatchedSource& kept = sources_[source_id];
  *kept.state.mutable_hub() = item->state.hub();
  if (!Owns(kept.source)) return absl::OkStatus();
  queue_.Put({source_id, WatchJob::kHub, "", HostKeyOf(kept.state.hub().url())},
             TimeOf(kept.state.hub().next_try_time()));
  return absl::OkStatus();
}

void WatcherImpl::RunHub(const WatchJob& job, const WatchedSource& item) {
  if (!IsRead(item.source) || !item.state.has_hub() || !HubsReachUs()) return;
  // It may have answered by way of another watcher.
  if (HearOfHub(item)) return;
  const absl::Time now = options_.clock->Now();
  v1::WatchHub asked;
  // Written before the hub is asked: it may put its question at once.
  const absl::Status begun = ChangeHub(job.source_id, item.generation, [&](v1::WatchHub& hub) {
    const bool in_force = hub.verified() && now < TimeOf(hub.lease_end());
    hub.set_verified(in_force);
    hub.set_previous_secret(in_force ? hub.secret() : "");
    hub.set_secret(RandomHex(kSecretBytes));
    hub.set_awaited(true);
    hub.set_failures(hub.failures() + 1);
    SetTimestamp(now + HubBackoff(hub.failures()), hub.mutable_next_try_time());
    asked = hub;
  });
  if (!begun.ok()) return;
  FetchRequest request;
  request.url = asked.url();
  request.post_body = SubscribeForm(asked, callback_base_ + job.source_id);
  request.post_content_type = "application/x-www-form-urlencoded";
  request.ignore_robots = true;
  ShareSource(job.source_id);
  // A refusal is a failure like silence: the next try is set already.
  Ask(job, request, nullptr).IgnoreError();
}

void WatcherImpl::RunFarewell(const WatchJob& job) {
  v1::WatchHub hub;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = farewells_.find(job.source_id);
    if (found == farewells_.end()) return;
    hub = found->second;
    farewells_.erase(found);
  }
  FetchRequest request;
  request.url = hub.url();
  request.post_body = UnsubscribeForm(hub, callback_base_ + job.source_id);
  request.post_content_type = "application/x-www-form-urlencoded";
  request.ignore_robots = true;
  Ask(job, request, nullptr).IgnoreError();
}

absl::StatusOr<v1::HandleWebSubResponse> WatcherImpl::HandleWebSub(const v1::HandleWebSubRequest& request) {
  std::optional<WatchedSource> item = Find(request.source_id());
  bool elsewhere = false;
  if (item.has_value()) {
    // Hubs reach any of several watchers.
    SEAWORTHY_ASSIGN_OR_RETURN(elsewhere, LearnFromOwner(*item));
    item = Find(request.source_id());
  }
  if (!item.has_value()) {
    return request.mode() == "unsubscribe" ? Status(200, request.challenge())
                                           : Status(request.mode().empty() ? 410 : 404, "no such source");
  }
  if (!item->state.has_hub()) return Status(request.mode().empty() ? 410 : 404, "not subscribed");
  if (request.mode().empty()) return TakePush(request, *item);
  v1::HandleWebSubResponse response;
  const absl::Status changed = ChangeHub(request.source_id(), item->generation, [&](v1::WatchHub& hub) {
    response = AnswerHub(request, options_.clock->Now(), &hub);
  });
  if (absl::IsNotFound(changed)) return Status(404, "not subscribed");
  SEAWORTHY_RETURN_IF_ERROR(changed);
  if (elsewhere) {
    SEAWORTHY_RETURN_IF_ERROR(TellOwner(request.source_id()));
  } else {
    ShareSource(request.source_id());
  }
  return response;
}

absl::StatusOr<v1::HandleWebSubResponse> WatcherImpl::TakePush(const v1::HandleWebSubRequest& request,
                                                               const WatchedSource& item) {
  const v1::WatchHub& hub = item.state.hub();
  const bool right = SignatureIsRight(hub.secret(), request.signature(), request.body()) ||
                     SignatureIsRight(hub.previous_secret(), request.signature(), request.body());
  // The answer does not tell a forger whether the signature was right
  // (WebSub 7.1.2).
  if (!right || !IsRead(item.source) || !options_.polling) return Status(202, "");
  {
    absl::MutexLock lock(&mutex_);
    if (!queue_.TakeSource(request.source_id())) {
      return absl::UnavailableError("the source is being read just now; push again");
    }
  }
  // What it was may have changed until it was ours.
  std::optional<WatchedSource> current = Find(request.source_id());
  if (current.has_value() && current->generation == item.generation) {
    SourceReading reading =
        reader_.Read(current->source, current->state,
                     {.bytes = request.body(), .media_type = request.content_type(), .whole = false});
    SetTimestamp(options_.clock->Now(), reading.state.mutable_state()->mutable_last_read_time());
    if (reading.status.ok()) {
      SetTimestamp(options_.clock->Now(), reading.state.mutable_state()->mutable_last_good_time());
      Commit(*current, reading);
      ShareSource(request.source_id());
    }
  }
  absl::MutexLock lock(&mutex_);
  queue_.FinishSource(request.source_id());
  woken_.SignalAll();
  return Status(202, "");
}

}  // namespace seaworthy
