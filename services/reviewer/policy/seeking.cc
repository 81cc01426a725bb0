#include "services/reviewer/policy/seeking.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

// Reasons are for a person; three attempts' worth of them.
constexpr size_t kMaxReasonBytes = 3000;

}  // namespace

void Seeking::Count(const LlmUsage& used, std::optional<uint64_t> micro_usd) {
  usage.set_input_tokens(usage.input_tokens() + used.input_tokens);
  usage.set_cached_input_tokens(usage.cached_input_tokens() + used.cached_input_tokens);
  usage.set_cache_write_tokens(usage.cache_write_tokens() + used.cache_write_tokens);
  usage.set_output_tokens(usage.output_tokens() + used.output_tokens);
  usage.set_reasoning_tokens(usage.reasoning_tokens() + used.reasoning_tokens);
  if (micro_usd.has_value()) usage.set_cost_micro_usd(usage.cost_micro_usd() + *micro_usd);
  priced = priced && micro_usd.has_value();
}

SoughtVerdict Seeking::Take(v1::Verdict verdict, std::vector<v1::Mark> marks, absl::Time now) {
  SoughtVerdict sought;
  verdict.clear_marks();
  for (v1::Mark& mark : marks) *verdict.add_marks() = std::move(mark);
  verdict.mutable_create_time()->set_seconds(absl::ToUnixSeconds(now));
  verdict.mutable_create_time()->set_nanos(
      static_cast<int32_t>((now - absl::FromUnixSeconds(absl::ToUnixSeconds(now))) / absl::Nanoseconds(1)));
  v1::Provenance* from = verdict.mutable_provenance();
  from->set_endpoint(gate->name());
  from->set_model(reply.model);
  from->set_model_asked(gate->endpoint()->model());
  from->set_parameters(gate->endpoint()->parameters());
  from->set_prompt_hash(request->persona->prompt_hash());
  from->set_rule_based(gate->endpoint()->rule_based());
  from->set_fingerprint(reply.fingerprint);
  from->set_provider_request_id(reply.provider_request_id);
  from->set_from_cache(from_cache);
  from->set_batched(gate->limits().batch && !from_cache);
  sought.verdict = std::move(verdict);
  sought.request = std::move(reply.sent);
  sought.answer = reply.wire.empty() ? std::move(reply.raw) : std::move(reply.wire);
  return sought;
}

void Seeking::Total(v1::Provenance* provenance, absl::Time now) const {
  provenance->set_attempts(calls);
  provenance->set_elapsed_ms(static_cast<uint64_t>(
      std::max<int64_t>(0, absl::ToInt64Milliseconds(now - (begun == absl::InfinitePast() ? now : begun)))));
  *provenance->mutable_usage() = usage;
  // A sum that lacks a part would pass for the whole.
  if (!priced) {
    provenance->mutable_usage()->clear_cost_micro_usd();
  } else {
    provenance->mutable_usage()->set_cost_micro_usd(usage.cost_micro_usd());
  }
}

void Seeking::Note(LlmOutcome outcome, const std::string& message) {
  failure.outcome = outcome;
  const std::string one = text::Cat(failure.reason.empty() ? "" : "; ", gate->name(), ": ",
                                    OutcomeName(outcome), message.empty() ? "" : ": ", message);
  if (failure.reason.size() + one.size() <= kMaxReasonBytes) failure.reason += one;
}

}  // namespace seaworthy
