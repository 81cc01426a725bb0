#include "common/telemetry/metrics.h"

namespace seaworthy {
namespace {

constexpr MetricType kGauge = MetricType::kGauge;
constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kHistogram = MetricType::kHistogram;

// In the order of docs/telemetry.md.
constexpr MetricName kNames[] = {
    {"seaworthy_build_info", kGauge, "Which program this is"},
    {"seaworthy_ready", kGauge, "1 where /readyz says 200"},
    {"seaworthy_log_writable", kGauge, "0 while the log takes no appends"},
    {"seaworthy_log_first_sequence", kGauge, "First record the log holds"},
    {"seaworthy_log_last_sequence", kGauge, "Last record of the log"},
    {"seaworthy_state_applied_sequence", kGauge, "Last record the aggregator's state has seen"},
    {"seaworthy_state_leading", kGauge, "1 where this aggregator is the one that emits"},
    {"seaworthy_state_leader_known", kGauge, "0 while no aggregator emits"},
    {"seaworthy_queue_pending", kGauge, "Records never handed out: the lag"},
    {"seaworthy_queue_in_flight", kGauge, "Records handed out, not answered"},
    {"seaworthy_queue_retrying", kGauge, "Records waiting for another try"},
    {"seaworthy_queue_dead_total", kCounter, "Records given up on"},
    {"seaworthy_announcements", kGauge, "Announcements: received, recorded, rejected, split, corrected"},
    {"seaworthy_tools", kGauge, "Tools known"},
    {"seaworthy_reviews_pending", kGauge, "Reviews asked for, without an answer"},
    {"seaworthy_reviews_failed", kGauge, "Reviews given up on"},
    {"seaworthy_comparisons", kGauge, "Comparisons: waiting, drafted, approved..."},
    {"seaworthy_verdicts_total", kCounter, "Verdicts given"},
    {"seaworthy_review_cost_usd_total", kCounter, "Money spent on verdicts"},
    {"seaworthy_review_tokens_total", kCounter, "Tokens: input (cached ones included), cached_input, output"},
    {"seaworthy_review_spent_today_usd", kGauge, "Spent since midnight UTC"},
    {"seaworthy_review_budget_usd", kGauge, "Limit of a UTC day; 0: none"},
    {"seaworthy_events_unreadable_total", kCounter, "Records the state passed over"},
    {"seaworthy_announcement_to_draft_seconds", kHistogram,
     "From an announcement's arrival to each draft that came of it", /*kept=*/true},
    {"seaworthy_draft_to_approval_seconds", kHistogram, "From a comparison's newest draft to its approval",
     /*kept=*/true},
    {"seaworthy_endpoint_calls_total", kCounter, "Attempts by how they ended: ok, rate_limited..."},
    {"seaworthy_endpoint_retries_total", kCounter, "Attempts after the first"},
    {"seaworthy_endpoint_cache_hits_total", kCounter, "Answers that needed no call"},
    {"seaworthy_endpoint_in_flight", kGauge, "Calls under way"},
    {"seaworthy_endpoint_queued", kGauge, "Reviews that wait for an endpoint"},
    {"seaworthy_endpoint_limit", kGauge, "Calls an endpoint may have under way now"},
    {"seaworthy_endpoint_open", kGauge,
     "1 while calls go through, 0 while its breaker is open, half open or paused"},
    {"seaworthy_lane_open", kGauge, "0 while a persona's reviews wait in the log"},
    {"seaworthy_http_requests_total", kCounter, "Answers by class: site, desk, api, mcp, assets and status",
     /*kept=*/true},
    {"seaworthy_http_request_seconds", kHistogram, "Time to an answer", /*kept=*/true},
    {"seaworthy_fetches_total", kCounter, "Requests to sources: ok, http_error or why not", /*kept=*/true},
    {"seaworthy_mails_total", kCounter, "Mails handed to the server: sent, failed", /*kept=*/true},
    {"seaworthy_data_free_bytes", kGauge, "Free on the data folder's disk"},
    {"seaworthy_data_size_bytes", kGauge, "Size of the data folder's disk"},
    {"seaworthy_backup_timestamp_seconds", kGauge, "When the last verified backup was made; 0: never"},
    {"seaworthy_certificate_expiry_timestamp_seconds", kGauge,
     "When services.certificate_file ends; no sample without one"},
    {"seaworthy_spans_total", kCounter, "Spans for otlp_url: exported, dropped (queue full), failed",
     /*kept=*/true},
    {"process_resident_memory_bytes", kGauge, "Memory used"},
    {"process_open_fds", kGauge, "Open files"},
    {"process_max_fds", kGauge, "Open files there may be"},
    {"process_cpu_seconds_total", kCounter, "User and system time"},
    {"process_start_time_seconds", kGauge, "When the process started"},
};

}  // namespace

absl::Span<const MetricName> MetricNames() { return kNames; }

}  // namespace seaworthy
