// Calls about readers' votes.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/times.h"
#include "services/aggregator/votes/vote_counts.h"

namespace seaworthy {
namespace {

constexpr int kMaxTallies = 500;

}  // namespace

absl::StatusOr<v1::VoteTally> AggregatorService::CastVote(const v1::CastVoteRequest& request) {
  v1::CommunityVote vote = request.vote();
  SEAWORTHY_RETURN_IF_ERROR(CheckVote(vote));
  const auto before = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId tool, CurrentTool(*before, ToolId(vote.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const bool is_public, IsPublic(*before, tool.value()));
  if (!is_public) {
    return absl::NotFoundError(
        absl::StrCat("no tool `", vote.tool_id(), "` is public; vote on one that has a page"));
  }
  vote.set_tool_id(tool.value());
  *vote.mutable_vote_time() = FromMicros(absl::ToUnixMicros(impl_->options().clock->Now()));
  SEAWORTHY_RETURN_IF_ERROR(impl_->votes().Cast(vote));
  return LoadTally(*impl_->store().Snapshot(), tool.value());
}

absl::StatusOr<v1::ListTalliesResponse> AggregatorService::ListTallies(
    const v1::ListTalliesRequest& request) {
  if (request.tool_ids_size() > kMaxTallies) {
    return absl::InvalidArgumentError(
        absl::StrCat(request.tool_ids_size(), " tools in one call; at most ", kMaxTallies));
  }
  const auto state = impl_->store().Snapshot();
  v1::ListTalliesResponse response;
  for (const std::string& asked : request.tool_ids()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId tool, CurrentTool(*state, ToolId(asked)));
    SEAWORTHY_ASSIGN_OR_RETURN(*response.add_tallies(), LoadTally(*state, tool.value()));
    response.mutable_tallies()->rbegin()->set_tool_id(asked);
  }
  return response;
}

}  // namespace seaworthy
