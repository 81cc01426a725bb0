// The fake aggregator's comparisons: drafted, decided, public.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/ids.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/fake_parts.h"

namespace seaworthy {
namespace {

std::string Canonical(const std::string& id) {
  const auto tools = SplitComparisonId(id);
  if (!tools.ok()) return id;
  const auto canonical = MakeComparisonId(tools->first, tools->second);
  return canonical.ok() ? canonical->value() : id;
}

std::string HashOf(const v1::ComparisonContent& content) { return Sha256Hex(content.SerializeAsString()); }

}  // namespace

v1::ComparisonContent FakeAggregator::Content(const v1::Comparison& comparison) {
  v1::ComparisonContent content;
  content.set_comparison_id(comparison.comparison_id());
  *content.mutable_a() = tools_[comparison.tool_a()];
  *content.mutable_b() = tools_[comparison.tool_b()];
  return content;
}

void FakeAggregator::AddComparisonLocked(const std::string& a, const std::string& b,
                                         v1::Comparison::State state) {
  ++sequence_;
  v1::Comparison comparison;
  comparison.set_comparison_id(Canonical(absl::StrCat(a, "-vs-", b)));
  comparison.set_tool_a(std::min(a, b));
  comparison.set_tool_b(std::max(a, b));
  comparison.set_state(state);
  if (state != v1::Comparison::WAITING) comparison.set_content_hash(HashOf(Content(comparison)));
  comparison.mutable_update_time()->set_seconds(kDecideTime - 7200);
  comparisons_[comparison.comparison_id()] = comparison;
}

void FakeAggregator::AddComparison(const std::string& a, const std::string& b, v1::Comparison::State state) {
  absl::MutexLock lock(&mutex_);
  AddComparisonLocked(a, b, state);
}

void FakeAggregator::Redraft(const std::string& id) {
  for (auto& [unused, comparison] : comparisons_) {
    if (comparison.tool_a() != id && comparison.tool_b() != id) continue;
    comparison.set_content_hash(HashOf(Content(comparison)));
    comparison.set_state(v1::Comparison::DRAFTED);
  }
}

void FakeAggregator::Publish(const std::string& id, int64_t unix_seconds) {
  absl::MutexLock lock(&mutex_);
  v1::Decision decision;
  decision.set_comparison_id(id);
  decision.set_kind(v1::APPROVE);
  decision.set_content_hash(comparisons_.at(id).content_hash());
  decision.set_editor("editor");
  decision.mutable_decide_time()->set_seconds(unix_seconds);
  comparisons_.at(id).set_state(v1::Comparison::DRAFTED);
  Apply(decision).IgnoreError();
}

std::string FakeAggregator::ContentHash(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return comparisons_.at(id).content_hash();
}

v1::Comparison::State FakeAggregator::State(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return comparisons_.at(id).state();
}

std::vector<v1::Decision> FakeAggregator::decisions() {
  absl::MutexLock lock(&mutex_);
  return decisions_;
}

v1::Comparison* FakeAggregator::Find(const std::string& id) {
  const auto it = comparisons_.find(Canonical(id));
  return it == comparisons_.end() ? nullptr : &it->second;
}

absl::StatusOr<v1::ComparisonView> FakeAggregator::GetComparison(const v1::GetComparisonRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::Comparison* comparison = Find(request.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  v1::ComparisonView view;
  *view.mutable_comparison() = *comparison;
  *view.mutable_content() = Content(*comparison);
  for (const v1::Amendment& amendment : amendments_) *view.add_amendments() = amendment;
  return view;
}

absl::StatusOr<v1::ListComparisonsResponse> FakeAggregator::ListComparisons(
    const v1::ListComparisonsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListComparisonsResponse response;
  auto next = Page(
      comparisons_, request.page_size(), request.page_token(),
      [&request](const v1::Comparison& comparison) {
        const bool holds = request.tool_id().empty() || comparison.tool_a() == request.tool_id() ||
                           comparison.tool_b() == request.tool_id();
        return holds && (request.state() == v1::Comparison::STATE_UNSPECIFIED ||
                         request.state() == comparison.state());
      },
      [&response](const v1::Comparison& comparison) { *response.add_comparisons() = comparison; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
}

absl::StatusOr<v1::Comparison> FakeAggregator::RequestComparison(const v1::RequestComparisonRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  for (const std::string& tool : {request.tool_a(), request.tool_b()}) {
    if (!tools_.contains(tool)) return absl::NotFoundError(absl::StrCat("no tool ", tool));
  }
  const auto id = MakeComparisonId(ToolId(request.tool_a()), ToolId(request.tool_b()));
  if (!id.ok()) return id.status();
  if (Find(id->value()) == nullptr) {
    AddComparisonLocked(request.tool_a(), request.tool_b(), v1::Comparison::DRAFTED);
    Find(id->value())->set_by_hand(true);
  }
  return *Find(id->value());
}

absl::StatusOr<v1::Comparison> FakeAggregator::Apply(const v1::Decision& decision) {
  v1::Comparison* comparison = Find(decision.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  if (decision.kind() != v1::ROLL_BACK && decision.content_hash() != comparison->content_hash()) {
    return absl::AbortedError("the content has changed since");
  }
  const bool anywhen = decision.kind() == v1::WITHDRAW || decision.kind() == v1::REOPEN ||
                       decision.kind() == v1::UNSCHEDULE || decision.kind() == v1::ROLL_BACK;
  if (!anywhen && comparison->state() != v1::Comparison::DRAFTED) {
    return absl::FailedPreconditionError("another decision came first");
  }
  ++sequence_;
  decisions_.push_back(decision);
  *comparison->mutable_last_decision() = decision;
  if (decision.kind() == v1::APPROVE) {
    v1::PublishedComparison published;
    *published.mutable_content() = Content(*comparison);
    published.set_content_hash(comparison->content_hash());
    *published.mutable_decision() = decision;
    *published.mutable_publish_time() = decision.decide_time();
    *published.mutable_first_publish_time() = decision.decide_time();
    const auto before = published_.find(comparison->comparison_id());
    if (before != published_.end()) {
      *published.mutable_first_publish_time() = before->second.first_publish_time();
    }
    published_at_[comparison->comparison_id()] = sequence_;
    published_[comparison->comparison_id()] = published;
    publications_[comparison->comparison_id()].push_back(published);
    comparison->set_published_hash(comparison->content_hash());
    comparison->set_state(v1::Comparison::APPROVED);
  } else if (decision.kind() == v1::REJECT) {
    comparison->set_state(v1::Comparison::REJECTED);
  } else if (decision.kind() == v1::SEND_BACK) {
    comparison->set_state(v1::Comparison::SENT_BACK);
  } else if (decision.kind() == v1::REOPEN || decision.kind() == v1::UNSCHEDULE) {
    comparison->set_state(v1::Comparison::DRAFTED);
  } else if (decision.kind() == v1::SCHEDULE) {
    comparison->set_state(v1::Comparison::SCHEDULED);
    *comparison->mutable_publish_time() = decision.publish_time();
  } else if (decision.kind() == v1::ROLL_BACK) {
    comparison->set_published_hash(decision.content_hash());
    comparison->set_state(v1::Comparison::DRAFTED);
  } else {
    published_at_[comparison->comparison_id()] = sequence_;
    published_.erase(comparison->comparison_id());
    comparison->clear_published_hash();
    comparison->set_state(v1::Comparison::WITHDRAWN);
  }
  return *comparison;
}

absl::StatusOr<v1::Comparison> FakeAggregator::Decide(const v1::DecideRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::Decision decision = request.decision();
  decision.mutable_decide_time()->set_seconds(kDecideTime);
  return Apply(decision);
}

absl::StatusOr<v1::ListDecisionsResponse> FakeAggregator::ListDecisions(
    const v1::ListDecisionsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListDecisionsResponse response;
  for (auto it = decisions_.rbegin(); it != decisions_.rend(); ++it) {
    if (it->comparison_id() == request.comparison_id()) *response.add_decisions() = *it;
  }
  return response;
}

absl::StatusOr<v1::PublishedComparison> FakeAggregator::GetPublishedComparison(
    const v1::GetPublishedComparisonRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = published_.find(Canonical(request.comparison_id()));
  if (it == published_.end()) return absl::NotFoundError("nothing is public of it");
  return it->second;
}

absl::StatusOr<v1::ListPublishedComparisonsResponse> FakeAggregator::ListPublishedComparisons(
    const v1::ListPublishedComparisonsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListPublishedComparisonsResponse response;
  auto next = Page(
      published_, request.page_size(), request.page_token(),
      [&request](const v1::PublishedComparison& published) {
        return request.tool_id().empty() ||
               published.content().a().revision().tool_id() == request.tool_id() ||
               published.content().b().revision().tool_id() == request.tool_id();
      },
      [&response](const v1::PublishedComparison& published) { *response.add_comparisons() = published; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
}

}  // namespace seaworthy
