#include "services/publisher/pages/panel_state.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "services/publisher/pages/cost_text.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// A page waits no longer for it.
constexpr absl::Duration kPatience = absl::Seconds(2);

constexpr char kClosed[] = "closed";

// ` Next try at 2026-11-20 09:14 UTC.`, or nothing.
template <typename Message>
std::string AgainText(const Message& message) {
  return message.has_until() ? absl::StrCat(" Next try at ", TimeText(message.until()), ".") : "";
}

std::string WhyText(const std::string& reason) {
  if (reason.empty()) return ".";
  const bool ended = reason.back() == '.' || reason.back() == '?' || reason.back() == '!';
  return absl::StrCat(": ", reason, ended ? "" : ".");
}

template <typename Message>
json UntilJson(const Message& message) {
  if (!message.has_until()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(message.until().seconds()),
                          absl::UTCTimeZone());
}

json TextOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

// By name, so that two looks at the same state give the same.
std::map<std::string, uint64_t> Outcomes(const v1::EndpointState& endpoint) {
  return {endpoint.outcomes().begin(), endpoint.outcomes().end()};
}

json EndpointView(const v1::EndpointState& endpoint) {
  const std::string outcomes =
      absl::StrJoin(Outcomes(endpoint), ", ", [](std::string* out, const auto& outcome) {
        absl::StrAppend(out, absl::StrReplaceAll(outcome.first, {{"_", " "}}), " ", outcome.second);
      });
  return {{"name", endpoint.name()},
          {"url", endpoint.url()},
          {"model", endpoint.model()},
          {"stuck", endpoint.state() != kClosed},
          {"state", EndpointStateText(endpoint.state())},
          {"until", TimeText(endpoint.until())},
          {"message", endpoint.message()},
          {"in_flight", endpoint.in_flight()},
          {"limit", endpoint.limit()},
          {"max_in_flight", endpoint.max_in_flight()},
          {"queued", endpoint.queued()},
          {"outcomes", OrDash(outcomes)},
          {"retries", endpoint.retries() == 0 ? "" : absl::StrCat(endpoint.retries())},
          {"cache_hits", endpoint.cache_hits() == 0 ? "" : absl::StrCat(endpoint.cache_hits())},
          {"cost", MoneyText(endpoint.cost_today_micro_usd())}};
}

json LaneView(const v1::LaneStatus& lane, const std::vector<v1::Persona>& personas) {
  std::string title = Capitalised(lane.persona_id());
  for (const v1::Persona& persona : personas) {
    if (persona.persona_id() == lane.persona_id()) title = persona.title();
  }
  return {{"persona", title},
          {"stuck", !lane.open()},
          {"reason", OrDash(lane.reason())},
          {"until", OrDash(TimeText(lane.until()))}};
}

json EndpointJson(const v1::EndpointState& endpoint) {
  return {{"name", endpoint.name()},
          {"url", TextOrNull(endpoint.url())},
          {"model", TextOrNull(endpoint.model())},
          {"state", endpoint.state()},
          {"until", UntilJson(endpoint)},
          {"message", TextOrNull(endpoint.message())},
          {"limit", endpoint.limit()},
          {"max_in_flight", endpoint.max_in_flight()},
          {"in_flight", endpoint.in_flight()},
          {"queued", endpoint.queued()},
          {"outcomes", Outcomes(endpoint)},
          {"retries", endpoint.retries()},
          {"cache_hits", endpoint.cache_hits()},
          {"cost_today_micro_usd", endpoint.cost_today_micro_usd()}};
}

}  // namespace

absl::StatusOr<v1::ReviewerStatus> AskPanelState(ReviewerClient* reviewer) {
  if (reviewer == nullptr) return absl::UnavailableError("this server runs without a reviewer");
  return reviewer->GetReviewerStatus({}, kPatience);
}

std::string EndpointStateText(const std::string& state) {
  if (state == kClosed) return "working";
  if (state == "open") return "left alone after failures";
  if (state == "half_open") return "being tried again";
  if (state == "paused") return "waiting, as it asked";
  return state;
}

std::vector<std::string> StuckTexts(const v1::ReviewerStatus& status) {
  std::vector<std::string> texts;
  // Lanes of one route share their trouble: it is told once.
  std::map<std::string, std::vector<std::string>> waiting;
  for (const v1::LaneStatus& lane : status.lanes()) {
    if (lane.open()) continue;
    waiting[absl::StrCat(" wait", WhyText(lane.reason()), AgainText(lane))].push_back(lane.persona_id());
  }
  for (const auto& [why, personas] : waiting) {
    texts.push_back(absl::StrCat("Reviews by ", absl::StrJoin(personas, ", "), why));
  }
  for (const v1::EndpointState& endpoint : status.endpoints()) {
    if (endpoint.state() == kClosed) continue;
    texts.push_back(absl::StrCat("Endpoint ", endpoint.name(), " is ", EndpointStateText(endpoint.state()),
                                 WhyText(endpoint.message()), AgainText(endpoint)));
  }
  return texts;
}

json PanelStateView(const absl::StatusOr<v1::ReviewerStatus>& status,
                    const std::vector<v1::Persona>& personas) {
  json view = {{"endpoints", json::array()}, {"lanes", json::array()}, {"panel_unknown", ""}};
  if (!status.ok()) {
    view["panel_unknown"] = std::string(status.status().message());
    return view;
  }
  for (const v1::EndpointState& endpoint : status->endpoints()) {
    view["endpoints"].push_back(EndpointView(endpoint));
  }
  for (const v1::LaneStatus& lane : status->lanes()) view["lanes"].push_back(LaneView(lane, personas));
  return view;
}

void AddPanelStateJson(const absl::StatusOr<v1::ReviewerStatus>& status, json& body) {
  body["endpoints_state"] = nullptr;
  body["lanes"] = nullptr;
  if (!status.ok()) return;
  body["endpoints_state"] = json::array();
  body["lanes"] = json::array();
  for (const v1::EndpointState& endpoint : status->endpoints()) {
    body["endpoints_state"].push_back(EndpointJson(endpoint));
  }
  for (const v1::LaneStatus& lane : status->lanes()) {
    body["lanes"].push_back({{"persona", lane.persona_id()},
                             {"open", lane.open()},
                             {"reason", TextOrNull(lane.reason())},
                             {"until", UntilJson(lane)}});
  }
}

}  // namespace seaworthy
