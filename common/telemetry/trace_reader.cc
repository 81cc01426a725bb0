#include "common/telemetry/trace_reader.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "common/telemetry/event_span.h"
#include "common/telemetry/trace_context.h"

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;
constexpr uint32_t kMaxRevisions = 10'000;
constexpr size_t kMaxIdBytes = 100;

// Where a trace is looked for.
struct Beginning {
  std::string trace_id;
  uint64_t sequence = 1;
};

absl::Status NoSuchTrace(const std::string& id) {
  return absl::NotFoundError(
      absl::StrCat("nothing in the log has the id ", id,
                   "; give an announcement's id (`ann-...`), a tool's id or a trace id of 32 hex digits"));
}

absl::StatusOr<Beginning> BeginningOf(const absl::StatusOr<Record>& record) {
  if (!record.ok()) return record.status();
  return Beginning{TraceOf(*record).trace_id, record->sequence};
}

absl::StatusOr<Beginning> FindAnnouncement(EventLog* log, const std::string& id) {
  absl::StatusOr<Record> record = log->FindByDedupId(absl::StrCat("receive:", id));
  if (absl::IsNotFound(record.status())) record = log->FindByDedupId(absl::StrCat("refuse:", id));
  return BeginningOf(record);
}

// Of the announcements a revision was told by, the one whose trace it is in.
absl::StatusOr<Beginning> FindTool(EventLog* log, const std::string& id) {
  absl::StatusOr<Record> newest = log->FindByDedupId(absl::StrCat("review:", id, "@1"));
  for (uint32_t number = 2; newest.ok() && number < kMaxRevisions; ++number) {
    absl::StatusOr<Record> next = log->FindByDedupId(absl::StrCat("review:", id, "@", number));
    if (!next.ok()) break;
    newest = std::move(next);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(Beginning found, BeginningOf(newest));
  v1::Event event;
  if (!event.ParseFromString(newest->payload)) return found;
  for (const std::string& announcement : event.review_requested().revision().announcement_ids()) {
    const absl::StatusOr<Beginning> told = FindAnnouncement(log, announcement);
    if (told.ok() && told->trace_id == found.trace_id) return told;
  }
  return found;
}

bool IsTraceId(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

absl::StatusOr<Beginning> FindBeginning(EventLog* log, const std::string& id) {
  if (id.empty() || id.size() > kMaxIdBytes || id.find_first_of("\n\r \t:@/") != std::string::npos) {
    return absl::InvalidArgumentError(
        "no such id: give an announcement's id (`ann-...`), a tool's id or a trace id of 32 hex digits");
  }
  if (absl::StartsWith(id, "ann-")) {
    const absl::StatusOr<Beginning> found = FindAnnouncement(log, id);
    if (!absl::IsNotFound(found.status())) return found;
  }
  absl::StatusOr<Beginning> tool = FindTool(log, id);
  if (absl::IsNotFound(tool.status()) && IsTraceId(id)) return Beginning{id, 1};
  return absl::IsNotFound(tool.status()) ? NoSuchTrace(id) : tool;
}

// Takes the records of a trace, and of other traces what its tools came to.
class Collector {
 public:
  explicit Collector(v1::Trace* trace) : trace_(*trace) {}

  void Take(const Record& record) {
    const bool ours = TraceOf(record).trace_id == trace_.trace_id();
    if (!ours && !MayJoin(record.subject)) return;
    v1::Event event;
    if (!event.ParseFromString(record.payload)) return;
    const std::string joined = ours ? "" : JoinedTo(event);
    if (!ours && joined.empty()) return;
    if (trace_.spans_size() >= kMaxTraceSpans) {
      trace_.set_cut(true);
      return;
    }
    v1::TraceSpan& span = *trace_.add_spans();
    span = SpanOf(record, event);
    span.set_joined_to(joined);
    Note(event, span.span_id());
  }

 private:
  static bool MayJoin(std::string_view subject) {
    return absl::StartsWith(absl::string_view(subject.data(), subject.size()), "comparison.") ||
           subject == "decision.submitted" || subject == "schedule.due";
  }

  // The span of ours that an event of another trace goes on from.
  std::string JoinedTo(const v1::Event& event) const {
    if (event.has_comparison_drafted()) {
      for (const std::string& tool :
           {event.comparison_drafted().tool_a(), event.comparison_drafted().tool_b()}) {
        if (const auto found = tools_.find(tool); found != tools_.end()) return found->second;
      }
      return "";
    }
    const auto drafted = drafts_.find(ComparisonOf(event));
    return drafted == drafts_.end() ? "" : drafted->second;
  }

  void Note(const v1::Event& event, const std::string& span) {
    if (event.has_review_requested()) tools_[event.review_requested().revision().tool_id()] = span;
    if (event.has_comparison_drafted()) drafts_[event.comparison_drafted().comparison_id()] = span;
  }

  v1::Trace& trace_;
  std::map<std::string, std::string> tools_;   // To the span of their newest review request.
  std::map<std::string, std::string> drafts_;  // Comparisons to the span of their newest draft.
};

}  // namespace

absl::StatusOr<v1::Trace> ReadTrace(EventLog* log, const std::string& id, absl::Duration deadline) {
  const absl::Time end = absl::Now() + deadline;
  const absl::StatusOr<Beginning> beginning = FindBeginning(log, id);
  if (absl::IsNotFound(beginning.status())) return NoSuchTrace(id);
  if (!beginning.ok()) return beginning.status();
  v1::Trace trace;
  trace.set_trace_id(beginning->trace_id);
  trace.set_log_end(log->LastSequence());
  trace.set_read_to(beginning->sequence - 1);
  Collector collector(&trace);
  while (trace.read_to() < trace.log_end() && !trace.cut()) {
    if (absl::Now() > end) {
      trace.set_cut(true);
      break;
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                               log->ReadAfter(trace.read_to(), kBatch, absl::ZeroDuration()));
    if (records.empty()) break;
    for (const Record& record : records) collector.Take(record);
    trace.set_read_to(records.back().sequence);
  }
  if (trace.spans_size() == 0 && !trace.cut()) return NoSuchTrace(id);
  return trace;
}

}  // namespace seaworthy
