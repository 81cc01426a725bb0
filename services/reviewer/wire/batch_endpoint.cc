#include "services/reviewer/wire/batch_endpoint.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/hash.h"
#include "services/reviewer/text.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

std::string Words(const absl::Status& status) { return {status.message().data(), status.message().size()}; }

LlmOutcome OutcomeOf(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) return LlmOutcome::kSpendCapped;
  if (absl::IsDeadlineExceeded(status)) return LlmOutcome::kTimeout;
  return absl::IsUnavailable(status) ? LlmOutcome::kOverloaded : LlmOutcome::kRejected;
}

}  // namespace

BatchEndpoint::BatchEndpoint(const EndpointConfig& config, std::unique_ptr<BatchClient> client,
                             BatchPace pace, std::string journal_folder)
    : name_(config.name),
      model_(config.model),
      pace_(pace),
      client_(std::move(client)),
      journal_(std::move(journal_folder)) {
  thread_ = std::thread([this] { Run(); });
}

BatchEndpoint::~BatchEndpoint() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  // Again, as the thread may be about to begin a call.
  while (!finished_.WaitForNotificationWithTimeout(absl::Milliseconds(20))) client_->EndCalls();
  thread_.join();
}

void BatchEndpoint::End(const Call& call, LlmOutcome outcome, const std::string& why) const {
  LlmReply reply;
  reply.outcome = outcome;
  reply.message = why.substr(0, 1000);
  reply.elapsed = absl::Now() - call.begin;
  reply.sent = client_->BodyOf(*call.prompt);
  call.done(std::move(reply));
}

void BatchEndpoint::EndAll(Batch* batch, LlmOutcome outcome, const std::string& why) {
  for (auto& [id, call] : std::exchange(batch->calls, {})) {
    journal_.Forget(id);
    End(call, outcome, why);
  }
}

void BatchEndpoint::Start(const LlmCall& call, LlmDone done) {
  const absl::Time now = absl::Now();
  Call waiting{call.prompt, std::move(done), now, now + call.deadline};
  {
    absl::MutexLock lock(&mutex_);
    if (waiting_.size() < kMaxWaiting && !stopping_) {
      waiting_.push_back(std::move(waiting));
      return;
    }
  }
  End(waiting, LlmOutcome::kOverloaded,
      text::Cat("endpoint `", name_, "`: ", kMaxWaiting, " calls wait for a batch already"));
}

void BatchEndpoint::Run() {
  std::vector<Call> calls;
  while (Gather(&calls)) {
    if (!calls.empty()) Submit(std::exchange(calls, {}));
    PollBatches();
  }
  const std::string why = text::Cat("endpoint `", name_, "`: shut down before its batch ended");
  for (Batch& batch : running_) EndAll(&batch, LlmOutcome::kTransport, why);
  for (Call& call : calls) End(call, LlmOutcome::kTransport, why);
  finished_.Notify();
}

bool BatchEndpoint::Gather(std::vector<Call>* calls) {
  absl::Time wake = absl::InfiniteFuture();
  for (const Batch& batch : running_) wake = std::min(wake, batch.next_poll);
  absl::MutexLock lock(&mutex_);
  const auto any = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); };
  const auto full = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || waiting_.size() >= kMaxPerBatch;
  };
  mutex_.AwaitWithDeadline(absl::Condition(&any), wake);
  if (!waiting_.empty())
    mutex_.AwaitWithDeadline(absl::Condition(&full), std::min(wake, waiting_.front().begin + pace_.gather));
  const bool due = stopping_ || waiting_.size() >= kMaxPerBatch ||
                   (!waiting_.empty() && waiting_.front().begin + pace_.gather <= absl::Now());
  while (due && !waiting_.empty() && (calls->size() < kMaxPerBatch || stopping_)) {
    calls->push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return !stopping_;
}

bool BatchEndpoint::Rejoin(const std::string& id, Call& call) {
  const std::string batch_id = journal_.Find(id);
  if (batch_id.empty()) return false;
  auto at = std::find_if(running_.begin(), running_.end(), [&](const Batch& b) { return b.id == batch_id; });
  if (at == running_.end()) at = running_.insert(running_.end(), Batch{batch_id, {}, absl::Now()});
  return at->calls.emplace(id, std::move(call)).second;
}

void BatchEndpoint::Submit(std::vector<Call> calls) {
  Batch batch;
  std::vector<BatchItem> items;
  std::vector<std::string> ids;
  for (Call& call : calls) {
    const std::string hash = text::Cat("call-", Sha256Hex(client_->BodyOf(*call.prompt)).substr(0, 40));
    if (Rejoin(hash, call)) continue;
    std::string id = hash;
    for (int twin = 2; batch.calls.contains(id); ++twin) id = text::Cat(hash, "-", twin);
    items.push_back({id, call.prompt});
    ids.push_back(id);
    batch.calls.emplace(std::move(id), std::move(call));
  }
  if (items.empty()) return;
  const auto id = client_->Submit(items);
  if (!id.ok()) return EndAll(&batch, OutcomeOf(id.status()), Words(id.status()));
  const absl::Status kept = journal_.Keep(*id, ids);
  if (!kept.ok()) spdlog::error("endpoint `{}`: {}", name_, Words(kept));
  batch.id = *id;
  batch.next_poll = absl::Now() + pace_.poll;
  running_.push_back(std::move(batch));
}

void BatchEndpoint::PollBatches() {
  for (Batch& batch : running_) {
    if (batch.next_poll > absl::Now()) continue;
    EndLate(&batch);
    if (!batch.calls.empty() && PollOne(&batch)) batch.calls.clear();
    batch.next_poll = absl::Now() + pace_.poll;
  }
  std::erase_if(running_, [](const Batch& batch) { return batch.calls.empty(); });
}

void BatchEndpoint::EndLate(Batch* batch) {
  for (auto it = batch->calls.begin(); it != batch->calls.end();) {
    if (it->second.until > absl::Now()) {
      ++it;
      continue;
    }
    End(it->second, LlmOutcome::kTimeout,
        text::Cat("endpoint `", name_, "`: batch ", batch->id, " runs longer than the call's deadline"));
    journal_.Forget(it->first);
    it = batch->calls.erase(it);
  }
}

bool BatchEndpoint::PollOne(Batch* batch) {
  const auto progress = client_->Poll(batch->id);
  absl::Status status = progress.status();
  if (status.ok() && progress->state == BatchProgress::State::kRunning) return false;
  if (status.ok() && progress->state == BatchProgress::State::kFailed) {
    EndAll(batch, LlmOutcome::kRejected,
           text::Cat("endpoint `", name_, "`: batch ", batch->id, " was refused: ", progress->message));
    return true;
  }
  if (status.ok()) {
    auto replies = client_->Results(batch->id);
    status = replies.status();
    for (auto it = batch->calls.begin(); status.ok() && it != batch->calls.end();
         it = batch->calls.erase(it)) {
      journal_.Forget(it->first);
      const auto reply = replies->find(it->first);
      if (reply == replies->end()) {
        End(it->second, LlmOutcome::kTimeout,
            text::Cat("endpoint `", name_, "`: batch ", batch->id, " ended without this request"));
        continue;
      }
      reply->second.sent = client_->BodyOf(*it->second.prompt);
      reply->second.elapsed = absl::Now() - it->second.begin;
      it->second.done(std::move(reply->second));
    }
  }
  // What may pass is asked again, until the calls' deadlines.
  const LlmOutcome outcome = OutcomeOf(status);
  if (!status.ok() && (outcome == LlmOutcome::kRejected || outcome == LlmOutcome::kSpendCapped)) {
    EndAll(batch, outcome, Words(status));
    return true;
  }
  return status.ok();
}

}  // namespace seaworthy
