// Announcements by the rules of docs/identity.md, and what editors decide about
// them. After each test the log must make the same state again.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {

// Where an announcement came from.
struct From {
  v1::SourceTier tier = v1::SOURCE_TIER_UNSPECIFIED;
  std::string source;
  std::string entry;
  std::string url;

  static From Tier(v1::SourceTier tier) {
    From from;
    from.tier = tier;
    return from;
  }
  static From Url(const std::string& url) {
    From from;
    from.url = url;
    return from;
  }
  static From Entry(const std::string& source, const std::string& entry) {
    From from;
    from.source = source;
    from.entry = entry;
    return from;
  }
};

class IdentityFixture : public AggregatorFixture {
 protected:
  void TearDown() override {
    EXPECT_EQ(RebuildState(log_.get(), (dir_ / "again").string()).value(), service_->StateHash().value());
  }

  // A new announcement from there; returns its id.
  std::string Tell(std::vector<v1::Revision> tools, const From& from = From()) {
    const std::string id = absl::StrCat("ann-", ++announced_);
    v1::Event received;
    v1::Announcement* announcement = received.mutable_announcement_received()->mutable_announcement();
    announcement->set_announcement_id(id);
    announcement->set_tier(from.tier);
    announcement->set_source_id(from.source);
    announcement->set_entry_key(from.entry);
    announcement->mutable_receive_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()));
    Append("announcement.received", received);
    v1::Event event;
    event.mutable_tool_announced()->set_announcement_id(id);
    event.mutable_tool_announced()->set_rules_version(rules_version_);
    for (v1::Revision& tool : tools) {
      if (!from.url.empty()) tool.add_source_urls(from.url);
      for (v1::Fact& fact : *tool.mutable_facts()) fact.mutable_evidence()->set_announcement_id(id);
      *event.mutable_tool_announced()->add_tools() = std::move(tool);
    }
    Append("tool.announced", event);
    Settle();
    return id;
  }
  static v1::Revision Licensed(v1::Revision tool, const std::string& license) {
    tool.set_license(license);
    AddFact("license", license, &tool);
    return tool;
  }
  static v1::Revision Priced(v1::Revision tool, double price) {
    tool.set_entry_price_usd(price);
    AddFact("entry_price_usd", absl::StrCat(price), &tool);
    return tool;
  }
  static v1::Revision Software(const std::string& name) {
    v1::Revision tool = Model(name);
    tool.set_kind(v1::APPLICATION);
    tool.clear_parameters_b();
    return tool;
  }
  static void AddFact(const std::string& field, const std::string& value, v1::Revision* tool) {
    v1::Fact* fact = tool->add_facts();
    fact->set_field(field);
    fact->set_value(value);
    fact->mutable_evidence()->set_text(absl::StrCat("says ", value));
    fact->mutable_evidence()->set_end(1);
  }

  absl::StatusOr<v1::ToolView> Decide(v1::IdentityDecision decision, const std::string& request_id) {
    v1::DecideIdentityRequest request;
    *request.mutable_decision() = std::move(decision);
    request.mutable_decision()->set_request_id(request_id);
    request.mutable_decision()->set_editor("eve");
    auto view = service_->DecideIdentity(request);
    Settle();
    return view;
  }
  absl::StatusOr<v1::ToolView> Pair(v1::IdentityDecision::Kind kind, const std::string& tool,
                                    const std::string& other, const std::string& request_id = "one") {
    v1::IdentityDecision decision;
    decision.set_kind(kind);
    decision.set_tool_id(tool);
    decision.set_other_tool_id(other);
    return Decide(std::move(decision), request_id);
  }
  absl::StatusOr<v1::ToolView> Merge(const std::string& tool, const std::string& other,
                                     const std::string& request_id = "one") {
    return Pair(v1::IdentityDecision::MERGE, tool, other, request_id);
  }
  absl::StatusOr<v1::ToolView> Split(const std::string& tool, const std::vector<std::string>& announcements,
                                     const std::string& name, const std::string& request_id = "one") {
    v1::IdentityDecision decision;
    decision.set_kind(v1::IdentityDecision::SPLIT);
    decision.set_tool_id(tool);
    decision.set_name(name);
    decision.mutable_announcement_ids()->Assign(announcements.begin(), announcements.end());
    return Decide(std::move(decision), request_id);
  }
  absl::StatusOr<v1::ToolView> Undo(const std::string& what, const std::string& request_id = "undo") {
    v1::IdentityDecision decision;
    decision.set_kind(v1::IdentityDecision::UNDO);
    decision.set_undoes(what);
    return Decide(std::move(decision), request_id);
  }
  absl::StatusOr<v1::ToolView> Correct(const std::string& tool, const std::string& field,
                                       const std::vector<std::string>& values,
                                       const std::string& request_id = "", bool withdraw = false) {
    v1::CorrectFactRequest request;
    request.mutable_correction()->set_tool_id(tool);
    request.mutable_correction()->set_field(field);
    request.mutable_correction()->mutable_values()->Assign(values.begin(), values.end());
    request.mutable_correction()->set_reason("I asked the vendor");
    request.mutable_correction()->set_editor("eve");
    request.mutable_correction()->set_request_id(request_id);
    request.mutable_correction()->set_withdraw(withdraw);
    auto view = service_->CorrectFact(request);
    Settle();
    return view;
  }
  // A verdict whose claim rests on these fields.
  void GiveOn(const std::string& tool, uint32_t revision, const std::string& persona, v1::Vote vote,
              const std::vector<std::string>& fields) {
    v1::Verdict verdict = MakeVerdict(tool, revision, persona, vote);
    v1::Claim* claim = verdict.add_claims();
    claim->mutable_fact_fields()->Assign(fields.begin(), fields.end());
    Give(verdict);
  }
  v1::ListIdentityResponse Identity(const std::string& tool = "") {
    v1::ListIdentityRequest request;
    request.set_tool_id(tool);
    return service_->ListIdentity(request).value();
  }
  v1::ListRevisionsResponse Revisions(const std::string& tool) {
    v1::ListRevisionsRequest request;
    request.set_tool_id(tool);
    return service_->ListRevisions(request).value();
  }
  bool IsThere(const std::string& tool) {
    v1::GetToolRequest request;
    request.set_tool_id(tool);
    const auto view = service_->GetTool(request);
    return view.ok() && view->tool().tool_id() == tool;
  }
  using AggregatorFixture::Decide;

  uint32_t rules_version_ = 2;  // Of what is told next.
};

}  // namespace seaworthy
