// The subscriber's side of WebSub (W3C Recommendation, 23 January 2018). Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "seaworthy/v1/watch_state.pb.h"

namespace seaworthy {

inline constexpr absl::Duration kHubLease = absl::Hours(240);
// How long a hub has to ask whether we meant it.
inline constexpr absl::Duration kHubPatience = absl::Hours(1);

// The hub and self addresses of a Link header; each empty if there is none.
struct HubLinks {
  std::string hub;
  std::string self;
};
HubLinks ReadHubLinks(std::string_view link_header);

// Whether hubs elsewhere can reach the address: https or http, not this
// machine.
bool IsReachable(std::string_view public_url);

// The form that asks a hub for a subscription, urlencoded.
std::string SubscribeForm(const v1::WatchHub& hub, std::string_view callback);

// The form that asks a hub to end it, urlencoded.
std::string UnsubscribeForm(const v1::WatchHub& hub, std::string_view callback);

// Whether `signature` (`sha256=` and hex digits; also sha1, sha384, sha512) is
// the HMAC of the body. Takes the same time wherever they differ.
bool SignatureIsRight(std::string_view secret, std::string_view signature, std::string_view body);

// Answers a hub's question (a GET) and changes the subscription by it.
v1::HandleWebSubResponse AnswerHub(const v1::HandleWebSubRequest& request, absl::Time now, v1::WatchHub* hub);

}  // namespace seaworthy
