// What editors decide about what is public. After each test the log must make
// the same state again.
#pragma once

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/embargoes.h"
#include "services/aggregator/testing/identity_fixture.h"

namespace seaworthy {

class EditorialFixture : public IdentityFixture {
 protected:
  void TearDown() override {
    Settle();
    IdentityFixture::TearDown();
  }
  // The service anew, with four eyes from now on.
  void WithFourEyes() {
    service_.reset();
    AggregatorService::Options options = Options("store");
    options.four_eyes = true;
    service_ = AggregatorService::Open(options).value();
    ASSERT_TRUE(service_->Start().ok());
  }
  absl::StatusOr<v1::Comparison> Do(v1::DecisionKind kind, const std::string& editor = "eve",
                                    const std::string& hash = "", absl::Duration in = absl::ZeroDuration()) {
    v1::DecideRequest request;
    v1::Decision& decision = *request.mutable_decision();
    decision.set_kind(kind);
    decision.set_comparison_id(kPair);
    decision.set_content_hash(hash.empty() ? HashOf(kPair) : hash);
    decision.set_editor(editor);
    if (kind != v1::APPROVE && kind != v1::SCHEDULE && kind != v1::REOPEN) decision.set_reason("because");
    if (kind == v1::SCHEDULE) *decision.mutable_publish_time() = ToTimestamp(clock_.Now() + in);
    return service_->Decide(request);
  }
  absl::StatusOr<v1::Comparison> ScheduleIn(absl::Duration in, const std::string& editor = "eve") {
    return Do(v1::SCHEDULE, editor, "", in);
  }
  absl::Status Embargo(const std::string& tool, absl::Duration in) {
    v1::SetEmbargoRequest request;
    request.mutable_embargo()->set_tool_id(tool);
    request.mutable_embargo()->set_reason("agreed with the vendor");
    if (in > absl::ZeroDuration()) {
      *request.mutable_embargo()->mutable_until_time() = ToTimestamp(clock_.Now() + in);
    }
    return service_->SetEmbargo(request).status();
  }
  // Moves the clock and waits until what has fallen due is done.
  void PassTime(absl::Duration by) {
    const uint64_t before = log_->LastSequence();
    clock_.Advance(by);
    v1::WaitForChangeRequest request;
    request.set_after_sequence(before);
    ASSERT_TRUE(service_->WaitForChange(request).ok());
    Settle();
  }
  v1::Comparison Pair() { return Comparison(kPair)->comparison(); }
  bool IsPublic() { return Published(kPair).ok(); }
  // Another licence of Ada's, reviewed: new content of the pair.
  void ChangeAda(const std::string& license, uint32_t revision) {
    Tell({Licensed(Model("Ada"), license)});
    Review("ada", revision);
  }
  std::set<std::string> FailedItems() {
    v1::GetChecklistRequest request;
    request.set_comparison_id(kPair);
    const auto checklist = service_->GetChecklist(request);
    std::set<std::string> failed;
    for (const v1::ChecklistItem& item : checklist->items()) {
      if (!item.passed()) failed.insert(item.item_id());
    }
    return failed;
  }
  std::vector<v1::Publication> Publications() {
    v1::ListPublicationsRequest request;
    request.set_comparison_id(kPair);
    const auto response = service_->ListPublications(request).value();
    return {response.publications().begin(), response.publications().end()};
  }
  v1::ListPublishedChangesResponse ChangesAfter(uint64_t sequence, int page_size = 0) {
    v1::ListPublishedChangesRequest request;
    request.set_after_sequence(sequence);
    request.set_page_size(page_size);
    return service_->ListPublishedChanges(request).value();
  }
  // Whether a refusal says this.
  static bool Says(const absl::Status& status, const std::string& words) {
    return std::string(status.message()).find(words) != std::string::npos;
  }

  static constexpr char kPair[] = "ada-vs-bob";
};

}  // namespace seaworthy
