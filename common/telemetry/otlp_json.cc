#include "common/telemetry/otlp_json.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/telemetry/event_span.h"
#include "common/telemetry/log_text.h"
#include "common/timestamps.h"

namespace seaworthy {
namespace {

constexpr int kKindInternal = 1;
constexpr int kStatusError = 2;

std::string TextAttribute(const std::string& key, const std::string& value) {
  return absl::StrCat(R"({"key":)", JsonString(key), R"(,"value":{"stringValue":)", JsonString(value), "}}");
}

std::string NumberAttribute(const std::string& key, uint64_t value) {
  return absl::StrCat(R"({"key":)", JsonString(key), R"(,"value":{"intValue":")", value, R"("}})");
}

std::string Attributes(const v1::TraceSpan& span) {
  std::vector<std::string> rows = {NumberAttribute("seaworthy.sequence", span.sequence())};
  if (!span.about().empty()) rows.push_back(TextAttribute("seaworthy.about", span.about()));
  const std::map<std::string, std::string> sorted(span.attributes().begin(), span.attributes().end());
  for (const auto& [key, value] : sorted) rows.push_back(TextAttribute("seaworthy." + key, value));
  return absl::StrJoin(rows, ",");
}

absl::Time BeginOf(const v1::TraceSpan& span) {
  const absl::Time made = TimeOf(span.create_time());
  const auto elapsed = span.attributes().find("elapsed_ms");
  int64_t ms = 0;
  if (elapsed == span.attributes().end() || !absl::SimpleAtoi(elapsed->second, &ms)) return made;
  return made - absl::Milliseconds(ms);
}

bool IsFailure(const std::string& subject) { return subject == "review.failed" || subject == "dead.letter"; }

std::string SpanJson(const OutSpan& out) {
  const v1::TraceSpan& span = out.span;
  // Clocks of two machines may differ; a span never ends before it begins.
  const absl::Time end = TimeOf(span.append_time());
  const absl::Time begin = std::min(BeginOf(span), end);
  std::string json =
      absl::StrCat(R"({"traceId":")", span.trace_id(), R"(","spanId":")", span.span_id(), "\"");
  if (!span.parent_span_id().empty()) {
    absl::StrAppend(&json, R"(,"parentSpanId":")", span.parent_span_id(), "\"");
  }
  absl::StrAppend(&json, R"(,"name":)", JsonString(span.subject()), R"(,"kind":)", kKindInternal,
                  R"(,"startTimeUnixNano":")", absl::ToUnixNanos(begin), R"(","endTimeUnixNano":")",
                  absl::ToUnixNanos(end), R"(","attributes":[)", Attributes(span), "]");
  if (!out.link_trace_id.empty()) {
    absl::StrAppend(&json, R"(,"links":[{"traceId":")", out.link_trace_id, R"(","spanId":")",
                    out.link_span_id, R"("}])");
  }
  if (IsFailure(span.subject())) absl::StrAppend(&json, R"(,"status":{"code":)", kStatusError, "}");
  return json + "}";
}

}  // namespace

std::string OtlpRequest(const std::vector<OutSpan>& spans) {
  std::map<std::string, std::vector<std::string>> by_service;
  for (const OutSpan& span : spans) {
    by_service[std::string(ServiceOf(span.span.subject()))].push_back(SpanJson(span));
  }
  std::vector<std::string> resources;
  for (const auto& [service, rows] : by_service) {
    resources.push_back(absl::StrCat(R"({"resource":{"attributes":[)",
                                     TextAttribute("service.name", "seaworthy-" + service), ",",
                                     TextAttribute("service.namespace", "seaworthy"),
                                     R"(]},"scopeSpans":[{"scope":{"name":"seaworthy.events"},"spans":[)",
                                     absl::StrJoin(rows, ","), "]}]}"));
  }
  return absl::StrCat(R"({"resourceSpans":[)", absl::StrJoin(resources, ","), "]}");
}

}  // namespace seaworthy
