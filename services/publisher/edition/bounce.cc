#include "services/publisher/edition/bounce.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/edition/mail_address.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxMessageBytes = 1 << 20;
constexpr size_t kMaxReasonBytes = 300;
constexpr size_t kMaxLines = 20'000;

// The next line without its end; what is left in `rest`.
absl::string_view TakeLine(absl::string_view& rest) {
  const size_t end = rest.find('\n');
  absl::string_view line = rest.substr(0, end);
  rest = end == rest.npos ? absl::string_view() : rest.substr(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// `field: value` of a line, the field in lower case; empty where it is none.
std::pair<std::string, absl::string_view> FieldOf(absl::string_view line) {
  const size_t colon = line.find(':');
  if (colon == line.npos) return {};
  return {absl::AsciiStrToLower(line.substr(0, colon)), absl::StripAsciiWhitespace(line.substr(colon + 1))};
}

// What follows `rfc822;` in a typed value.
absl::string_view AfterType(absl::string_view value) {
  const size_t semicolon = value.find(';');
  return semicolon == value.npos ? value : absl::StripAsciiWhitespace(value.substr(semicolon + 1));
}

struct Fields {
  std::string recipient;
  std::string action;
  std::string status;
  std::string reason;
};

void Take(absl::string_view line, Fields& fields, std::string*& last) {
  if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    if (last != nullptr && last->size() < kMaxReasonBytes) {
      absl::StrAppend(last, " ", absl::StripAsciiWhitespace(line));
    }
    return;
  }
  const auto [name, value] = FieldOf(line);
  last = name == "final-recipient"   ? &fields.recipient
         : name == "action"          ? &fields.action
         : name == "status"          ? &fields.status
         : name == "diagnostic-code" ? &fields.reason
                                     : nullptr;
  if (last != nullptr) *last = std::string(name == "action" || name == "status" ? value : AfterType(value));
}

std::string OneLine(absl::string_view text) {
  std::string line(text.substr(0, kMaxReasonBytes));
  for (char& c : line) {
    if (!absl::ascii_isprint(c)) c = ' ';
  }
  return line;
}

// What the group of fields says, nothing where it tells of no failure.
bool TakeGroup(const Fields& fields, Bounce& bounce) {
  const std::string action = absl::AsciiStrToLower(fields.action);
  if (action != "failed" && action != "delayed") return false;
  absl::string_view address = fields.recipient;
  if (address.size() > 2 && address.front() == '<' && address.back() == '>') {
    address = address.substr(1, address.size() - 2);
  }
  auto normalized = NormalizedAddress(std::string(address));
  if (!normalized.ok()) return false;
  bounce.address = *std::move(normalized);
  bounce.status = OneLine(fields.status);
  bounce.permanent = action == "failed" && absl::StartsWith(fields.status, "5.");
  bounce.reason = OneLine(fields.reason);
  return true;
}

}  // namespace

absl::StatusOr<Bounce> ReadBounce(std::string_view message) {
  if (message.size() > kMaxMessageBytes) {
    return absl::InvalidArgumentError(
        "the message is larger than 1 MiB; send the notification without its attachments");
  }
  absl::string_view rest(message.data(), message.size());
  bool inside = false;
  Fields fields;
  std::string* last = nullptr;
  Bounce bounce;
  for (size_t lines = 0; !rest.empty() && lines < kMaxLines; ++lines) {
    const absl::string_view line = TakeLine(rest);
    if (!inside) {
      const auto [name, value] = FieldOf(line);
      inside = name == "content-type" && absl::StartsWithIgnoreCase(value, "message/delivery-status");
      continue;
    }
    if (!line.empty() && !absl::StartsWith(line, "--")) {
      Take(line, fields, last);
      continue;
    }
    if (TakeGroup(fields, bounce)) return bounce;
    fields = {};
    last = nullptr;
    if (absl::StartsWith(line, "--")) break;
  }
  if (TakeGroup(fields, bounce)) return bounce;
  return absl::InvalidArgumentError(
      "the message holds no failed recipient of a delivery status (RFC 3464); only such notifications count");
}

}  // namespace seaworthy
