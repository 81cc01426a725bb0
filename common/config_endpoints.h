// What the configuration says of endpoints, beyond their plain data.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config.h"

namespace seaworthy {

// Which kind of endpoint a URL names.
enum class EndpointFamily { kOffline, kReplay, kRecord, kOpenAi, kAnthropic, kGrpc };

// Of `openai:…`, `grpcs:…` and so on. Errors: INVALID_ARGUMENT naming what
// there is; never repeats what could be a secret.
absl::StatusOr<EndpointFamily> FamilyOf(const std::string& url);

// The host a URL names, without port and brackets; empty where it has none.
std::string HostOf(const std::string& url);

// True for localhost, 127.0.0.0/8, ::1 and sockets of this machine.
bool IsThisMachine(const std::string& host);

// Checks one endpoint. `where` begins the message. Errors: INVALID_ARGUMENT.
absl::Status CheckEndpoint(const EndpointConfig& endpoint, const std::string& where);

// Makes `endpoints` and `panel.routes` complete: the shorthand `endpoint` with
// `model` becomes an endpoint and everybody's route; one table without a
// [panel] is everybody's; none at all is `offline`. `routes` has no name
// afterwards that `endpoints` lacks. Idempotent. Errors: INVALID_ARGUMENT.
absl::Status ResolvePanel(Config& config);

// The endpoint of that name, or null.
const EndpointConfig* FindEndpoint(const Config& config, const std::string& name);

// Who a persona asks, in order: its own route, else `default`. Null where
// there is neither.
const std::vector<std::string>* RouteOf(const PanelConfig& panel, const std::string& persona_id);

// For people: `offline`, or the names of the endpoints in use.
std::string DescribePanel(const Config& config);

}  // namespace seaworthy
