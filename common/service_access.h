// Which service may call what of another: the allow-list of docs/services.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace seaworthy {

// Names of services in certificates.
inline constexpr char kIngestName[] = "ingest";
inline constexpr char kReviewerName[] = "reviewer";
inline constexpr char kAggregatorName[] = "aggregator";
inline constexpr char kPublisherName[] = "publisher";
// A publisher that only reads.
inline constexpr char kSiteName[] = "site";
// A person at the command line.
inline constexpr char kOperatorName[] = "operator";

// Caller (`publisher`) to gRPC paths (`/seaworthy.v1.AggregatorService/GetTool`).
using AllowList = std::map<std::string, std::set<std::string>>;

// Who may call what at the service `name`. Whoever and whatever is not in it is
// refused: health checks and reflection too.
AllowList AllowedCallers(std::string_view name);

}  // namespace seaworthy
