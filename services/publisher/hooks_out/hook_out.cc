#include "services/publisher/hooks_out/hook_out.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr int kPageSize = 200;
// Between two looks whether something public has changed.
constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr absl::Duration kRetry = absl::Seconds(1);
// An edition approved by another process is found by looking.
constexpr absl::Duration kEditionLook = absl::Seconds(30);
constexpr int kEditions = 50;
// Of a sender that has nothing to do.
constexpr absl::Duration kLongestWait = absl::Seconds(5);
constexpr absl::Duration kShortestWait = absl::Milliseconds(50);

}  // namespace

void HookOut::Start() {
  if (!threads_.empty()) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = false;
    wakes_ = 0;
  }
  cancelled_ = false;
  threads_.emplace_back([this] { Follow(); });
  for (int i = 0; i < kSenders; ++i) threads_.emplace_back([this] { Send(); });
}

void HookOut::Stop() {
  cancelled_ = true;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void HookOut::Wake() {
  absl::MutexLock lock(&mutex_);
  wakes_ = kSenders;
  changed_.SignalAll();
}

bool HookOut::StopWithin(absl::Duration wait) {
  const SteadyDeadline deadline(wait);
  absl::MutexLock lock(&mutex_);
  while (!stopping_ && !deadline.Passed()) changed_.WaitWithTimeout(&mutex_, deadline.Left());
  return stopping_;
}

absl::Status HookOut::TakeChanges() {
  while (true) {
    v1::ListPublishedChangesRequest request;
    request.set_after_sequence(options_.book->cursor());
    request.set_page_size(kPageSize);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto page, options_.aggregator->ListPublishedChanges(request));
    SEAWORTHY_RETURN_IF_ERROR(options_.book->Take(page, options_.base_url()));
    if (!page.changes().empty()) Wake();
    if (!page.more() || page.next_sequence() <= request.after_sequence()) return absl::OkStatus();
  }
}

absl::Status HookOut::TakeEditions() {
  v1::ListEditionsRequest request;
  request.set_approved_only(true);
  request.set_page_size(kEditions);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto answer, options_.aggregator->ListEditions(request));
  SEAWORTHY_ASSIGN_OR_RETURN(
      const bool news,
      options_.book->TakeEditions({answer.editions().begin(), answer.editions().end()}, options_.base_url()));
  if (news) Wake();
  return absl::OkStatus();
}

bool HookOut::EditionsDue() {
  const absl::Time now = options_.clock->Now();
  if (!look_.exchange(false) && now < next_look_) return false;
  next_look_ = now + kEditionLook;
  return true;
}

void HookOut::Follow() {
  bool told = false;
  while (!StopWithin(kLook)) {
    const bool editions = EditionsDue();
    absl::Status taken;
    // An aggregator that is behind has not told all of it: asked again.
    if (options_.book->cursor() < options_.last_change()) taken = TakeChanges();
    if (editions) {
      const absl::Status looked = TakeEditions();
      if (!looked.ok()) look_ = true;
      taken.Update(looked);
    }
    if (taken.ok()) {
      told = false;
      continue;
    }
    if (!std::exchange(told, true)) spdlog::warn("webhooks: {}", std::string(taken.message()));
    if (StopWithin(kRetry)) return;
  }
}

bool HookOut::SendOne() {
  const auto claimed = options_.book->Claim();
  if (!claimed.has_value()) return false;
  const HookEvent& event = claimed->event;
  const int64_t now = absl::ToUnixSeconds(options_.clock->Now());
  HookPost post;
  post.url = claimed->hook.url;
  post.body = event.body;
  post.cancelled = &cancelled_;
  post.headers = {{"webhook-id", event.message_id},
                  {"webhook-timestamp", absl::StrCat(now)},
                  {"webhook-signature", SignHook(claimed->hook.secret, event.message_id, now, event.body)}};
  const auto answer = options_.poster->Post(post);
  if (!answer.ok() && cancelled_) {
    options_.book->Release(*claimed);
    return false;
  }
  HookBook::Outcome outcome;
  if (answer.ok()) {
    outcome.status = answer->status;
    outcome.retry_after = answer->retry_after;
  } else {
    outcome.error = std::string(answer.status().message());
  }
  const absl::Status settled = options_.book->Settle(*claimed, outcome);
  if (!settled.ok()) spdlog::warn("webhook {}: {}", claimed->hook.id, std::string(settled.message()));
  return true;
}

void HookOut::Send() {
  while (true) {
    if (SendOne()) continue;
    const absl::Duration until = options_.book->NextDue() - options_.clock->Now();
    const SteadyDeadline due(std::clamp(until, kShortestWait, kLongestWait));
    absl::MutexLock lock(&mutex_);
    while (!stopping_ && wakes_ == 0 && !due.Passed()) changed_.WaitWithTimeout(&mutex_, due.Left());
    if (stopping_) return;
    if (wakes_ > 0) --wakes_;
  }
}

}  // namespace seaworthy
