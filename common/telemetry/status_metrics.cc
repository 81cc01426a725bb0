#include "common/telemetry/status_metrics.h"

#include <map>
#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

constexpr double kMicro = 1e-6;

double Number(uint64_t value) { return static_cast<double>(value); }

uint64_t CountOf(const v1::AggregatorStatus& status, const char* name) {
  const auto found = status.counts().find(name);
  return found == status.counts().end() ? 0 : found->second;
}

// `announcements.recorded` as `{state="recorded"}`.
void AddByState(const v1::AggregatorStatus& status, const char* prefix, std::string_view name,
                MetricSamples& samples) {
  for (const auto& [counter, count] : status.counts()) {
    absl::string_view state = counter;
    if (absl::ConsumePrefix(&state, prefix))
      samples.Add(name, Number(count), {{"state", std::string(state)}});
  }
}

// The models of an endpoint are one.
struct Sum {
  uint64_t verdicts = 0;
  uint64_t ship = 0;
  uint64_t cost_micro_usd = 0;
  uint64_t input = 0;
  uint64_t cached = 0;
  uint64_t output = 0;
};

void AddSum(const MetricLabels& whose, const Sum& sum, MetricSamples& samples) {
  const auto with = [&whose](const char* label, const char* value) {
    MetricLabels labels = whose;
    labels.emplace_back(label, value);
    return labels;
  };
  samples.Add("seaworthy_verdicts_total", Number(sum.ship), with("vote", "ship"));
  samples.Add("seaworthy_verdicts_total", Number(sum.verdicts - sum.ship), with("vote", "skip"));
  samples.Add("seaworthy_review_cost_usd_total", Number(sum.cost_micro_usd) * kMicro, whose);
  samples.Add("seaworthy_review_tokens_total", Number(sum.input), with("kind", "input"));
  samples.Add("seaworthy_review_tokens_total", Number(sum.cached), with("kind", "cached_input"));
  samples.Add("seaworthy_review_tokens_total", Number(sum.output), with("kind", "output"));
}

void AddSpending(const v1::AggregatorStatus& status, MetricSamples& samples) {
  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const v1::PanelCounts& row : status.spent_by()) {
    Sum& sum = sums[{row.persona_id(), row.endpoint()}];
    sum.verdicts += row.verdicts();
    sum.ship += row.ship();
    sum.cost_micro_usd += row.spend().cost_micro_usd();
    sum.input += row.spend().input_tokens();
    sum.cached += row.spend().cached_input_tokens();
    sum.output += row.spend().output_tokens();
  }
  for (const auto& [whose, sum] : sums) {
    AddSum({{"persona", whose.first}, {"endpoint", whose.second}}, sum, samples);
  }
  samples.Add("seaworthy_review_spent_today_usd", Number(status.spent_today().cost_micro_usd()) * kMicro);
}

}  // namespace

void AddLogSamples(const EventLog& log, MetricSamples& samples) {
  samples.Add("seaworthy_log_writable", log.Health().ok() ? 1 : 0);
  samples.Add("seaworthy_log_first_sequence", Number(log.FirstSequence()));
  samples.Add("seaworthy_log_last_sequence", Number(log.LastSequence()));
  for (const SubscriptionStatus& queue : log.ListSubscriptions()) {
    const MetricLabels labels = {{"subscription", queue.name}};
    samples.Add("seaworthy_queue_pending", Number(queue.pending), labels);
    samples.Add("seaworthy_queue_in_flight", Number(queue.in_flight), labels);
    samples.Add("seaworthy_queue_retrying", Number(queue.retrying), labels);
    samples.Add("seaworthy_queue_dead_total", Number(queue.dead), labels);
  }
}

void AddStateSamples(const v1::AggregatorStatus& status, MetricSamples& samples) {
  samples.Add("seaworthy_state_applied_sequence", Number(status.applied_sequence()));
  samples.Add("seaworthy_state_leading", status.leading() ? 1 : 0);
  samples.Add("seaworthy_state_leader_known", status.leading() || !status.leader().empty() ? 1 : 0);
  AddByState(status, "announcements.", "seaworthy_announcements", samples);
  AddByState(status, "comparisons.", "seaworthy_comparisons", samples);
  samples.Add("seaworthy_tools", Number(CountOf(status, "tools")));
  samples.Add("seaworthy_reviews_pending", Number(CountOf(status, "reviews.pending")));
  samples.Add("seaworthy_reviews_failed", Number(CountOf(status, "reviews.failed")));
  samples.Add("seaworthy_events_unreadable_total", Number(CountOf(status, "events.unreadable")));
  AddSpending(status, samples);
}

void AddReviewerSamples(const v1::ReviewerStatus& status, MetricSamples& samples) {
  for (const v1::EndpointState& endpoint : status.endpoints()) {
    const MetricLabels labels = {{"endpoint", endpoint.name()}};
    for (const auto& [outcome, count] : endpoint.outcomes()) {
      samples.Add("seaworthy_endpoint_calls_total", Number(count),
                  {{"endpoint", endpoint.name()}, {"outcome", outcome}});
    }
    samples.Add("seaworthy_endpoint_retries_total", Number(endpoint.retries()), labels);
    samples.Add("seaworthy_endpoint_cache_hits_total", Number(endpoint.cache_hits()), labels);
    samples.Add("seaworthy_endpoint_in_flight", endpoint.in_flight(), labels);
    samples.Add("seaworthy_endpoint_queued", Number(endpoint.queued()), labels);
    samples.Add("seaworthy_endpoint_limit", endpoint.limit(), labels);
    samples.Add("seaworthy_endpoint_open", endpoint.state() == "closed" ? 1 : 0, labels);
  }
  for (const v1::LaneStatus& lane : status.lanes()) {
    samples.Add("seaworthy_lane_open", lane.open() ? 1 : 0, {{"persona", lane.persona_id()}});
  }
}

}  // namespace seaworthy
