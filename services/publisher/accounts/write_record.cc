#include "services/publisher/accounts/write_record.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

constexpr int kFirstError = 400;
// What of a form says what was asked for and is no secret.
constexpr const char* kTold[] = {"decision", "kind", "action", "content_hash", "field", "tool_a", "tool_b"};

std::string Told(const Call& call) {
  std::string told;
  for (const char* name : kTold) {
    const std::string value = call.Form(name);
    if (!value.empty()) absl::StrAppend(&told, told.empty() ? "" : " ", name, "=", value.substr(0, 80));
  }
  return told;
}

HttpResponse NotRecorded(const Call& call, const absl::Status& status) {
  LogFailure("the audit log", status);
  constexpr char kMessage[] =
      "the audit log cannot be written, so nothing was done; the server's log says why";
  if (absl::StartsWith(call.request.target, "/api/")) return JsonError(503, "unavailable", kMessage);
  return HtmlResponse(503, absl::StrCat("<!doctype html><title>Not recorded</title><p>", kMessage, ".</p>"));
}

}  // namespace

Route Recorded(Route route, AuditLog* audit, const AccessGate* gate) {
  const bool ours = NeedsDeskSession(route.access) || route.access == Access::kApiToken;
  if (route.method == "GET" || !ours) return route;
  const std::string action = absl::StrCat(route.method, " ", route.pattern);
  route.handler = [action, audit, gate, handler = std::move(route.handler)](const Call& call) {
    AuditEntry entry{.actor = call.session.has_value() ? call.session->editor : call.caller,
                     .action = action,
                     .target = std::string(call.request.RawPath()),
                     .outcome = "asked",
                     .detail = Told(call),
                     .address = gate->ClientOf(call.request).address};
    const absl::Status recorded = audit->Append(entry);
    if (!recorded.ok()) return NotRecorded(call, recorded);
    HttpResponse response = handler(call);
    if (response.status < kFirstError) return response;
    entry.outcome = absl::StrCat(response.status);
    const absl::Status failed = audit->Append(entry);
    if (!failed.ok()) LogFailure("the audit log", failed);
    return response;
  };
  return route;
}

}  // namespace seaworthy
