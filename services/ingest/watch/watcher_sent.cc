// What others send under a source's id.
#include "common/timestamps.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/watcher_impl.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxErrorBytes = 500;

// What came of it, as a reading shows it.
void Show(const absl::StatusOr<v1::SubmitAnnouncementResponse>& answer, absl::Time now,
          v1::SourceState& state) {
  SetTimestamp(now, state.mutable_last_read_time());
  state.set_new_announcements(0);
  if (!answer.ok()) {
    state.set_failures(state.failures() + 1);
    state.set_outcome("refused");
    const absl::string_view why = answer.status().message();
    state.set_error(std::string(Utf8Prefix({why.data(), why.size()}, kMaxErrorBytes)));
    return;
  }
  SetTimestamp(now, state.mutable_last_good_time());
  state.set_failures(0);
  state.clear_error();
  state.set_outcome(answer->repeated() ? "nothing_new" : "new_entries");
  if (answer->repeated()) return;
  state.set_new_announcements(1);
  state.set_announcements(state.announcements() + 1);
}

}  // namespace

absl::StatusOr<v1::SubmitAnnouncementResponse> WatcherImpl::SubmitSent(
    const v1::SubmitAnnouncementRequest& request) {
  const std::optional<WatchedSource> item = Find(request.source_id());
  const bool is_hook = item.has_value() && item->source.kind() == v1::Source::WEBHOOK;
  if (is_hook && item->source.paused()) {
    return absl::FailedPreconditionError(Cat("source_paused: the source ", request.source_id(),
                                             " is paused; resume it on the desk or with `seaworthy "
                                             "watch resume`, then send again"));
  }
  auto answer = options_.submit(request);
  if (!is_hook) return answer;
  absl::MutexLock commit_lock(&commit_mutex_);
  std::optional<WatchedSource> current = Find(request.source_id());
  if (!current.has_value() || current->generation != item->generation) return answer;
  Show(answer, options_.clock->Now(), *current->state.mutable_state());
  const auto batch = store_->Begin();
  batch->PutState(request.source_id(), current->state);
  // The announcement is durable; a count that is lost is only a count.
  store_->Write(*batch).IgnoreError();
  absl::MutexLock lock(&mutex_);
  sources_[request.source_id()].state = std::move(current->state);
  return answer;
}

}  // namespace seaworthy
