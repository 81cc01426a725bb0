#include "services/reviewer/policy/verdict_seeker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "services/reviewer/policy/digest_memo.h"
#include "services/reviewer/policy/random_unit.h"
#include "services/reviewer/policy/repair_hint.h"
#include "services/reviewer/policy/seeking.h"
#include "services/reviewer/policy/single_flight.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using SeekingPtr = std::shared_ptr<Seeking>;

// After a retry was denied for want of budget.
constexpr absl::Duration kDeniedWait = absl::Seconds(10);
// A queue that is full is looked at again.
constexpr absl::Duration kFullWait = absl::Seconds(1);
constexpr char kDefaultRoute[] = "default";

}  // namespace

// Each step of a request takes the SeekingPtr and either hands it on to a
// later step (Run), to a queue, the timer or an endpoint, or ends it.
class VerdictSeeker::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {
    if (options_.timer == nullptr) {
      own_timer_ = NewThreadTimer();
      options_.timer = own_timer_.get();
    }
    for (const auto& [persona, endpoints] : options_.routes) AddRoute(persona, endpoints);
  }

  ~Impl() {
    Stop();
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](int64_t* left) { return *left == 0; }, &under_way_));
    }
    own_timer_.reset();
  }

  void Seek(std::shared_ptr<const LlmRequest> request, SeekDone done, int attempts_before) {
    auto seeking = std::make_shared<Seeking>();
    seeking->request = std::move(request);
    seeking->done = std::move(done);
    seeking->attempts = std::max(0, attempts_before);
    seeking->route = FindRoute(seeking->request->persona->persona_id());
    Hold();
    Run(seeking, &Impl::Begin);
  }

  void Stop() {
    stopping_ = true;
    for (const auto& [endpoint, gate] : gates_) {
      for (SeekingPtr& seeking : gate->Drain()) Run(seeking, &Impl::Route);
    }
    options_.timer->RunAll();
  }

  LaneState lane(std::string_view persona_id) const {
    const SeekRoute* route = FindRoute(persona_id);
    LaneState state;
    if (route == nullptr) return LaneState{false, NoRoute(persona_id), absl::InfiniteFuture()};
    const absl::Time now = options_.clock->Now();
    for (const EndpointGate* gate : route->gates) {
      if (gate->closed(now).has_value()) continue;
      const auto paused = options_.budget == nullptr ? std::nullopt : options_.budget->paused();
      if (!paused.has_value() || PriceOf(*gate, gate->model()) == nullptr) return LaneState();
      return LaneState{false, paused->message, paused->until};
    }
    SeekFailure closed = AllClosed(*route, 0, now);
    return LaneState{false, std::move(closed.reason), closed.until};
  }

  std::vector<EndpointStatus> Endpoints() const {
    std::vector<EndpointStatus> all;
    const absl::Time now = options_.clock->Now();
    for (const auto& [endpoint, gate] : gates_) all.push_back(gate->status(now));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
  }

 private:
  using Step = void (Impl::*)(const SeekingPtr&);

  // --- Construction -------------------------------------------------------

  void AddRoute(const std::string& persona, const std::vector<LlmEndpoint*>& endpoints) {
    SeekRoute& route = routes_[persona];
    route.persona = persona;
    route.deadline = options_.total_deadline;
    for (LlmEndpoint* endpoint : endpoints) {
      auto& gate = gates_[endpoint];
      if (gate == nullptr) {
        const auto limits = options_.limits.find(endpoint);
        gate = std::make_unique<EndpointGate>(
            endpoint, limits == options_.limits.end() ? EndpointLimits() : limits->second,
            options_.cache != nullptr);
      }
      route.gates.push_back(gate.get());
      route.deadline = std::max(route.deadline, gate->limits().deadline);
    }
  }

  const SeekRoute* FindRoute(std::string_view persona) const {
    auto found = routes_.find(persona);
    if (found == routes_.end()) found = routes_.find(std::string_view(kDefaultRoute));
    return found == routes_.end() || found->second.gates.empty() ? nullptr : &found->second;
  }

  static std::string NoRoute(std::string_view persona) {
    return text::Cat("persona `", persona, "` has no endpoint; give it one in [panel], or a `default`");
  }

  // --- Steps --------------------------------------------------------------

  // Runs a step now, or after the one this thread is in: an endpoint that
  // answers at once would otherwise nest a call in a call in a call.
  void Run(const SeekingPtr& seeking, Step step) {
    struct Task {
      Impl* impl;
      SeekingPtr seeking;
      Step step;
    };
    thread_local std::deque<Task>* running = nullptr;
    if (running != nullptr) {
      running->push_back({this, seeking, step});
      return;
    }
    Hold();
    std::deque<Task> tasks;
    running = &tasks;
    (this->*step)(seeking);
    while (!tasks.empty()) {
      const Task task = std::move(tasks.front());
      tasks.pop_front();
      (task.impl->*task.step)(task.seeking);
    }
    running = nullptr;
    LetGo();
  }

  void Begin(const SeekingPtr& seeking) {
    if (seeking->route != nullptr) return Route(seeking);
    SeekFailure failure;
    failure.outcome = LlmOutcome::kRejected;
    failure.reason = NoRoute(seeking->request->persona->persona_id());
    End(seeking, std::move(failure));
  }

  // Finds the first endpoint from where the request stands that takes it: at
  // once if there is one, else in the queue of one that asked for a pause.
  void Route(const SeekingPtr& seeking) {
    if (stopping_) return Wait(seeking, "the reviewer is stopping", options_.clock->Now());
    const absl::Time now = options_.clock->Now();
    const std::vector<EndpointGate*>& gates = seeking->route->gates;
    // A repair belongs to the endpoint that gave the answer.
    const size_t end = seeking->kept.has_value() ? seeking->at + 1 : gates.size();
    bool full = false;
    for (const bool patient : {false, true}) {
      for (size_t i = seeking->at; i < end; ++i) {
        const size_t before = std::exchange(seeking->at, i);
        seeking->gate = gates[i];
        const auto entry = gates[i]->Enter(seeking, seeking->route->persona, patient, now, &seeking->pass);
        if (entry == EndpointGate::Entry::kPassed) return Ask(seeking);
        // From here on the request is another thread's.
        if (entry == EndpointGate::Entry::kQueued) return Recheck(gates[i]);
        full = full || entry == EndpointGate::Entry::kFull;
        seeking->at = before;
      }
    }
    if (seeking->kept.has_value()) return Finish(seeking);
    if (full) return Wait(seeking, "too many reviews wait for the endpoints already", now + kFullWait);
    const SeekFailure closed = AllClosed(*seeking->route, seeking->at, now);
    Wait(seeking, closed.reason, std::max(closed.until, now + kFullWait));
  }

  // A request that queued while everything stopped would wait for nobody.
  void Recheck(EndpointGate* gate) {
    if (!stopping_) return;
    for (const SeekingPtr& seeking : gate->Drain()) Run(seeking, &Impl::Route);
  }

  // Has a slot: cache, money, call.
  void Ask(const SeekingPtr& seeking) {
    EndpointGate* gate = seeking->gate;
    const absl::Time now = options_.clock->Now();
    if (stopping_) {
      Settled(gate, gate->Abandon(seeking->pass, now));
      return Route(seeking);
    }
    if (now >= seeking->deadline) {
      Settled(gate, gate->Abandon(seeking->pass, now));
      return OutOfTime(seeking);
    }
    if (std::exchange(seeking->asked, gate) != gate) {
      seeking->hint.clear();
      seeking->retries_here = 0;
    }
    LlmCall call;
    call.request = seeking->request;
    seeking->from_cache = false;
    seeking->key.clear();
    seeking->reserved = 0;
    if (gate->wants_prompt()) {
      auto prompt = std::make_shared<LlmPrompt>(options_.prompt(*seeking->request, seeking->hint));
      seeking->prompt_bytes = prompt->user.size() + (prompt->system == nullptr ? 0 : prompt->system->size()) +
                              (prompt->schema == nullptr ? 0 : prompt->schema->size());
      if (!gate->digest().empty() && Answered(seeking, *prompt, now)) return;
      if (!Reserved(seeking, now)) return;
      if (!seeking->key.empty() && Follows(seeking, now)) return;
      call.prompt = std::move(prompt);
    }
    if (seeking->begun == absl::InfinitePast()) {
      seeking->begun = now;
      seeking->deadline = now + seeking->route->deadline;
    }
    call.deadline = std::min(gate->limits().deadline, seeking->deadline - now);
    ++seeking->calls;
    gate->endpoint()->Start(call, [this, seeking](LlmReply reply) {
      seeking->reply = std::move(reply);
      Run(seeking, &Impl::Heard);
    });
  }

  // True where the cache had the answer. Sets the key.
  bool Answered(const SeekingPtr& seeking, const LlmPrompt& prompt, absl::Time now) {
    const std::string system = digests_.Of(prompt.system);
    const std::string schema = digests_.Of(prompt.schema);
    std::string hint = seeking->hint;
    if (const uint32_t round = seeking->request->round; round > 0) absl::StrAppend(&hint, "\nround ", round);
    seeking->key = AnswerKey({seeking->gate->digest(), system, schema, prompt.user, hint});
    auto known = options_.cache->Find(seeking->key);
    if (!known.has_value()) return false;
    seeking->gate->CountCacheHit();
    Settled(seeking->gate, seeking->gate->Abandon(seeking->pass, now));
    seeking->from_cache = true;
    seeking->reply = *std::move(known);
    Run(seeking, &Impl::Judge);
    return true;
  }

  // Sets money aside; false where there is none, and the request waits.
  bool Reserved(const SeekingPtr& seeking, absl::Time now) {
    EndpointGate* gate = seeking->gate;
    const Price* price = PriceOf(*gate, gate->model());
    if (price == nullptr) WarnUnpriced(gate);
    if (price == nullptr || options_.budget == nullptr) return true;
    const uint64_t most =
        price->Cost(EstimateUsage(seeking->prompt_bytes, gate->limits().max_output_tokens), FactorOf(*gate));
    const auto refused = options_.budget->Reserve(most);
    if (!refused.has_value()) {
      seeking->reserved = most;
      return true;
    }
    Settled(gate, gate->Abandon(seeking->pass, now));
    if (seeking->kept.has_value()) {
      Finish(seeking);
    } else {
      seeking->failure.outcome = LlmOutcome::kSpendCapped;
      Wait(seeking, refused->message, refused->until);
    }
    return false;
  }

  // True where an identical request is under way: this one waits for its
  // answer, without a slot and without money.
  bool Follows(const SeekingPtr& seeking, absl::Time now) {
    // Once it follows it is another thread's.
    EndpointGate* gate = seeking->gate;
    const EndpointGate::Pass pass = seeking->pass;
    const uint64_t reserved = std::exchange(seeking->reserved, 0);
    if (flights_.Lead(seeking->key, seeking)) {
      seeking->reserved = reserved;
      return false;
    }
    if (options_.budget != nullptr) options_.budget->Settle(reserved, 0);
    Settled(gate, gate->Abandon(pass, now));
    return true;
  }

  void OutOfTime(const SeekingPtr& seeking) {
    if (seeking->kept.has_value()) return Finish(seeking);
    seeking->Note(LlmOutcome::kTimeout, "the time for all attempts is over");
    GiveUp(seeking);
  }

  // The endpoint has answered.
  void Heard(const SeekingPtr& seeking) {
    const absl::Time now = options_.clock->Now();
    Settled(seeking->gate, seeking->gate->Leave(seeking->pass, seeking->reply, seeking->attempts == 0, now));
    if (seeking->gate->wants_prompt()) Pay(seeking, now);
    if (!seeking->key.empty()) {
      for (const SeekingPtr& follower : flights_.Land(seeking->key)) Share(seeking->reply, follower);
    }
    Judge(seeking);
  }

  void Pay(const SeekingPtr& seeking, absl::Time now) {
    EndpointGate* gate = seeking->gate;
    const LlmReply& reply = seeking->reply;
    const Price* price = PriceOf(*gate, reply.model);
    if (price == nullptr) price = PriceOf(*gate, gate->model());
    if (price == nullptr) {
      seeking->Count(reply.usage, std::nullopt);
    } else {
      const uint64_t cost = price->Cost(BilledUsage(reply, seeking->prompt_bytes), FactorOf(*gate));
      seeking->Count(reply.usage, cost);
      gate->CountCost(cost, now);
      if (options_.budget != nullptr) options_.budget->Settle(std::exchange(seeking->reserved, 0), cost);
    }
  }

  // The leader's answer, for free.
  void Share(const LlmReply& reply, const SeekingPtr& follower) {
    follower->from_cache = true;
    follower->reply = reply;
    Run(follower, &Impl::Judge);
  }

  // Is it a verdict, and are its words borne out?
  void Judge(const SeekingPtr& seeking) {
    ++seeking->attempts;
    LlmReply& reply = seeking->reply;
    if (reply.outcome != LlmOutcome::kOk) return Failed(seeking, reply.outcome, reply.message);
    auto verdict = options_.parse(reply.raw, *seeking->request);
    if (!verdict.ok()) {
      const bool json = nlohmann::json::accept(reply.raw);
      return Failed(seeking, json ? LlmOutcome::kSchemaViolation : LlmOutcome::kInvalidJson,
                    std::string(verdict.status().message()));
    }
    if (!seeking->key.empty() && !seeking->from_cache) options_.cache->Keep(seeking->key, reply);
    std::vector<v1::Mark> marks;
    if (options_.check) marks = options_.check(*verdict, *seeking->request);
    const int bad = CountBad(marks);
    const std::string hint = bad > 0 && MayRepair(*seeking) ? MarksHint(marks) : "";
    const bool repairs = seeking->kept.has_value();
    // Of two equals the first, which was not told what to say.
    if (!repairs || bad < seeking->kept_bad) {
      seeking->kept = seeking->Take(*std::move(verdict), std::move(marks), options_.clock->Now());
      seeking->kept->verdict.mutable_provenance()->set_repaired(!seeking->hint.empty());
      seeking->kept_bad = bad;
    }
    if (repairs || hint.empty()) return Finish(seeking);
    Repair(seeking, hint);
  }

  bool MayRepair(const Seeking& seeking) const {
    return !seeking.repair_spent && seeking.gate->wants_prompt() &&
           seeking.attempts < options_.retry.max_attempts;
  }

  void Repair(const SeekingPtr& seeking, std::string hint) {
    seeking->repair_spent = true;
    seeking->hint = std::move(hint);
    Run(seeking, &Impl::Route);
  }

  void Failed(const SeekingPtr& seeking, LlmOutcome outcome, const std::string& message) {
    // A repair that failed leaves the answer it was to better.
    if (seeking->kept.has_value()) return Finish(seeking);
    seeking->Note(outcome, message);
    RetryPolicy::Failure failure;
    failure.outcome = outcome;
    failure.attempts = seeking->attempts;
    failure.retries_here = seeking->retries_here;
    failure.repair_spent = seeking->repair_spent || !seeking->gate->wants_prompt();
    failure.has_next = seeking->at + 1 < seeking->route->gates.size();
    failure.retry_after = seeking->reply.retry_after;
    NextStep next = policy_.After(failure);
    if (next == NextStep::kRetry && !seeking->gate->TryTakeRetry()) {
      seeking->retry_denied = true;
      next = NextStep::kNextEndpoint;
    }
    // Up to a megabyte each, of no use any more.
    seeking->reply.raw = seeking->reply.wire = seeking->reply.sent = std::string();
    if (next == NextStep::kRepair) return Repair(seeking, RepairHint(outcome, message));
    if (next == NextStep::kRetry) return RetryLater(seeking);
    if (next == NextStep::kGiveUp || !failure.has_next) return GiveUp(seeking);
    ++seeking->at;
    Run(seeking, &Impl::Route);
  }

  void RetryLater(const SeekingPtr& seeking) {
    const absl::Time now = options_.clock->Now();
    const absl::Time when =
        now + policy_.Wait(seeking->retries_here, seeking->reply.retry_after, RandomUnit());
    if (when >= seeking->deadline) return GiveUp(seeking);
    ++seeking->retries_here;
    options_.timer->At(when, [this, seeking] { Run(seeking, &Impl::Route); });
    if (stopping_) options_.timer->RunAll();
  }

  // Nobody is left to ask. Where that is no fault of the request, it waits.
  void GiveUp(const SeekingPtr& seeking) {
    const absl::Time now = options_.clock->Now();
    SeekFailure closed = AllClosed(*seeking->route, 0, now);
    // Waiting with no attempt left would only put off the same end.
    const bool spent = seeking->attempts >= options_.retry.max_attempts;
    if (closed.wait && !spent) return Wait(seeking, closed.reason, closed.until);
    if (seeking->retry_denied && !spent && IsTransient(seeking->failure.outcome)) {
      return Wait(seeking, "too much fails for another try now", now + kDeniedWait);
    }
    End(seeking, std::move(seeking->failure));
  }

  // --- Ends ---------------------------------------------------------------

  void Wait(const SeekingPtr& seeking, const std::string& why, absl::Time until) {
    SeekFailure failure = std::move(seeking->failure);
    failure.reason = failure.reason.empty() ? why : text::Cat(why, " (before: ", failure.reason, ")");
    failure.wait = true;
    failure.until = until;
    End(seeking, std::move(failure));
  }

  void Finish(const SeekingPtr& seeking) {
    SoughtVerdict sought = *std::move(seeking->kept);
    seeking->Total(sought.verdict.mutable_provenance(), options_.clock->Now());
    if (!seeking->gate->wants_prompt()) sought.verdict.mutable_provenance()->clear_usage();
    End(seeking, std::move(sought));
  }

  void End(const SeekingPtr& seeking, std::variant<SoughtVerdict, SeekFailure> end) {
    if (auto* failure = std::get_if<SeekFailure>(&end)) failure->attempts = seeking->attempts;
    const SeekDone done = std::move(seeking->done);
    done(std::move(end));
    LetGo();
  }

  // The destructor waits for whatever is held: requests, timers, and threads
  // that have handed a request on but are not out of here yet.
  void Hold() {
    absl::MutexLock lock(&mutex_);
    ++under_way_;
  }
  void LetGo() {
    absl::MutexLock lock(&mutex_);
    --under_way_;
  }

  // --- Gates, prices ------------------------------------------------------

  // Goes on with those whom a slot given back or a breaker opened concerns.
  void Settled(EndpointGate* gate, EndpointGate::Released released) {
    for (auto& [seeking, pass] : released.granted) {
      seeking->pass = pass;
      Run(seeking, &Impl::Ask);
    }
    for (const SeekingPtr& seeking : released.rerouted) Run(seeking, &Impl::Route);
    if (!released.wake.has_value()) return;
    Hold();
    options_.timer->At(*released.wake, [this, gate] {
      Settled(gate, gate->Wake(options_.clock->Now()));
      LetGo();
    });
    if (stopping_) options_.timer->RunAll();
  }

  // `wait` is set where every endpoint of the route from `at` on is closed.
  static SeekFailure AllClosed(const SeekRoute& route, size_t at, absl::Time now) {
    SeekFailure failure;
    failure.wait = true;
    failure.until = absl::InfiniteFuture();
    for (; at < route.gates.size(); ++at) {
      const EndpointGate* gate = route.gates[at];
      const auto closed = gate->closed(now);
      if (!closed.has_value()) {
        failure.wait = false;
        failure.until = now;
        continue;
      }
      text::Append(&failure.reason, failure.reason.empty() ? "" : "; ", gate->name(), " is ", closed->reason);
      failure.until = std::min(failure.until, closed->until);
    }
    return failure;
  }

  const Price* PriceOf(const EndpointGate& gate, std::string_view model) const {
    if (!gate.wants_prompt()) return nullptr;
    if (gate.limits().price.has_value()) return &*gate.limits().price;
    return options_.prices == nullptr ? nullptr : options_.prices->Find(model);
  }

  double FactorOf(const EndpointGate& gate) const {
    return gate.limits().batch && options_.prices != nullptr ? options_.prices->batch_factor() : 1.0;
  }

  void WarnUnpriced(EndpointGate* gate) const {
    if (options_.budget == nullptr || !options_.budget->limited() || !gate->FirstUnpriced()) return;
    spdlog::warn(
        "endpoint `{}`: model `{}` has no price and counts as free; set input_usd_per_million and "
        "output_usd_per_million in [endpoints.{}]",
        gate->name(), gate->model(), gate->name());
  }

  Options options_;
  const RetryPolicy policy_{options_.retry};
  std::unique_ptr<Timer> own_timer_;
  // Written before the first call.
  std::map<const LlmEndpoint*, std::unique_ptr<EndpointGate>> gates_;
  std::map<std::string, SeekRoute, std::less<>> routes_;
  SingleFlight<SeekingPtr> flights_;
  DigestMemo digests_;
  std::atomic<bool> stopping_ = false;
  absl::Mutex mutex_;
  int64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

VerdictSeeker::VerdictSeeker(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
VerdictSeeker::~VerdictSeeker() = default;

void VerdictSeeker::Seek(std::shared_ptr<const LlmRequest> request, SeekDone done, int attempts_before) {
  impl_->Seek(std::move(request), std::move(done), attempts_before);
}
void VerdictSeeker::Stop() { impl_->Stop(); }
LaneState VerdictSeeker::lane(std::string_view persona_id) const { return impl_->lane(persona_id); }
std::vector<EndpointStatus> VerdictSeeker::Endpoints() const { return impl_->Endpoints(); }

}  // namespace seaworthy
