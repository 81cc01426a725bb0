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
constexpr size_t kMaxMessageBytes = 500;

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

// Where a person reads it: no user name, password or query.
std::string BareUrl(std::string url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  url.resize(std::min(url.size(), url.find_first_of("?#")));
  const size_t host = scheme + 3;
  const size_t at = url.substr(0, url.find('/', host)).rfind('@');
  if (at != std::string::npos && at >= host) url.erase(host, at + 1 - host);
  return url;
}

// Endpoints' words, short enough for a page, as gRPC takes them.
std::string Words(std::string said) {
  if (said.size() > kMaxMessageBytes) said.resize(kMaxMessageBytes);
  while (!said.empty() && !text::IsUtf8(said)) said.pop_back();
  return said;
}

// Unset for never and for no end.
template <typename Message>
void SetUntil(absl::Time until, Message* message) {
  if (until == absl::InfinitePast() || until == absl::InfiniteFuture()) return;
  message->mutable_until()->set_seconds(absl::ToUnixSeconds(until));
}

v1::EndpointState ToProto(const EndpointStatus& status) {
  v1::EndpointState state;
  state.set_name(status.name);
  state.set_url(BareUrl(status.url));
  state.set_model(status.model);
  state.set_limit(static_cast<uint32_t>(status.limit));
  state.set_max_in_flight(static_cast<uint32_t>(status.max_in_flight));
  state.set_in_flight(static_cast<uint32_t>(status.in_flight));
  state.set_queued(status.queued);
  state.set_state(status.state);
  if (status.state != "closed") SetUntil(status.until, &state);
  state.set_message(Words(status.message));
  for (size_t i = 0; i < status.outcomes.size(); ++i) {
    if (status.outcomes[i] == 0) continue;
    (*state.mutable_outcomes())[std::string(OutcomeName(static_cast<LlmOutcome>(i)))] = status.outcomes[i];
  }
  state.set_retries(status.retries);
  state.set_cache_hits(status.cache_hits);
  state.set_cost_today_micro_usd(status.cost_today_micro_usd);
  return state;
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
  std::set<std::string> known = options_.known;
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

absl::StatusOr<v1::ReviewerStatus> ReviewerService::GetReviewerStatus(const v1::GetReviewerStatusRequest&) {
  v1::ReviewerStatus status;
  for (const EndpointStatus& endpoint : options_.seeker->Endpoints()) {
    *status.add_endpoints() = ToProto(endpoint);
  }
  for (const auto& persona : personas_) {
    const LaneState state = options_.seeker->lane(persona->persona_id());
    v1::LaneStatus* lane = status.add_lanes();
    lane->set_persona_id(persona->persona_id());
    lane->set_open(state.open);
    if (state.open) continue;
    lane->set_reason(Words(state.reason));
    SetUntil(state.until, lane);
  }
  return status;
}

}  // namespace seaworthy
