#include "cli/endpoint_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "cli/endpoints.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "services/reviewer/prompt/prompt_builder.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy::cli {
namespace {

constexpr char kExampleText[] =
    "Probe 1B\n\nTern Works releases Probe 1B, a language model with 1 billion parameters for sorting mail. "
    "The "
    "weights are available under the MIT license as GGUF. Install it with pip install probe. It reads 4,096 "
    "tokens "
    "and knows English only.\n";

void AddFact(v1::Revision& revision, const char* field, const char* value, const char* said) {
  v1::Fact& fact = *revision.add_facts();
  fact.set_field(field);
  fact.set_value(value);
  fact.mutable_evidence()->set_text(said);
}

std::shared_ptr<LlmRequest> MakeRequest(const v1::Persona& persona, const char* name) {
  auto request = std::make_shared<LlmRequest>();
  request->persona = std::make_shared<const v1::Persona>(persona);
  request->revision.set_tool_id("probe-1b");
  request->revision.set_number(1);
  request->revision.set_name(name);
  request->revision.set_kind(v1::MODEL);
  request->revision.set_category("Language Models");
  AddFact(request->revision, "name", name, name);
  return request;
}

std::shared_ptr<LlmRequest> ExampleRequest(const v1::Persona& persona) {
  auto request = MakeRequest(persona, "Probe 1B");
  request->announcement_text = kExampleText;
  AddFact(request->revision, "vendor", "Tern Works", "Tern Works");
  AddFact(request->revision, "parameters_b", "1", "1 billion parameters");
  AddFact(request->revision, "license", "MIT", "MIT license");
  AddFact(request->revision, "install_command", "pip install probe", "pip install probe");
  return request;
}

void AddRelated(LlmRequest& request, const char* id, const char* name, const char* license) {
  v1::KnownCompetitor competitor;
  competitor.set_tool_id(id);
  competitor.set_name(name);
  competitor.set_license(license);
  competitor.add_parameters_b(1);
  request.competitors.push_back(std::move(competitor));
}

std::shared_ptr<LlmRequest> RelatedRequest(const v1::Persona& persona, bool reversed) {
  auto request = ExampleRequest(persona);
  AddRelated(*request, "corvid-1b", "Corvid 1B", "Apache-2.0");
  AddRelated(*request, "petrel-1b", "Petrel 1B", "MIT");
  AddRelated(*request, "skua-1b", "Skua 1B", "");
  if (reversed) std::reverse(request->competitors.begin(), request->competitors.end());
  return request;
}

const char* VoteName(const std::optional<v1::Vote>& vote) {
  if (!vote.has_value()) return "no verdict";
  return *vote == v1::SHIP ? "ship" : "skip";
}

}  // namespace

std::string WayOut(const EndpointConfig& endpoint, const absl::Status& status) {
  if (absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status)) {
    if (!endpoint.key_file.empty()) return absl::StrCat("; the key was read from ", endpoint.key_file);
    const std::string variable = endpoint.key_env.empty() ? DefaultKeyEnv(endpoint.url) : endpoint.key_env;
    if (variable.empty()) return "; no key was sent: name its variable with `key_env`";
    return absl::StrCat("; the key was read from $", variable);
  }
  const bool ollama = IsThisMachine(HostOf(endpoint.url)) && absl::StrContains(endpoint.url, ":11434");
  return absl::IsUnavailable(status) && ollama ? "; `ollama serve` starts Ollama" : "";
}

EndpointChecker::EndpointChecker(const Config& config, PriceTable prices)
    : config_(config), prices_(std::move(prices)) {}

const EndpointConfig& EndpointChecker::Answering(const EndpointConfig& endpoint) const {
  const EndpointConfig* of = endpoint.of.empty() ? nullptr : FindEndpoint(config_, endpoint.of);
  return of == nullptr ? endpoint : *of;
}

LlmReply EndpointChecker::Ask(LlmEndpoint& endpoint, absl::Duration deadline,
                              std::shared_ptr<const LlmRequest> request, std::optional<v1::Vote>* vote) {
  LlmCall call;
  call.request = request;
  call.deadline = deadline;
  if (endpoint.wants_prompt()) call.prompt = std::make_shared<const LlmPrompt>(BuildPrompt(*request));
  LlmReply reply;
  absl::Notification answered;
  endpoint.Start(call, [&](LlmReply given) {
    reply = std::move(given);
    answered.Notify();
  });
  answered.WaitForNotification();
  if (reply.outcome != LlmOutcome::kOk) return reply;
  const absl::StatusOr<v1::Verdict> verdict = ParseVerdict(reply.raw, *request);
  if (verdict.ok()) {
    *vote = verdict->vote();
  } else {
    reply.outcome = LlmOutcome::kSchemaViolation;
    reply.message = std::string(verdict.status().message());
  }
  return reply;
}

std::optional<uint64_t> EndpointChecker::CostOf(const EndpointConfig& endpoint, const LlmReply& reply) const {
  if (const auto price = LimitsOf(endpoint).price) return price->Cost(reply.usage);
  if (const auto cost = prices_.Cost(reply.model, reply.usage)) return cost;
  return prices_.Cost(endpoint.model, reply.usage);
}

EndpointCheck EndpointChecker::Check(const EndpointConfig& table, const v1::Persona& persona) {
  const EndpointConfig& endpoint = Answering(table);
  EndpointCheck check;
  check.name = table.name;
  const auto fail = [&](const absl::Status& status) {
    check.status =
        absl::Status(status.code(), absl::StrCat(std::string(status.message()), WayOut(endpoint, status)));
    return check;
  };
  if (const absl::Status probe = ProbeEndpoint(config_, endpoint, &http_); !probe.ok()) return fail(probe);
  if (absl::StartsWith(endpoint.url, "replay:")) return check;
  const auto made = MakeEndpoint(config_, endpoint, &http_);
  if (!made.ok()) return fail(made.status());
  std::optional<v1::Vote> vote;
  check.reply = Ask(**made, endpoint.deadline, ExampleRequest(persona), &vote);
  check.cost_micro_usd = CostOf(endpoint, *check.reply);
  if (check.reply->outcome != LlmOutcome::kOk) {
    const auto code = check.reply->http_status == 401 ? absl::StatusCode::kUnauthenticated
                      : check.reply->outcome == LlmOutcome::kTransport
                          ? absl::StatusCode::kUnavailable
                          : absl::StatusCode::kFailedPrecondition;
    return fail(absl::Status(code, check.reply->message));
  }
  return check;
}

std::vector<ControlResult> EndpointChecker::Controls(const EndpointConfig& table,
                                                     const v1::Persona& persona) {
  const EndpointConfig& endpoint = Answering(table);
  if (absl::StartsWith(endpoint.url, "replay:")) return {};
  ControlResult empty{table.name, persona.persona_id(), "empty announcement", false, ""};
  ControlResult order{table.name, persona.persona_id(), "order of related tools", false, ""};
  const auto made = MakeEndpoint(config_, endpoint, &http_);
  if (!made.ok()) {
    empty.detail = order.detail = std::string(made.status().message());
    return {empty, order};
  }
  std::optional<v1::Vote> vote;
  LlmReply reply = Ask(**made, endpoint.deadline, MakeRequest(persona, "Nameless"), &vote);
  empty.passed = vote == v1::SKIP;
  if (!empty.passed) empty.detail = vote.has_value() ? "it ships what says nothing" : reply.message;
  std::optional<v1::Vote> one;
  std::optional<v1::Vote> other;
  reply = Ask(**made, endpoint.deadline, RelatedRequest(persona, false), &one);
  if (one.has_value()) reply = Ask(**made, endpoint.deadline, RelatedRequest(persona, true), &other);
  order.passed = one.has_value() && one == other;
  if (!order.passed) {
    order.detail = one.has_value() && other.has_value()
                       ? absl::StrCat(VoteName(one), " in one order, ", VoteName(other), " in the other")
                       : reply.message;
  }
  return {empty, order};
}

}  // namespace seaworthy::cli
