#include "services/reviewer/review_lane.h"

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/ids.h"
#include "common/telemetry/log_trace.h"
#include "common/telemetry/trace_context.h"
#include "seaworthy/v1/event.pb.h"
#include "services/reviewer/request_archive.h"
#include "services/reviewer/request_document.h"
#include "services/reviewer/text.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

// Longer than a review with all its attempts; held requests renew it.
constexpr absl::Duration kAckWait = absl::Minutes(15);
constexpr absl::Duration kRenewAfter = absl::Minutes(5);
// How long a change of the route or a stop may go unnoticed.
constexpr absl::Duration kPoll = absl::Milliseconds(100);
// Written down as one, at most.
constexpr size_t kBatch = 64;
// An answer waits this long for others to be written down with: a sync costs more than a review.
constexpr absl::Duration kGather = absl::Milliseconds(5);
constexpr size_t kEnough = 32;
constexpr absl::Duration kLogTrouble = absl::Seconds(1);
constexpr size_t kMaxReasonBytes = 1000;

void SetTime(absl::Time time, google::protobuf::Timestamp* stamp) {
  stamp->set_seconds(absl::ToUnixSeconds(time));
  stamp->set_nanos(static_cast<int32_t>(absl::ToUnixNanos(time) % 1'000'000'000));
}

std::string Cut(std::string reason) {
  if (reason.size() > kMaxReasonBytes) reason.resize(kMaxReasonBytes);
  while (!reason.empty() && !text::IsUtf8(reason)) reason.pop_back();
  return reason;
}

// What the events of a review are told apart by: the verdict's id, and the
// round where it is not the first.
std::string DedupOf(const v1::Revision& revision, const std::string& persona_id, uint32_t round) {
  const RevisionId id{ToolId(revision.tool_id()), revision.number()};
  const std::string verdict = MakeVerdictId(id, PersonaId(persona_id)).value();
  return round == 0 ? verdict : text::Cat(verdict, "#", std::to_string(round));
}

// A request taken from the log.
struct Taken {
  Delivery delivery;
  std::shared_ptr<const LlmRequest> request;
  std::vector<NewEvent> effects;  // Before the verdict's own.
  absl::Time renewed;
  int attempts = 0;  // Made by earlier seeks.
};

// What came of it.
struct Settled {
  std::unique_ptr<Taken> taken;
  std::variant<std::monostate, SoughtVerdict, SeekFailure> result;  // None: nothing was asked.
};

}  // namespace

NewEvent MakeReviewFailed(const v1::Revision& revision, const std::string& persona_id,
                          const std::string& outcome, const std::string& reason, absl::Time now,
                          uint32_t round) {
  spdlog::warn("reviewer: {} of {}@{} failed: {}", persona_id, revision.tool_id(), revision.number(), reason);
  v1::Event event;
  SetTime(now, event.mutable_create_time());
  v1::ReviewFailed* failed = event.mutable_review_failed();
  failed->set_tool_id(revision.tool_id());
  failed->set_revision(revision.number());
  failed->set_persona_id(persona_id);
  failed->set_outcome(outcome);
  failed->set_reason(Cut(reason));
  failed->set_round(round);
  return {text::Cat("review-failed:", DedupOf(revision, persona_id, round)), "review.failed",
          event.SerializeAsString()};
}

// Outlives the lane where a call is still under way: its answer is dropped.
class ReviewLane::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(Options options) : options_(std::move(options)), archive_(options_.objects) {}

  absl::Status Start() {
    SubscriptionOptions wanted;
    wanted.name = text::Cat("reviewer.", options_.persona->persona_id());
    wanted.subjects = {"review.requested"};
    wanted.max_in_flight = options_.max_in_flight;
    wanted.ack_wait = kAckWait;
    auto subscription = options_.log->Subscribe(wanted);
    if (!subscription.ok()) return subscription.status();
    subscription_ = *std::move(subscription);
    taker_ = std::thread([this] { Take(); });
    settler_ = std::thread([this] { Settle(); });
    return absl::OkStatus();
  }

  void Stop(absl::Duration grace) {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    if (taker_.joinable()) taker_.join();
    {
      absl::MutexLock lock(&mutex_);
      const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return calls_ == 0 && done_.empty(); };
      mutex_.AwaitWithTimeout(absl::Condition(&idle), grace);
      closed_ = true;
    }
    if (settler_.joinable()) settler_.join();
    {
      absl::MutexLock lock(&mutex_);
      again_.clear();
    }
    subscription_.reset();
  }

 private:
  // The taking thread.
  void Take() {
    while (!Stopping()) {
      RenewHeld();
      if (!LaneIsOpen()) {
        Pause(kPoll);
        continue;
      }
      AskHeldAgain();
      const size_t room = WaitForRoom();
      if (room == 0) continue;
      auto deliveries = subscription_->Fetch(std::min(room, kBatch), kPoll);
      if (absl::IsCancelled(deliveries.status())) return;
      if (!deliveries.ok()) {
        spdlog::error("reviewer: cannot fetch: {}", std::string(deliveries.status().message()));
        Pause(kLogTrouble);
        continue;
      }
      for (Delivery& delivery : *deliveries) Begin(std::move(delivery));
    }
  }

  // Says when it closes and when it opens again. The taking thread's.
  bool LaneIsOpen() {
    const LaneState lane = options_.seeker->lane(options_.persona->persona_id());
    if (lane.open == was_open_) return lane.open;
    was_open_ = lane.open;
    if (lane.open) {
      spdlog::warn("reviewer: the lane of {} is open again", options_.persona->persona_id());
    } else {
      spdlog::warn("reviewer: the lane of {} is closed, its requests wait: {}",
                   options_.persona->persona_id(), Cut(lane.reason));
    }
    return lane.open;
  }

  bool Stopping() {
    absl::MutexLock lock(&mutex_);
    return stopping_;
  }

  void Pause(absl::Duration time) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
  }

  // How many more may be taken; 0 where there is no room for a while.
  size_t WaitForRoom() {
    absl::MutexLock lock(&mutex_);
    const auto room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return stopping_ || in_flight_ < options_.max_in_flight || !again_.empty();
    };
    mutex_.AwaitWithTimeout(absl::Condition(&room), kPoll);
    return stopping_ ? 0 : options_.max_in_flight - std::min(in_flight_, options_.max_in_flight);
  }

  void Begin(Delivery delivery) {
    const LogTrace trace(TraceOf(delivery.record));
    auto taken = std::make_unique<Taken>();
    taken->renewed = options_.clock->Now();
    taken->delivery = std::move(delivery);
    auto input = options_.inputs->Get(taken->delivery.record);
    if (absl::IsInvalidArgument(input.status())) {
      return Log(subscription_->Reject(taken->delivery, std::string(input.status().message())));
    }
    if (!input.ok()) {
      return Log(
          subscription_->RetryAfter(taken->delivery, kLogTrouble, std::string(input.status().message())));
    }
    taken->effects = FailUnknown((*input)->asked);
    const auto& wanted = (*input)->asked.persona_ids();
    const bool asked =
        std::find(wanted.begin(), wanted.end(), options_.persona->persona_id()) != wanted.end() &&
        !IsGiven((*input)->asked);
    if (asked) taken->request = MakeRequest(**input);
    {
      absl::MutexLock lock(&mutex_);
      ++in_flight_;
    }
    if (!asked) return Push({std::move(taken), std::monostate()});
    Ask(std::move(taken));
  }

  // Asked again for what it has said already (a request repeated, a lane new to
  // an old log): the log would drop the answer, and a model would be paid for it.
  bool IsGiven(const v1::ReviewRequested& asked) const {
    const std::string id = DedupOf(asked.revision(), options_.persona->persona_id(), asked.round());
    const absl::Status given = options_.log->FindByDedupId(text::Cat("verdict:", id)).status();
    return given.ok() || absl::IsOutOfRange(given);  // Trimmed away, it was given too.
  }

  std::shared_ptr<const LlmRequest> MakeRequest(const ReviewInput& input) const {
    auto request = std::make_shared<LlmRequest>();
    request->persona = options_.persona;
    request->revision = input.asked.revision();
    request->competitors.assign(input.asked.competitors().begin(), input.asked.competitors().end());
    request->announcement_text = input.announcement_text;
    request->claim_index = input.claim_index;
    request->round = input.asked.round();
    return request;
  }

  std::vector<NewEvent> FailUnknown(const v1::ReviewRequested& asked) const {
    std::vector<NewEvent> failures;
    if (options_.known_personas.empty()) return failures;
    for (const std::string& persona : asked.persona_ids()) {
      if (options_.known_personas.contains(persona)) continue;
      failures.push_back(MakeReviewFailed(
          asked.revision(), persona, "",
          text::Cat("persona `", persona, "` is unknown; its file is not in the prompts folder"),
          options_.clock->Now(), asked.round()));
    }
    return failures;
  }

  void Ask(std::unique_ptr<Taken> taken) {
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
    }
    const std::shared_ptr<const LlmRequest> request = taken->request;
    const int attempts = taken->attempts;
    // std::function wants what it holds to be copied.
    auto shared = std::make_shared<std::unique_ptr<Taken>>(std::move(taken));
    options_.seeker->Seek(
        request,
        [self = shared_from_this(), shared](auto result) {
          self->Answered(std::move(*shared), std::move(result));
        },
        attempts);
  }

  // On any thread, soon: nothing here blocks.
  void Answered(std::unique_ptr<Taken> taken, std::variant<SoughtVerdict, SeekFailure> result) {
    if (auto* failure = std::get_if<SeekFailure>(&result); failure != nullptr && failure->wait) {
      absl::MutexLock lock(&mutex_);
      --calls_;
      taken->attempts = failure->attempts;
      again_.push_back(std::move(taken));
      return;
    }
    Settled settled{std::move(taken), std::monostate()};
    if (auto* verdict = std::get_if<SoughtVerdict>(&result)) settled.result = std::move(*verdict);
    if (auto* failure = std::get_if<SeekFailure>(&result)) settled.result = std::move(*failure);
    absl::MutexLock lock(&mutex_);
    --calls_;
    if (!closed_) done_.push_back(std::move(settled));
  }

  void Push(Settled settled) {
    absl::MutexLock lock(&mutex_);
    done_.push_back(std::move(settled));
  }

  // Requests that found their route closed.
  void AskHeldAgain() {
    std::deque<std::unique_ptr<Taken>> again;
    {
      absl::MutexLock lock(&mutex_);
      again.swap(again_);
    }
    for (auto& taken : again) {
      const LogTrace trace(TraceOf(taken->delivery.record));
      Ask(std::move(taken));
    }
  }

  // The taking thread's, which alone takes away what is held. Under no lock: the
  // log may be slow to answer, and those who bring verdicts must not wait for it.
  void RenewHeld() {
    const absl::Time now = options_.clock->Now();
    std::vector<Taken*> due;
    {
      absl::MutexLock lock(&mutex_);
      for (const auto& taken : again_) {
        if (now - taken->renewed >= kRenewAfter) due.push_back(taken.get());
      }
    }
    for (Taken* taken : due) {
      if (Stopping()) return;
      Log(subscription_->InProgress(taken->delivery));
      taken->renewed = now;
    }
  }

  // The writing thread.
  void Settle() {
    while (true) {
      std::vector<Settled> batch;
      {
        absl::MutexLock lock(&mutex_);
        const auto some = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return closed_ || !done_.empty(); };
        mutex_.Await(absl::Condition(&some));
        const auto enough = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
          return closed_ || done_.size() >= kEnough;
        };
        mutex_.AwaitWithTimeout(absl::Condition(&enough), kGather);
        if (done_.empty()) return;
        while (!done_.empty() && batch.size() < kBatch) {
          batch.push_back(std::move(done_.front()));
          done_.pop_front();
        }
      }
      WriteDown(batch);
      absl::MutexLock lock(&mutex_);
      in_flight_ -= batch.size();
    }
  }

  // Answers are dear: where the disk refuses them they are kept and tried
  // again until the lane stops; then the log asks anew.
  void WriteDown(std::vector<Settled>& batch) {
    Persist([&] { return KeepObjects(batch); });
    const std::vector<Acknowledgement> answers = AnswersTo(batch);
    Persist([&] { return subscription_->AckAll(answers); });
  }

  template <typename F>
  void Persist(const F& write) {
    absl::Status said;
    while (true) {
      const absl::Status written = write();
      if (written.ok() || absl::IsCancelled(written)) return;
      if (written != said) {
        spdlog::error("reviewer: answers of {} cannot be written: {}; trying again every second",
                      options_.persona->persona_id(), std::string(written.message()));
      }
      said = written;
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kLogTrouble)) return;
    }
  }

  std::vector<Acknowledgement> AnswersTo(std::vector<Settled>& batch) const {
    std::vector<Acknowledgement> answers;
    for (Settled& settled : batch) {
      const LogTrace trace(settled.taken->delivery.record);
      Acknowledgement answer{&settled.taken->delivery, std::move(settled.taken->effects)};
      if (auto* sought = std::get_if<SoughtVerdict>(&settled.result)) {
        const v1::Revision& revision = settled.taken->request->revision;
        spdlog::debug("reviewer: {} of {}@{} came from {}", options_.persona->persona_id(),
                      revision.tool_id(), revision.number(), sought->verdict.provenance().endpoint());
        answer.effects.push_back(VerdictGiven(std::move(sought->verdict), *settled.taken->request));
      } else if (auto* failure = std::get_if<SeekFailure>(&settled.result)) {
        answer.effects.push_back(MakeReviewFailed(
            settled.taken->request->revision, options_.persona->persona_id(), OutcomeName(failure->outcome),
            failure->reason, options_.clock->Now(), settled.taken->request->round));
      }
      SetCause(settled.taken->delivery.record, answer.effects);
      answers.push_back(std::move(answer));
    }
    return answers;
  }

  // Request and raw answer of every verdict, before the event that names them.
  absl::Status KeepObjects(std::vector<Settled>& batch) {
    std::vector<SoughtVerdict*> verdicts;
    std::deque<std::string> requests;
    std::vector<std::string_view> bytes;
    for (Settled& settled : batch) {
      auto* sought = std::get_if<SoughtVerdict>(&settled.result);
      if (sought == nullptr) continue;
      auto request = PackRequest(*settled.taken->request, *sought);
      if (!request.ok()) return request.status();
      requests.push_back(*std::move(request));
      verdicts.push_back(sought);
      bytes.push_back(requests.back());
      bytes.push_back(sought->answer);
    }
    if (bytes.empty()) return absl::OkStatus();
    auto objects = options_.objects->PutAll(bytes);
    if (!objects.ok()) return objects.status();
    for (size_t i = 0; i < verdicts.size(); ++i) {
      v1::Provenance* provenance = verdicts[i]->verdict.mutable_provenance();
      provenance->set_request_object(std::move((*objects)[2 * i]));
      provenance->set_answer_object(std::move((*objects)[2 * i + 1]));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> PackRequest(const LlmRequest& request, const SoughtVerdict& sought) {
    if (!sought.request.empty()) return archive_.Pack(sought.request);
    return RequestDocument(request, sought.verdict.provenance().endpoint(), options_.prompt_object);
  }

  NewEvent VerdictGiven(v1::Verdict verdict, const LlmRequest& request) const {
    SetTime(options_.clock->Now(), verdict.mutable_create_time());
    verdict.set_round(request.round);
    v1::Event event;
    *event.mutable_create_time() = verdict.create_time();
    const std::string id = DedupOf(request.revision, options_.persona->persona_id(), request.round);
    *event.mutable_verdict_given()->mutable_verdict() = std::move(verdict);
    return {text::Cat("verdict:", id), "verdict.given", event.SerializeAsString()};
  }

  // What the log refuses comes again by itself.
  static void Log(const absl::Status& status) {
    if (!status.ok()) spdlog::error("reviewer: the log refused an answer: {}", std::string(status.message()));
  }

  const Options options_;
  std::unique_ptr<Subscription> subscription_;
  std::thread taker_;
  std::thread settler_;
  RequestArchive archive_;  // The settling thread's.
  bool was_open_ = true;    // The taking thread's.

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // Take nothing more.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;    // Answers from now on are dropped.
  size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;   // Taken, not written down.
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;       // Asked, not answered.
  std::deque<std::unique_ptr<Taken>> again_ ABSL_GUARDED_BY(mutex_);
  std::deque<Settled> done_ ABSL_GUARDED_BY(mutex_);
};

ReviewLane::ReviewLane(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {}
ReviewLane::~ReviewLane() { Stop(absl::ZeroDuration()); }
absl::Status ReviewLane::Start() { return impl_->Start(); }
void ReviewLane::Stop(absl::Duration grace) { impl_->Stop(grace); }

}  // namespace seaworthy
