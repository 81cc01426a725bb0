#include "services/publisher/desk/desk_events.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk_view.h"

namespace seaworthy {
namespace {

// A pause after a move, so that a burst is told once.
constexpr absl::Duration kGather = absl::Milliseconds(250);
constexpr absl::Duration kAskDeadline = absl::Seconds(5);
constexpr size_t kMaxSeen = 64;

std::string Event(const std::string& name, const std::string& text) {
  return absl::StrCat("event: ", name, "\ndata: ", absl::StrReplaceAll(text, {{"\n", " "}, {"\r", " "}}),
                      "\n\n");
}

std::string EntryPrint(const v1::QueueEntry& entry) {
  return absl::StrCat(entry.comparison().content_hash(), " ", entry.comparison().state(), " ",
                      entry.assignment().editor(), " ", entry.blocking_size());
}

std::map<std::string, std::string> EntryPrints(const v1::ListQueueResponse& queue) {
  std::map<std::string, std::string> prints;
  for (const v1::QueueEntry& entry : queue.entries()) {
    prints[entry.comparison().comparison_id()] = EntryPrint(entry);
  }
  return prints;
}

std::string ChangedText(size_t count, v1::Comparison::State state) {
  const char* one = state == v1::Comparison::DRAFTED ? " draft" : " comparison";
  return absl::StrCat(count, one, count == 1 ? "" : "s", " changed");
}

}  // namespace

std::string ComparisonFingerprint(const v1::Comparison& comparison) {
  return Sha256Hex(absl::StrCat(comparison.content_hash(), " ", comparison.state(), " ",
                                comparison.published_hash(), " ",
                                comparison.last_decision().decide_time().seconds(), " ",
                                comparison.first_approval().editor()))
      .substr(0, 16);
}

DeskEvents::DeskEvents(Options options)
    : options_(std::move(options)), next_beat_(absl::Now() + kHeartbeat), thread_([this] { Run(); }) {}

DeskEvents::~DeskEvents() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
  absl::MutexLock lock(&mutex_);
  for (const auto& listener : listeners_) listener->stream->End();
}

size_t DeskEvents::streams() {
  absl::MutexLock lock(&mutex_);
  return listeners_.size();
}

size_t DeskEvents::OfSession(const std::string& token) {
  return static_cast<size_t>(
      std::count_if(listeners_.begin(), listeners_.end(),
                    [&token](const auto& listener) { return listener->token == token; }));
}

std::shared_ptr<HttpStream> DeskEvents::TakeOldest(const std::string& token) {
  const auto it = std::find_if(listeners_.begin(), listeners_.end(),
                               [&token](const auto& listener) { return listener->token == token; });
  if (it == listeners_.end()) return nullptr;
  std::shared_ptr<HttpStream> stream = (*it)->stream;
  listeners_.erase(it);
  return stream;
}

HttpResponse DeskEvents::Listen(const Call& call) {
  Listener listener;
  listener.token = options_.token_of(call.request);
  listener.seen = call.Query("seen").substr(0, kMaxSeen);
  listener.comparison_id = call.Query("comparison");
  if (listener.comparison_id.empty()) {
    const auto filter = QueueFilter::Of(call);
    if (!filter.ok()) return JsonError(400, "invalid_argument", filter.status().message());
    listener.queue = filter->Request(call.session->editor);
  }
  {
    absl::MutexLock lock(&mutex_);
    // A page left behind is told from an open one only by the next beat: the
    // newest page of a session takes the place of its oldest.
    if (listeners_.size() >= kMaxStreams && OfSession(listener.token) < kMaxStreamsPerSession) {
      HttpResponse busy = JsonError(503, "unavailable", "too many pages of the desk are open");
      busy.SetHeader("Retry-After", "60");
      return busy;
    }
  }
  HttpResponse response{200, {{"Content-Type", "text/event-stream"}}, ""};
  response.stream = [this, listener](std::shared_ptr<HttpStream> stream) mutable {
    listener.stream = std::move(stream);
    Add(std::move(listener));
  };
  return response;
}

void DeskEvents::Add(Listener listener) {
  listener.stream->Write("retry: 5000\n: open\n\n");
  std::shared_ptr<HttpStream> oldest;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    if (OfSession(listener.token) >= kMaxStreamsPerSession) oldest = TakeOldest(listener.token);
    listeners_.push_back(std::make_shared<Listener>(std::move(listener)));
    added_ = true;
  }
  if (oldest == nullptr) return;
  oldest->Write(Event("full", "Newer pages are kept up to date"));
  oldest->End();
}

void DeskEvents::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &DeskEvents::HasWork));
      if (stopping_) return;
    }
    const bool moved = WaitForMove();
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    Tell(moved);
  }
}

bool DeskEvents::WaitForMove() {
  const absl::Time begun = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    // A new page may have been made before the state moved: look at once.
    if (std::exchange(added_, false)) return true;
  }
  v1::WaitForChangeRequest request;
  request.set_after_sequence(sequence_);
  const auto change = options_.aggregator->WaitForChange(request, kTick);
  // Another aggregator may have seen less: what pages show moves with it.
  const bool moved = change.ok() && change->applied_sequence() != sequence_;
  if (moved) sequence_ = change->applied_sequence();
  const absl::Duration rest = moved ? kGather : kTick - (absl::Now() - begun);
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &DeskEvents::Stopping), std::max(rest, absl::ZeroDuration()));
  return moved;
}

void DeskEvents::Tell(bool moved) {
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    listeners = listeners_;
  }
  const bool beat = absl::Now() >= next_beat_;
  if (beat) next_beat_ = absl::Now() + kHeartbeat;
  std::set<std::shared_ptr<Listener>> gone;
  Queues queues;
  for (const auto& listener : listeners) {
    if (!options_.is_live(listener->token)) {
      listener->stream->Write(Event("ended", "You are signed out"));
      listener->stream->End();
      gone.insert(listener);
      continue;
    }
    const std::string notice = moved ? Notice(*listener, queues) : "";
    const std::string bytes = !notice.empty() ? Event("notice", notice) : beat ? ": beat\n\n" : "";
    if (!bytes.empty() && !listener->stream->Write(bytes)) gone.insert(listener);
  }
  absl::MutexLock lock(&mutex_);
  listeners_.erase(std::remove_if(listeners_.begin(), listeners_.end(),
                                  [&gone](const auto& listener) { return gone.contains(listener); }),
                   listeners_.end());
}

std::string DeskEvents::Notice(Listener& listener, Queues& queues) {
  const std::string text =
      listener.comparison_id.empty() ? QueueNotice(listener, queues) : ComparisonNotice(listener);
  if (text == listener.said) return "";
  listener.said = text;
  return text;
}

std::string DeskEvents::QueueNotice(Listener& listener, Queues& queues) {
  const std::string key = listener.queue.SerializeAsString();
  auto it = queues.find(key);
  if (it == queues.end()) {
    it = queues.emplace(key, options_.aggregator->ListQueue(listener.queue, kAskDeadline)).first;
  }
  if (!it->second.ok()) return listener.said;
  const v1::ListQueueResponse& queue = *it->second;
  std::map<std::string, std::string> now = EntryPrints(queue);
  if (!std::exchange(listener.known, true)) {
    listener.before = std::move(now);
    return listener.seen == QueueFingerprint(queue) ? "" : "This list has changed";
  }
  for (const auto& [id, print] : now) {
    const auto before = listener.before.find(id);
    if (before == listener.before.end() || before->second != print) listener.changed.insert(id);
  }
  for (const auto& [id, unused] : listener.before) {
    if (!now.contains(id)) listener.changed.insert(id);
  }
  listener.before = std::move(now);
  return listener.changed.empty() ? listener.said
                                  : ChangedText(listener.changed.size(), listener.queue.states(0));
}

std::string DeskEvents::ComparisonNotice(Listener& listener) {
  v1::GetComparisonRequest request;
  request.set_comparison_id(listener.comparison_id);
  const auto view = options_.aggregator->GetComparison(request, kAskDeadline);
  if (!view.ok()) return listener.said;
  const v1::Comparison& comparison = view->comparison();
  if (ComparisonFingerprint(comparison) == listener.seen) return "";
  const bool decided = comparison.state() != v1::Comparison::DRAFTED && comparison.has_last_decision() &&
                       comparison.last_decision().content_hash() == comparison.content_hash();
  if (!decided) return "This comparison has changed since you opened it";
  return absl::StrCat(DecisionWord(comparison.last_decision().kind()), " by ",
                      comparison.last_decision().editor(), " since you opened it");
}

std::vector<Route> DeskEvents::Routes() {
  return {Route{.method = "GET",
                .pattern = "/desk/events",
                .access = Access::kDesk,
                .handler = [this](const Call& call) { return Listen(call); }}};
}

}  // namespace seaworthy
