#include "common/log_trim.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event_log_checks.h"
#include "common/hash.h"
#include "common/log_import.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRecords = 1024;
constexpr char kSourceChanged[] = "source.changed";

// Lowers the plan, and says why.
void Lower(TrimPlan& plan, uint64_t before, const std::string& reason) {
  if (before >= plan.before) return;
  plan.before = std::max(before, plan.first);
  plan.reasons.push_back(reason);
}

absl::Status CheckMark(EventLog& log, const SnapshotMark& mark) {
  if (mark.sequence > log.LastSequence()) {
    return absl::FailedPreconditionError(absl::StrCat("the backup in ", mark.where, " covers record ",
                                                      mark.sequence, ", but the log ends at record ",
                                                      log.LastSequence(), ": it is of another log"));
  }
  if (mark.sequence < log.FirstSequence()) return absl::OkStatus();  // Nothing to trim by it.
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log.Read(mark.sequence));
  if (ToHex(record.hash) == mark.log_hash) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the backup in ", mark.where,
                                                    " is of another log: record ", mark.sequence,
                                                    " has another hash there. Run `seaworthy backup` again"));
}

// Calls `visit` with the records of the plan's log from its first to its end,
// until it returns false.
absl::Status ForEachRecord(EventLog& log, const TrimPlan& plan,
                           const std::function<bool(const Record& record)>& visit) {
  for (uint64_t after = plan.first - 1; after < log.LastSequence();) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                               log.ReadAfter(after, kMaxRecords, absl::ZeroDuration()));
    if (records.empty()) return absl::DataLossError("the log ended while it was read");
    for (const Record& record : records) {
      if (!visit(record)) return absl::OkStatus();
    }
    after = records.back().sequence;
  }
  return absl::OkStatus();
}

// The first record that is not older than `before`; times may go back, so that
// a search by halves could err: it is asked of each in turn.
absl::StatusOr<uint64_t> FirstAsYoungAs(EventLog& log, const TrimPlan& plan, absl::Time time) {
  uint64_t first = plan.first;
  SEAWORTHY_RETURN_IF_ERROR(ForEachRecord(log, plan, [&](const Record& record) {
    first = record.sequence;
    return first < plan.before && record.time < time;
  }));
  return first;
}

absl::Status KeepUnsettled(const EventLog& log, TrimPlan& plan) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<SubscriptionState> states, ExportSubscriptions(log));
  std::map<std::string, uint64_t> pending;
  for (const SubscriptionStatus& status : log.ListSubscriptions()) pending[status.name] = status.pending;
  for (const SubscriptionState& state : states) {
    if (pending[state.name] > 0) {
      Lower(plan, state.cursor + 1,
            absl::StrCat("subscription ", state.name, " has read up to record ", state.cursor));
    }
    for (const SubscriptionState::Unsettled& owed : state.unsettled) {
      Lower(plan, owed.sequence,
            absl::StrCat("subscription ", state.name, " has not settled record ", owed.sequence));
    }
  }
  return absl::OkStatus();
}

// The record an event after the cut is about, as a state that is made anew reads it.
std::optional<uint64_t> NamedBy(const Record& record) {
  if (record.subject != kDeadLetterSubject && record.subject != "dead_letter.replayed") return std::nullopt;
  v1::Event event;
  if (!event.ParseFromString(record.payload)) return std::nullopt;
  return event.has_dead_letter() ? event.dead_letter().sequence() : event.dead_letter_replayed().sequence();
}

absl::Status KeepNamed(EventLog& log, TrimPlan& plan) {
  std::vector<std::pair<uint64_t, uint64_t>> named;  // By whom, what.
  SEAWORTHY_RETURN_IF_ERROR(ForEachRecord(log, plan, [&](const Record& record) {
    const std::optional<uint64_t> about = NamedBy(record);
    if (about) named.emplace_back(record.sequence, *about);
    return true;
  }));
  // From the last on: what a record keeps may name others in its turn.
  std::sort(named.begin(), named.end());
  for (auto at = named.rbegin(); at != named.rend(); ++at) {
    if (at->first < plan.before) break;
    Lower(plan, at->second, absl::StrCat("record ", at->first, " is about record ", at->second));
  }
  return absl::OkStatus();
}

// A source as it is at the log's end.
struct DefinedSource {
  v1::Source source;
  uint64_t put = 0;      // The record that defined it last.
  uint64_t changed = 0;  // Or that paused it, or had it go on.
};
using Sources = std::map<std::string, DefinedSource>;

void ApplyChange(const Record& record, Sources& sources) {
  v1::Event event;
  if (record.subject != kSourceChanged || !event.ParseFromString(record.payload)) return;
  const v1::SourceChange& change = event.source_changed().change();
  const std::string& id = change.source().source_id();
  if (change.kind() == v1::SourceChange::PUT) {
    sources[id] = {change.source(), record.sequence, record.sequence};
  } else if (change.kind() == v1::SourceChange::REMOVE) {
    sources.erase(id);
  } else if (const auto at = sources.find(id); at != sources.end()) {
    at->second.source.set_paused(change.kind() == v1::SourceChange::PAUSE);
    at->second.changed = record.sequence;
  }
}

// `time` is a time in the log, so that the same event comes of the same log.
NewEvent KeptSource(const DefinedSource& defined, absl::Time time) {
  v1::Event event;
  SetTimestamp(time, event.mutable_create_time());
  v1::SourceChange& change = *event.mutable_source_changed()->mutable_change();
  change.set_kind(v1::SourceChange::PUT);
  *change.mutable_source() = defined.source;
  change.set_operator_("trim");
  change.set_request_id(absl::StrCat("trim:", defined.changed, ":", defined.source.source_id()));
  return {absl::StrCat("source:", change.request_id()), kSourceChanged, event.SerializeAsString()};
}

}  // namespace

absl::StatusOr<TrimPlan> PlanTrim(EventLog& log, const SnapshotMark& mark, absl::Duration keep,
                                  absl::Time now) {
  SEAWORTHY_RETURN_IF_ERROR(CheckMark(log, mark));
  TrimPlan plan;
  plan.first = log.FirstSequence();
  plan.before = std::max(plan.first, log.LastSequence());
  Lower(plan, mark.sequence + 1,
        absl::StrCat("the backup in ", mark.where, " covers ",
                     mark.sequence == 0 ? "no record" : absl::StrCat("records up to ", mark.sequence)));
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t young, FirstAsYoungAs(log, plan, now - keep));
  Lower(plan, young, absl::StrCat("record ", young, " is younger than log.retention_days"));
  SEAWORTHY_RETURN_IF_ERROR(KeepUnsettled(log, plan));
  SEAWORTHY_RETURN_IF_ERROR(KeepNamed(log, plan));
  return plan;
}

absl::StatusOr<std::vector<NewEvent>> SourcesToKeep(EventLog& log, const TrimPlan& plan) {
  Sources sources;
  absl::Time last;
  SEAWORTHY_RETURN_IF_ERROR(ForEachRecord(log, plan, [&](const Record& record) {
    ApplyChange(record, sources);
    last = record.time;
    return true;
  }));
  std::vector<NewEvent> events;
  for (const auto& [id, defined] : sources) {
    if (defined.put < plan.before) events.push_back(KeptSource(defined, last));
  }
  return events;
}

}  // namespace seaworthy
