// Metrics made of what services know already.
#pragma once

#include "common/event_log.h"
#include "common/telemetry/metrics.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/reviewer_service.pb.h"

namespace seaworthy {

// The log's ends and queues. Queues stand in every process's scrape alike.
void AddLogSamples(const EventLog& log, MetricSamples& samples);

// The aggregator's state: counts, verdicts, tokens, money. Its queues are left
// to AddLogSamples.
void AddStateSamples(const v1::AggregatorStatus& status, MetricSamples& samples);

// Endpoints and lanes of a reviewer.
void AddReviewerSamples(const v1::ReviewerStatus& status, MetricSamples& samples);

}  // namespace seaworthy
