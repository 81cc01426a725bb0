// The weekly digest, by simpler rules than the aggregator's.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/fake_clients.h"

namespace seaworthy {

void FakeAggregator::AddEdition(v1::Edition edition) {
  absl::MutexLock lock(&mutex_);
  editions_[edition.edition_id()] = std::move(edition);
}

std::vector<v1::EditionDecision> FakeAggregator::edition_decisions() {
  absl::MutexLock lock(&mutex_);
  return edition_decisions_;
}

absl::StatusOr<v1::ListEditionsResponse> FakeAggregator::ListEditions(const v1::ListEditionsRequest& request,
                                                                      absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListEditionsResponse response;
  for (auto it = editions_.rbegin(); it != editions_.rend(); ++it) {
    if (request.approved_only() && it->second.state() != v1::Edition::APPROVED) continue;
    if (!request.page_token().empty() && it->first >= request.page_token()) continue;
    if (request.page_size() != 0 && response.editions_size() == request.page_size()) {
      response.set_next_page_token(response.editions().rbegin()->edition_id());
      break;
    }
    *response.add_editions() = it->second;
  }
  return response;
}

absl::StatusOr<v1::Edition> FakeAggregator::GetEdition(const v1::GetEditionRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = editions_.find(request.edition_id());
  if (it == editions_.end()) return absl::NotFoundError("no such edition");
  return it->second;
}

absl::StatusOr<v1::Edition> FakeAggregator::DecideEdition(const v1::DecideEditionRequest& request,
                                                          absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::EditionDecision& decision = request.decision();
  const auto it = editions_.find(decision.edition_id());
  if (it == editions_.end()) return absl::NotFoundError("no such edition");
  v1::Edition& edition = it->second;
  if (decision.content_hash() != edition.content_hash())
    return absl::AbortedError("it was changed meanwhile");
  edition_decisions_.push_back(decision);
  *edition.add_decisions() = decision;
  if (decision.kind() == v1::EditionDecision::EDIT) {
    edition.set_title(decision.title());
    edition.set_introduction(decision.introduction());
    edition.set_content_hash(absl::StrCat(edition.content_hash(), "+"));
    return edition;
  }
  const bool approves = decision.kind() == v1::EditionDecision::APPROVE;
  const bool rejects = decision.kind() == v1::EditionDecision::REJECT;
  edition.set_state(approves  ? v1::Edition::APPROVED
                    : rejects ? v1::Edition::REJECTED
                              : v1::Edition::DRAFTED);
  // Far ahead of every fake clock.
  edition.mutable_decide_time()->set_seconds(4'000'000'000);
  return edition;
}

}  // namespace seaworthy
