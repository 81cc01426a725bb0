#include "services/reviewer/reviewer_service.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "absl/random/random.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/ids.h"
#include "services/reviewer/request_document.h"
#include "services/reviewer/text.h"
#include "services/reviewer/verdict_parser.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kCallDeadline = absl::Seconds(60);
// Longer than a call and what is stored around it.
constexpr absl::Duration kAckWait = absl::Seconds(120);
constexpr absl::Duration kFetchWait = absl::Milliseconds(200);
constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kLongestBackoff = absl::Minutes(1);
constexpr size_t kMaxReasonBytes = 1000;

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Status UnknownPersona(const std::string& persona_id) {
  return absl::InvalidArgumentError(
      text::Cat("persona `", persona_id, "` is unknown; its file is not in the prompts folder"));
}

// What came of asking one persona.
struct Asked {
  v1::Verdict verdict;
  std::string raw;
};

std::string Reason(const absl::Status& status) {
  std::string reason(status.message());
  if (reason.size() > kMaxReasonBytes) reason.resize(kMaxReasonBytes);
  while (!reason.empty() && !text::IsUtf8(reason)) reason.pop_back();
  return reason;
}

}  // namespace

class ReviewerService::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {
    for (const v1::Persona& persona : options_.personas) {
      personas_[persona.persona_id()] = std::make_shared<v1::Persona>(persona);
    }
  }
  ~Impl() { Stop(); }

  absl::Status Start() {
    if (options_.workers <= 0 || !lanes_.empty()) return absl::OkStatus();
    if (absl::Status kept = KeepPrompts(); !kept.ok()) return kept;
    for (const v1::Persona& persona : options_.personas) {
      SubscriptionOptions wanted;
      wanted.name = text::Cat("reviewer.", persona.persona_id());
      wanted.subjects = {"review.requested"};
      wanted.max_in_flight = static_cast<size_t>(options_.workers) * 2;
      wanted.ack_wait = kAckWait;
      max_attempts_ = wanted.max_attempts;
      auto subscription = options_.log->Subscribe(wanted);
      if (!subscription.ok()) return subscription.status();
      lanes_.push_back(
          std::make_unique<Lane>(Lane{persona.persona_id(), lanes_.empty(), *std::move(subscription)}));
    }
    for (const auto& lane : lanes_) {
      for (int i = 0; i < options_.workers; ++i) {
        workers_.emplace_back([this, &lane = *lane] { Work(lane); });
      }
    }
    return absl::OkStatus();
  }

  void Stop() {
    stopping_ = true;
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    lanes_.clear();
  }

  absl::StatusOr<v1::Verdict> ReviewRevision(const v1::ReviewRequested& asked, const std::string& persona) {
    if (asked.revision().name().empty()) {
      return absl::InvalidArgumentError("request.revision has no name: nothing to review");
    }
    auto request = MakeRequest(asked, persona);
    if (!request.ok()) return request.status();
    auto answer = Ask(*request, 1);
    if (!answer.ok()) return answer.status();
    return std::move(answer->verdict);
  }

  v1::ListPersonasResponse ListPersonas() const {
    v1::ListPersonasResponse response;
    for (const v1::Persona& persona : options_.personas) *response.add_personas() = persona;
    return response;
  }

 private:
  // A persona's queue.
  struct Lane {
    std::string persona_id;
    // Answers for personas that have no lane of their own.
    bool first = false;
    std::unique_ptr<Subscription> subscription;
  };

  // The prompts as objects, so that a verdict's words can be explained later.
  absl::Status KeepPrompts() {
    for (const v1::Persona& persona : options_.personas) {
      auto object = options_.objects->Put(persona.prompt());
      if (!object.ok()) return object.status();
      prompt_objects_[persona.persona_id()] = *std::move(object);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<LlmRequest> MakeRequest(const v1::ReviewRequested& asked,
                                         const std::string& persona_id) const {
    const auto persona = personas_.find(persona_id);
    if (persona == personas_.end()) {
      return UnknownPersona(persona_id);
    }
    LlmRequest request;
    request.persona = persona->second;
    request.revision = asked.revision();
    request.competitors.assign(asked.competitors().begin(), asked.competitors().end());
    if (options_.objects == nullptr || asked.revision().text_object().empty()) return request;
    auto announcement = options_.objects->Get(asked.revision().text_object());
    // Without its text a review still has the facts; a broken store is another
    // matter and worth another try.
    if (announcement.ok()) {
      request.announcement_text = *std::move(announcement);
    } else if (!absl::IsNotFound(announcement.status())) {
      return announcement.status();
    }
    return request;
  }

  absl::StatusOr<LlmReply> Complete(const LlmRequest& request) const {
    LlmCall call;
    call.request = std::make_shared<LlmRequest>(request);
    call.deadline = kCallDeadline;
    LlmReply reply;
    absl::Notification answered;
    options_.endpoint->Start(call, [&](LlmReply given) {
      reply = std::move(given);
      answered.Notify();
    });
    answered.WaitForNotification();
    if (reply.outcome == LlmOutcome::kOk) return reply;
    if (reply.outcome == LlmOutcome::kTransport) return absl::UnavailableError(reply.message);
    if (reply.outcome == LlmOutcome::kTimeout) return absl::DeadlineExceededError(reply.message);
    return absl::InvalidArgumentError(reply.message);
  }

  absl::StatusOr<Asked> Ask(const LlmRequest& request, uint32_t attempt) const {
    auto answer = Complete(request);
    if (!answer.ok()) return answer.status();
    auto verdict = ParseVerdict(answer->raw, request);
    if (!verdict.ok()) return verdict.status();
    v1::Provenance* provenance = verdict->mutable_provenance();
    provenance->set_endpoint(options_.endpoint->name());
    provenance->set_model(answer->model);
    provenance->set_prompt_hash(request.persona->prompt_hash());
    provenance->set_rule_based(options_.endpoint->rule_based());
    provenance->set_attempts(attempt);
    const absl::Time now = options_.clock->Now();
    verdict->mutable_create_time()->set_seconds(absl::ToUnixSeconds(now));
    verdict->mutable_create_time()->set_nanos(static_cast<int32_t>(absl::ToUnixNanos(now) % 1'000'000'000));
    return Asked{*std::move(verdict), std::move(answer->raw)};
  }

  void Work(Lane& lane) {
    while (!stopping_) {
      auto deliveries = lane.subscription->Fetch(1, kFetchWait);
      if (absl::IsCancelled(deliveries.status())) return;
      if (!deliveries.ok()) {
        spdlog::error("reviewer: cannot fetch: {}", std::string(deliveries.status().message()));
        absl::MutexLock lock(&pause_mutex_);
        pause_mutex_.AwaitWithTimeout(absl::Condition(
                                          +[](std::atomic<bool>* stop) { return stop->load(); }, &stopping_),
                                      kFetchWait);
        continue;
      }
      for (const Delivery& delivery : *deliveries) Handle(lane, delivery);
    }
  }

  void Handle(Lane& lane, const Delivery& delivery) {
    v1::Event event;
    if (!event.ParseFromString(delivery.record.payload) || !event.has_review_requested()) {
      return Log(lane.subscription->Reject(delivery, "payload is no review.requested event"));
    }
    const v1::ReviewRequested& asked = event.review_requested();
    std::vector<NewEvent> effects;
    if (lane.first) effects = FailUnknownPersonas(asked);
    const auto& wanted = asked.persona_ids();
    if (std::find(wanted.begin(), wanted.end(), lane.persona_id) != wanted.end()) {
      auto given = Review(asked, lane.persona_id, delivery.attempt);
      if (!given.ok() && IsTransient(given.status()) && delivery.attempt < max_attempts_) {
        return Log(
            lane.subscription->RetryAfter(delivery, Backoff(delivery.attempt), Reason(given.status())));
      }
      effects.push_back(given.ok() ? *std::move(given) : FailedEvent(asked, lane.persona_id, given.status()));
    }
    Log(lane.subscription->Ack(delivery, effects));
  }

  std::vector<NewEvent> FailUnknownPersonas(const v1::ReviewRequested& asked) const {
    std::vector<NewEvent> failures;
    for (const std::string& persona : asked.persona_ids()) {
      if (!personas_.contains(persona)) {
        failures.push_back(FailedEvent(asked, persona, UnknownPersona(persona)));
      }
    }
    return failures;
  }

  // The `verdict.given` event, its request and raw answer stored first.
  absl::StatusOr<NewEvent> Review(const v1::ReviewRequested& asked, const std::string& persona,
                                  uint32_t attempt) {
    auto request = MakeRequest(asked, persona);
    if (!request.ok()) return request.status();
    auto answer = Ask(*request, attempt);
    if (!answer.ok()) return answer.status();
    const auto prompt_object = prompt_objects_.find(persona);
    const std::string prompt = prompt_object == prompt_objects_.end() ? "" : prompt_object->second;
    auto request_object = options_.objects->Put(RequestDocument(*request, options_.endpoint->name(), prompt));
    if (!request_object.ok()) return request_object.status();
    auto answer_object = options_.objects->Put(answer->raw);
    if (!answer_object.ok()) return answer_object.status();
    answer->verdict.mutable_provenance()->set_request_object(*std::move(request_object));
    answer->verdict.mutable_provenance()->set_answer_object(*std::move(answer_object));
    v1::Event event;
    *event.mutable_create_time() = answer->verdict.create_time();
    *event.mutable_verdict_given()->mutable_verdict() = std::move(answer->verdict);
    const std::string& id = event.verdict_given().verdict().verdict_id();
    return NewEvent{text::Cat("verdict:", id), "verdict.given", event.SerializeAsString()};
  }

  NewEvent FailedEvent(const v1::ReviewRequested& asked, const std::string& persona,
                       const absl::Status& why) const {
    spdlog::warn("reviewer: {} of {}@{} failed: {}", persona, asked.revision().tool_id(),
                 asked.revision().number(), Reason(why));
    v1::Event event;
    const absl::Time now = options_.clock->Now();
    event.mutable_create_time()->set_seconds(absl::ToUnixSeconds(now));
    v1::ReviewFailed* failed = event.mutable_review_failed();
    failed->set_tool_id(asked.revision().tool_id());
    failed->set_revision(asked.revision().number());
    failed->set_persona_id(persona);
    failed->set_reason(Reason(why));
    const RevisionId revision{ToolId(asked.revision().tool_id()), asked.revision().number()};
    const std::string id = MakeVerdictId(revision, PersonaId(persona)).value();
    return NewEvent{text::Cat("review-failed:", id), "review.failed", event.SerializeAsString()};
  }

  // Doubling, with jitter so that many reviews do not come back as one.
  absl::Duration Backoff(uint32_t attempt) {
    const absl::Duration full =
        std::min(kFirstBackoff * static_cast<int64_t>(1LL << std::min(attempt - 1, 10u)), kLongestBackoff);
    absl::MutexLock lock(&random_mutex_);
    return full * absl::Uniform(random_, 0.5, 1.0);
  }

  // What the log refuses comes again by itself.
  static void Log(const absl::Status& status) {
    if (!status.ok()) spdlog::error("reviewer: the log refused an answer: {}", std::string(status.message()));
  }

  const Options options_;
  std::map<std::string, std::shared_ptr<const v1::Persona>> personas_;
  std::map<std::string, std::string> prompt_objects_;  // Written before the workers start.
  uint32_t max_attempts_ = 5;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::thread> workers_;
  std::atomic<bool> stopping_ = false;
  absl::Mutex pause_mutex_;
  absl::Mutex random_mutex_;
  absl::BitGen random_ ABSL_GUARDED_BY(random_mutex_);
};

ReviewerService::ReviewerService(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
ReviewerService::~ReviewerService() = default;

absl::Status ReviewerService::Start() { return impl_->Start(); }
void ReviewerService::Stop() { impl_->Stop(); }

absl::StatusOr<v1::Verdict> ReviewerService::ReviewRevision(const v1::ReviewRevisionRequest& request) {
  return impl_->ReviewRevision(request.request(), request.persona_id());
}

absl::StatusOr<v1::ListPersonasResponse> ReviewerService::ListPersonas(
    const v1::ListPersonasRequest& request) {
  return impl_->ListPersonas();
}

}  // namespace seaworthy
