#include "services/reviewer/reviewer_service.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/synchronization/notification.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status ToStatus(const SeekFailure& failure) {
  const std::string why = text::Cat(OutcomeName(failure.outcome), ": ", failure.reason);
  if (failure.wait) return absl::UnavailableError(failure.reason);
  switch (failure.outcome) {
    case LlmOutcome::kTimeout:
      return absl::DeadlineExceededError(why);
    case LlmOutcome::kRateLimited:
    case LlmOutcome::kOverloaded:
    case LlmOutcome::kCutStream:
    case LlmOutcome::kTransport:
      return absl::UnavailableError(why);
    case LlmOutcome::kSpendCapped:
      return absl::ResourceExhaustedError(why);
    default:
      return absl::InvalidArgumentError(why);
  }
}

}  // namespace

ReviewerService::ReviewerService(Options options)
    : options_(std::move(options)), inputs_(std::make_unique<ReviewInputs>(options_.objects)) {
  for (const v1::Persona& persona : options_.personas) {
    personas_.push_back(std::make_shared<v1::Persona>(persona));
  }
}

ReviewerService::~ReviewerService() { Stop(); }

absl::Status ReviewerService::Start() {
  if (options_.log == nullptr || !lanes_.empty()) return absl::OkStatus();
  std::set<std::string> known;
  for (const auto& persona : personas_) known.insert(persona->persona_id());
  for (const auto& persona : personas_) {
    // Kept, so that a verdict's words can be explained later.
    auto prompt = options_.objects->Put(persona->prompt());
    if (!prompt.ok()) return prompt.status();
    ReviewLane::Options lane;
    lane.log = options_.log;
    lane.objects = options_.objects;
    lane.clock = options_.clock;
    lane.seeker = options_.seeker;
    lane.inputs = inputs_.get();
    lane.persona = persona;
    lane.prompt_object = *std::move(prompt);
    lane.max_in_flight = options_.max_in_flight;
    if (lanes_.empty()) lane.known_personas = known;
    lanes_.push_back(std::make_unique<ReviewLane>(std::move(lane)));
  }
  for (const auto& lane : lanes_) {
    if (absl::Status started = lane->Start(); !started.ok()) return started;
  }
  return absl::OkStatus();
}

void ReviewerService::Stop() {
  const absl::Time until = absl::Now() + kGrace;
  for (const auto& lane : lanes_) lane->Stop(std::max(until - absl::Now(), absl::ZeroDuration()));
  lanes_.clear();
}

absl::StatusOr<v1::Verdict> ReviewerService::ReviewRevision(const v1::ReviewRevisionRequest& request) {
  if (request.request().revision().name().empty()) {
    return absl::InvalidArgumentError("request.revision has no name: nothing to review");
  }
  auto llm_request = std::make_shared<LlmRequest>();
  for (const auto& persona : personas_) {
    if (persona->persona_id() == request.persona_id()) llm_request->persona = persona;
  }
  if (llm_request->persona == nullptr) {
    return absl::InvalidArgumentError(
        text::Cat("persona `", request.persona_id(), "` is unknown; its file is not in the prompts folder"));
  }
  auto input = inputs_->Make(request.request());
  if (!input.ok()) return input.status();
  llm_request->revision = (*input)->asked.revision();
  llm_request->competitors.assign((*input)->asked.competitors().begin(), (*input)->asked.competitors().end());
  llm_request->announcement_text = (*input)->announcement_text;
  llm_request->claim_index = (*input)->claim_index;
  // The seeker answers within its own deadline.
  std::variant<SoughtVerdict, SeekFailure> result;
  absl::Notification answered;
  options_.seeker->Seek(llm_request, [&](std::variant<SoughtVerdict, SeekFailure> given) {
    result = std::move(given);
    answered.Notify();
  });
  answered.WaitForNotification();
  if (const auto* failure = std::get_if<SeekFailure>(&result)) return ToStatus(*failure);
  v1::Verdict verdict = std::move(std::get<SoughtVerdict>(result).verdict);
  const absl::Time now = options_.clock->Now();
  verdict.mutable_create_time()->set_seconds(absl::ToUnixSeconds(now));
  return verdict;
}

absl::StatusOr<v1::ListPersonasResponse> ReviewerService::ListPersonas(const v1::ListPersonasRequest&) {
  v1::ListPersonasResponse response;
  for (const v1::Persona& persona : options_.personas) *response.add_personas() = persona;
  return response;
}

}  // namespace seaworthy
