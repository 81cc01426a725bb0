#include "common/telemetry/trace_context.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr size_t kTraceDigits = 32;
constexpr size_t kSpanDigits = 16;
constexpr size_t kTraceparentBytes = 55;
constexpr uint32_t kTag =
    WireFormatLite::MakeTag(v1::Event::kTraceparentFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsAllZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

std::string HexDigits(std::string_view dedup_id, size_t digits) {
  return Sha256Hex(dedup_id).substr(0, digits);
}

// The field's value in a serialised v1.Event; empty where it has none.
std::string FindTraceparent(std::string_view payload) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()),
                                            static_cast<int>(payload.size()));
  std::string value;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != kTag) {
      if (!WireFormatLite::SkipField(&in, tag)) return "";
      continue;
    }
    if (!WireFormatLite::ReadBytes(&in, &value)) return "";
  }
  return value;
}

}  // namespace

std::optional<Traceparent> ParseTraceparent(std::string_view text) {
  // Later versions may add fields behind another dash.
  const bool longer = text.size() > kTraceparentBytes && text[kTraceparentBytes] == '-';
  if (text.size() != kTraceparentBytes && !longer) return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace_id = text.substr(3, kTraceDigits);
  const std::string_view span_id = text.substr(36, kSpanDigits);
  const std::string_view flags = text.substr(53, 2);
  for (const size_t dash : {2, 35, 52}) {
    if (text[dash] != '-') return std::nullopt;
  }
  for (const std::string_view part : {version, trace_id, span_id, flags}) {
    if (!IsLowerHex(part)) return std::nullopt;
  }
  if (version == "ff" || (version == "00" && longer)) return std::nullopt;
  if (IsAllZero(trace_id) || IsAllZero(span_id)) return std::nullopt;
  return Traceparent{std::string(trace_id), std::string(span_id)};
}

std::string FormatTraceparent(std::string_view trace_id, std::string_view span_id) {
  return absl::StrCat("00-", std::string(trace_id), "-", std::string(span_id), "-01");
}

std::string SpanIdOf(std::string_view dedup_id) { return HexDigits(dedup_id, kSpanDigits); }

EventTrace TraceOf(std::string_view dedup_id, std::string_view payload) {
  const std::string digits = HexDigits(dedup_id, kTraceDigits);
  EventTrace trace{digits, digits.substr(0, kSpanDigits), ""};
  if (auto came_from = ParseTraceparent(FindTraceparent(payload))) {
    trace.trace_id = std::move(came_from->trace_id);
    trace.parent_span_id = std::move(came_from->span_id);
  }
  return trace;
}

EventTrace TraceOf(const Record& record) { return TraceOf(record.dedup_id, record.payload); }

void SetTraceparent(std::string_view traceparent, NewEvent* event) {
  v1::Event field;
  field.set_traceparent(std::string(traceparent));
  // Serialised messages joined are one message, and this field's number is the
  // highest: the bytes are those of an event that had it set.
  const std::string bytes = field.SerializeAsString();
  if (event->payload.size() + bytes.size() <= kMaxPayloadBytes) event->payload += bytes;
}

void SetCause(const Record& cause, NewEvent* effect) {
  const EventTrace trace = TraceOf(cause);
  SetTraceparent(FormatTraceparent(trace.trace_id, trace.span_id), effect);
}

void SetCause(const Record& cause, std::vector<NewEvent>& effects) {
  if (effects.empty()) return;
  const EventTrace trace = TraceOf(cause);
  const std::string traceparent = FormatTraceparent(trace.trace_id, trace.span_id);
  for (NewEvent& effect : effects) SetTraceparent(traceparent, &effect);
}

}  // namespace seaworthy
