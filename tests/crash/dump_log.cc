// Prints every record of a log as one line of JSON: sequence, subject,
// dedup_id, time_us, trace_id, and what the event is about. Opening the log checks every checksum
// and the chain. Usage: seaworthy_dump_log DATA/log | nats://HOST:PORT
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/nats/nats_event_log.h"
#include "common/rocksdb_event_log.h"
#include "common/telemetry/trace_context.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

constexpr size_t kBatch = 256;

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x20 || byte > 0x7E) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// The id of what the event is about, and for decisions which and on what.
std::string About(const v1::Event& event) {
  const auto review = [](const std::string& tool, uint32_t revision, const std::string& persona) {
    return absl::StrCat(tool, "@", revision, "/", persona);
  };
  const auto decision = [](const v1::Decision& d) {
    return absl::StrCat(d.comparison_id(), " ", v1::DecisionKind_Name(d.kind()), " ", d.content_hash(), " ",
                        d.request_id());
  };
  switch (event.payload_case()) {
    case v1::Event::kAnnouncementReceived:
      return event.announcement_received().announcement().announcement_id();
    case v1::Event::kAnnouncementRejected:
      return event.announcement_rejected().announcement_id();
    case v1::Event::kToolAnnounced:
      return event.tool_announced().announcement_id();
    case v1::Event::kReviewRequested: {
      const v1::ReviewRequested& request = event.review_requested();
      return absl::StrCat(request.revision().tool_id(), "@", request.revision().number(), "/",
                          absl::StrJoin(request.persona_ids(), ","));
    }
    case v1::Event::kVerdictGiven:
      return event.verdict_given().verdict().verdict_id();
    case v1::Event::kReviewFailed: {
      const v1::ReviewFailed& failed = event.review_failed();
      return review(failed.tool_id(), failed.revision(), failed.persona_id());
    }
    case v1::Event::kComparisonRequested:
      return event.comparison_requested().comparison_id();
    case v1::Event::kComparisonDrafted:
      return event.comparison_drafted().comparison_id();
    case v1::Event::kDecisionSubmitted:
      return decision(event.decision_submitted().decision());
    case v1::Event::kComparisonDecided:
      return decision(event.comparison_decided().decision());
    case v1::Event::kVerdictAmended:
      return absl::StrCat(event.verdict_amended().amendment().verdict_id(), " ",
                          event.verdict_amended().amendment().request_id());
    case v1::Event::kDeadLetter:
      return absl::StrCat(event.dead_letter().subscription(), " ", event.dead_letter().sequence(), " ",
                          event.dead_letter().reason());
    case v1::Event::kAnnouncementSplit:
      return event.announcement_split().announcement_id();
    case v1::Event::kSourceChanged:
      return absl::StrCat(event.source_changed().change().source().source_id(), " ",
                          event.source_changed().change().request_id());
    case v1::Event::kIdentityDecided:
      return absl::StrCat(event.identity_decided().decision().tool_id(), " ",
                          event.identity_decided().decision().request_id());
    case v1::Event::kFactCorrected:
      return absl::StrCat(event.fact_corrected().correction().tool_id(), " ",
                          event.fact_corrected().correction().field(), " ",
                          event.fact_corrected().correction().request_id());
    case v1::Event::kCorrectionIssued:
      return event.correction_issued().correction().request_id();
    case v1::Event::kEmbargoSet:
      return absl::StrCat(event.embargo_set().embargo().tool_id(), " ",
                          event.embargo_set().embargo().request_id());
    case v1::Event::kScheduleDue:
      return event.schedule_due().comparison_id();
    case v1::Event::kReviewRepeated:
      return absl::StrCat(event.review_repeated().repeat().tool_id(), " ",
                          event.review_repeated().repeat().request_id());
    case v1::Event::kComparisonAssigned:
      return event.comparison_assigned().assignment().comparison_id();
    case v1::Event::kPredictionResolved:
      return absl::StrCat(event.prediction_resolved().resolution().prediction_id(), " ",
                          event.prediction_resolved().resolution().request_id());
    case v1::Event::kVoteCast:
      return absl::StrCat(event.vote_cast().votes_size(), " votes");
    case v1::Event::kDeadLetterReplayed:
      return absl::StrCat(event.dead_letter_replayed().subscription(), " ",
                          event.dead_letter_replayed().sequence());
    case v1::Event::kEditionDrafted:
      return event.edition_drafted().edition().edition_id();
    case v1::Event::kEditionDecided:
      return absl::StrCat(event.edition_decided().decision().edition_id(), " ",
                          event.edition_decided().decision().request_id());
    case v1::Event::PAYLOAD_NOT_SET:
      break;
  }
  return "";
}

absl::StatusOr<std::unique_ptr<EventLog>> Open(const std::string& where) {
  if (!absl::StartsWith(where, "nats://")) {
    return OpenRocksDbEventLog({.path = where, .clock = Clock::Real(), .env = nullptr});
  }
  NatsEventLogOptions options;
  options.link.url = where;
  options.use = NatsLogUse::kRead;
  return OpenNatsEventLog(options);
}

absl::Status Dump(const std::string& where) {
  auto log = Open(where);
  if (!log.ok()) return log.status();
  for (uint64_t after = 0; after < (*log)->LastSequence();) {
    const auto records = (*log)->ReadAfter(after, kBatch, absl::Seconds(10));
    if (!records.ok()) return records.status();
    for (const Record& record : *records) {
      v1::Event event;
      if (!event.ParseFromString(record.payload)) {
        return absl::DataLossError(absl::StrCat("record ", record.sequence, " holds no event"));
      }
      std::printf(
          "{\"sequence\": %llu, \"subject\": %s, \"dedup_id\": %s, \"time_us\": %lld, \"trace_id\": \"%s\", "
          "\"about\": %s}\n",
          static_cast<unsigned long long>(record.sequence), Quoted(record.subject).c_str(),
          Quoted(record.dedup_id).c_str(), static_cast<long long>(absl::ToUnixMicros(record.time)),
          TraceOf(record).trace_id.c_str(), Quoted(About(event)).c_str());
      after = record.sequence;
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: seaworthy_dump_log DATA/log | nats://HOST:PORT\n");
    return 2;
  }
  const absl::Status status = seaworthy::Dump(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "seaworthy_dump_log: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
