// The fake aggregator's tools: which are one, corrections, histories.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/fake_parts.h"

namespace seaworthy {
namespace {

template <typename Items, typename Which>
void Drop(Items& items, Which which) {
  items.erase(std::remove_if(items.begin(), items.end(), which), items.end());
}

// The facts of a field become the editor's.
void Correct(const v1::FactCorrection& correction, v1::Revision& revision) {
  const auto is_field = [&correction](const auto& item) { return item.field() == correction.field(); };
  v1::FactCorrection kept = correction;
  kept.set_asks(false);
  Drop(*revision.mutable_corrections(), is_field);
  for (const v1::Fact& fact : revision.facts()) {
    if (is_field(fact)) kept.add_corrected_values(fact.value());
  }
  if (correction.withdraw()) return;
  *revision.add_corrections() = kept;
  Drop(*revision.mutable_facts(), is_field);
  for (const std::string& value : correction.values()) {
    v1::Fact& fact = *revision.add_facts();
    fact.set_field(correction.field());
    fact.set_value(value);
    fact.set_method("editor");
  }
}

}  // namespace

void FakeAggregator::AddPossibleDuplicate(v1::PossibleDuplicate duplicate) {
  absl::MutexLock lock(&mutex_);
  duplicates_.push_back(std::move(duplicate));
}

void FakeAggregator::AddRevision(v1::RevisionView revision) {
  absl::MutexLock lock(&mutex_);
  revisions_[revision.revision().tool_id()].push_back(std::move(revision));
}

std::vector<v1::IdentityDecision> FakeAggregator::identity_decisions() {
  absl::MutexLock lock(&mutex_);
  return identity_;
}

std::vector<v1::FactCorrection> FakeAggregator::corrections() {
  absl::MutexLock lock(&mutex_);
  return corrections_;
}

absl::StatusOr<v1::ToolView> FakeAggregator::DecideIdentity(const v1::DecideIdentityRequest& request,
                                                            absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::IdentityDecision decision = request.decision();
  if (decision.kind() == v1::IdentityDecision::UNDO) {
    const auto undone = std::find_if(identity_.begin(), identity_.end(), [&decision](const auto& earlier) {
      return earlier.request_id() == decision.undoes();
    });
    if (undone == identity_.end()) return absl::FailedPreconditionError("there is nothing to undo");
    decision.set_tool_id(undone->tool_id());
  }
  if (!tools_.contains(decision.tool_id())) {
    return absl::NotFoundError(absl::StrCat("no tool ", decision.tool_id()));
  }
  ++sequence_;
  decision.mutable_decide_time()->set_seconds(kDecideTime);
  identity_.push_back(decision);
  std::erase_if(duplicates_, [&decision](const v1::PossibleDuplicate& pair) {
    return pair.tool_id() == decision.tool_id() && pair.other_tool_id() == decision.other_tool_id();
  });
  return tools_[decision.tool_id()];
}

absl::StatusOr<v1::ListIdentityResponse> FakeAggregator::ListIdentity(const v1::ListIdentityRequest& request,
                                                                      absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListIdentityResponse response;
  const int limit = request.page_size() == 0 ? 50 : request.page_size();
  const auto wanted = [&request](const auto& item) {
    return request.tool_id().empty() || item.tool_id() == request.tool_id() ||
           item.other_tool_id() == request.tool_id();
  };
  for (const v1::PossibleDuplicate& pair : duplicates_) {
    if (wanted(pair) && response.possible_duplicates_size() < limit)
      *response.add_possible_duplicates() = pair;
  }
  for (auto it = identity_.rbegin(); it != identity_.rend(); ++it) {
    if (wanted(*it) && response.decisions_size() < limit) *response.add_decisions() = *it;
  }
  return response;
}

absl::StatusOr<v1::ToolView> FakeAggregator::CorrectFact(const v1::CorrectFactRequest& request,
                                                         absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::FactCorrection& correction = request.correction();
  const auto it = tools_.find(correction.tool_id());
  if (it == tools_.end()) return absl::NotFoundError(absl::StrCat("no tool ", correction.tool_id()));
  if (correction.field() == "moon") return absl::InvalidArgumentError("`moon` is no field of docs/facts.md");
  ++sequence_;
  corrections_.push_back(correction);
  Correct(correction, *it->second.mutable_revision());
  Redraft(correction.tool_id());
  return it->second;
}

absl::StatusOr<v1::ListRevisionsResponse> FakeAggregator::ListRevisions(
    const v1::ListRevisionsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  if (!tools_.contains(request.tool_id())) {
    return absl::NotFoundError(absl::StrCat("no tool ", request.tool_id()));
  }
  v1::ListRevisionsResponse response;
  const int limit = request.page_size() == 0 ? 20 : request.page_size();
  for (const v1::RevisionView& revision : revisions_[request.tool_id()]) {
    if (response.revisions_size() < limit) *response.add_revisions() = revision;
  }
  return response;
}

}  // namespace seaworthy
