#include "common/telemetry/event_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "common/telemetry/event_span.h"
#include "common/telemetry/trace_context.h"

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;
constexpr absl::Duration kPoll = absl::Milliseconds(200);
constexpr absl::Duration kTroublePause = absl::Seconds(1);
constexpr absl::Duration kStuckAfter = absl::Minutes(1);

bool IsApproval(const v1::Event& event) {
  return event.has_comparison_decided() && event.comparison_decided().decision().kind() == v1::APPROVE;
}

}  // namespace

EventWatch::EventWatch(Options options) : options_(std::move(options)) {}
EventWatch::~EventWatch() { Stop(); }

void EventWatch::Start() {
  counted_after_ = options_.log->LastSequence();
  {
    absl::MutexLock lock(&mutex_);
    const uint64_t first = options_.log->FirstSequence();
    seen_ =
        std::max(first > 0 ? first - 1 : 0, counted_after_ - std::min(counted_after_, options_.look_back));
    stuck_ = SteadyDeadline(kStuckAfter);
  }
  thread_ = std::thread([this] { Run(); });
}

void EventWatch::Stop() {
  stopping_.Set();
  if (thread_.joinable()) thread_.join();
}

uint64_t EventWatch::seen() const {
  absl::MutexLock lock(&mutex_);
  return seen_;
}

absl::Status EventWatch::Turning() const {
  absl::MutexLock lock(&mutex_);
  if (stopping_.IsSet() || !stuck_.Passed()) return absl::OkStatus();
  return absl::InternalError("the thread that follows the log has not come round for a minute");
}

void EventWatch::Run() {
  while (true) {
    const absl::Status turned = Turn();
    {
      absl::MutexLock lock(&mutex_);
      stuck_ = SteadyDeadline(kStuckAfter);
    }
    if (absl::IsCancelled(turned)) return;
    // What is wrong with the log is said by those who cannot go on without it.
    if (stopping_.WaitFor(turned.ok() ? absl::ZeroDuration() : kTroublePause)) return;
  }
}

absl::Status EventWatch::Turn() {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                             options_.log->ReadAfter(seen(), kBatch, kPoll));
  const bool exports =
      !records.empty() && options_.exporter != nullptr && (options_.exports == nullptr || options_.exports());
  for (const Record& record : records) See(record, exports && record.sequence > counted_after_);
  absl::MutexLock lock(&mutex_);
  if (!records.empty()) seen_ = records.back().sequence;
  return absl::OkStatus();
}

void EventWatch::See(const Record& record, bool exports) {
  v1::Event event;
  if (!event.ParseFromString(record.payload)) return;
  Measure(record, event, TraceOf(record).trace_id);
  if (exports) Export(record, event);
}

void EventWatch::Measure(const Record& record, const v1::Event& event, const std::string& trace_id) {
  const bool counts = record.sequence > counted_after_;
  if (event.has_announcement_received()) return received_.Put(trace_id, record.time);
  if (event.has_comparison_drafted()) {
    if (const absl::Time* received = received_.Find(trace_id); counts && received != nullptr) {
      options_.metrics->Observe("seaworthy_announcement_to_draft_seconds",
                                absl::ToDoubleSeconds(record.time - *received));
    }
    return drafted_.Put(ComparisonOf(event), {record.time, trace_id, SpanIdOf(record.dedup_id)});
  }
  if (!counts || !IsApproval(event)) return;
  if (const Draft* draft = drafted_.Find(ComparisonOf(event)); draft != nullptr) {
    options_.metrics->Observe("seaworthy_draft_to_approval_seconds",
                              absl::ToDoubleSeconds(record.time - draft->time));
  }
}

void EventWatch::Export(const Record& record, const v1::Event& event) {
  OutSpan out{SpanOf(record, event), "", ""};
  const Draft* draft = event.has_comparison_drafted() ? nullptr : drafted_.Find(ComparisonOf(event));
  if (draft != nullptr && draft->trace_id != out.span.trace_id()) {
    out.link_trace_id = draft->trace_id;
    out.link_span_id = draft->span_id;
  }
  options_.exporter->Offer(std::move(out));
}

}  // namespace seaworthy
