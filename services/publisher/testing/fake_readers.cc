// What readers do: votes and search, by simpler rules than the aggregator's.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

bool Holds(const v1::PublishedToolSummary& tool, const std::string& words) {
  return absl::StrContains(absl::AsciiStrToLower(tool.name()), words) ||
         absl::StrContains(absl::AsciiStrToLower(tool.vendor()), words);
}

}  // namespace

bool FakeAggregator::IsPublic(const std::string& tool_id) {
  for (const auto& [unused, published] : published_) {
    for (const v1::ToolView* tool : {&published.content().a(), &published.content().b()}) {
      if (tool->revision().tool_id() == tool_id) return true;
    }
  }
  return false;
}

// One vote a voter, the newest; nothing is discarded but what is replaced.
absl::StatusOr<v1::VoteTally> FakeAggregator::CastVote(const v1::CastVoteRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::CommunityVote& vote = request.vote();
  if (!IsPublic(vote.tool_id())) return absl::NotFoundError("no such public tool");
  v1::VoteTally& tally = tallies_[vote.tool_id()];
  tally.set_tool_id(vote.tool_id());
  const auto [it, is_new] = voters_.try_emplace({vote.tool_id(), vote.voter()}, vote.vote());
  if (!is_new) {
    it->second == v1::SHIP ? tally.set_ship(tally.ship() - 1) : tally.set_skip(tally.skip() - 1);
    ++(*tally.mutable_discarded())["replaced"];
    it->second = vote.vote();
  }
  vote.vote() == v1::SHIP ? tally.set_ship(tally.ship() + 1) : tally.set_skip(tally.skip() + 1);
  return tally;
}

absl::StatusOr<v1::ListTalliesResponse> FakeAggregator::ListTallies(const v1::ListTalliesRequest& request,
                                                                    absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListTalliesResponse response;
  for (const std::string& id : request.tool_ids()) {
    v1::VoteTally& tally = *response.add_tallies();
    if (const auto it = tallies_.find(id); it != tallies_.end()) tally = it->second;
    tally.set_tool_id(id);
  }
  return response;
}

void FakeAggregator::SetTally(v1::VoteTally tally) {
  absl::MutexLock lock(&mutex_);
  tallies_[tally.tool_id()] = std::move(tally);
}

absl::StatusOr<v1::SearchResponse> FakeAggregator::Search(const v1::SearchRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const std::string words = absl::AsciiStrToLower(request.text());
  if (words.empty()) return absl::InvalidArgumentError("text: nothing is asked for");
  v1::SearchResponse response;
  std::set<std::string> seen;
  for (const auto& [unused, published] : published_) {
    const v1::PublishedSummary summary = SummaryOf(published);
    bool found = false;
    for (const v1::PublishedToolSummary* tool : {&summary.a(), &summary.b()}) {
      if (!Holds(*tool, words)) continue;
      found = true;
      if (seen.insert(tool->tool_id()).second) *response.add_tools() = *tool;
    }
    if (found) *response.add_comparisons() = summary;
  }
  return response;
}

}  // namespace seaworthy
