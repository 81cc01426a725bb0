#include "common/service_access.h"

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

constexpr const char* kHealth = "/grpc.health.v1.Health/Check";

// Everything the desk and the API can do.
constexpr const char* kAggregatorForPublisher[] = {
    "AmendVerdict",
    "AssignComparison",
    "CastVote",
    "CorrectFact",
    "Decide",
    "DecideEdition",
    "DecideIdentity",
    "GetAnnouncement",
    "GetChecklist",
    "GetComparison",
    "GetEdition",
    "GetPanelHealth",
    "GetPublication",
    "GetPublishedComparison",
    "GetStatus",
    "GetTool",
    "IssueCorrection",
    "ListAnnouncements",
    "ListComparisons",
    "ListCorrections",
    "ListDeadLetters",
    "ListDecisions",
    "ListEditions",
    "ListIdentity",
    "ListPredictions",
    "ListPublications",
    "ListPublishedChanges",
    "ListPublishedComparisons",
    "ListQueue",
    "ListRevisions",
    "ListTallies",
    "ListTools",
    "RepeatReview",
    "ReplayDeadLetter",
    "RequestComparison",
    "ResolvePrediction",
    "Search",
    "SetEmbargo",
    "WaitForChange",
};

// What public pages and the API without a token are made of.
constexpr const char* kAggregatorForSite[] = {
    "GetEdition",      "GetPublishedComparison", "GetTool",
    "ListCorrections", "ListEditions",           "ListPredictions",
    "ListTallies",     "ListPublishedChanges",   "ListPublishedComparisons",
    "Search",          "WaitForChange",
};

// The commands of docs/cli.md.
constexpr const char* kAggregatorForOperator[] = {
    "DecideEdition", "GetAnnouncement", "GetComparison",     "GetEdition",
    "GetStatus",     "ListEditions",    "RequestComparison", "WaitForChange",
};

constexpr const char* kIngestForPublisher[] = {
    "ChangeSource", "GetAnnouncementDocument", "GetReceivedAnnouncement", "HandleWebSub", "ListSources",
    "ReadSource",   "RetryAnnouncement",       "SubmitAnnouncement",
};

constexpr const char* kIngestForOperator[] = {
    "ChangeSource", "ExtractAnnouncement", "ListSources", "ReadSource", "SubmitAnnouncement",
};

constexpr const char* kReviewerForPublisher[] = {"GetReviewerStatus"};

constexpr const char* kReviewerForOperator[] = {"GetReviewerStatus", "ListPersonas"};

template <size_t N>
std::set<std::string> Paths(const char* service, const char* const (&methods)[N]) {
  std::set<std::string> paths;
  for (const char* method : methods) paths.insert(absl::StrCat("/seaworthy.v1.", service, "/", method));
  return paths;
}

}  // namespace

AllowList AllowedCallers(std::string_view name) {
  AllowList allowed;
  if (name == kAggregatorName) {
    allowed[kPublisherName] = Paths("AggregatorService", kAggregatorForPublisher);
    allowed[kSiteName] = Paths("AggregatorService", kAggregatorForSite);
    allowed[kOperatorName] = Paths("AggregatorService", kAggregatorForOperator);
  } else if (name == kIngestName) {
    allowed[kPublisherName] = Paths("IngestService", kIngestForPublisher);
    allowed[kOperatorName] = Paths("IngestService", kIngestForOperator);
  } else if (name == kReviewerName) {
    allowed[kPublisherName] = Paths("ReviewerService", kReviewerForPublisher);
    allowed[kOperatorName] = Paths("ReviewerService", kReviewerForOperator);
  }
  allowed[kOperatorName].insert(kHealth);
  return allowed;
}

}  // namespace seaworthy
