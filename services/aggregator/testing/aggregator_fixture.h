// The aggregator on a real log in a folder of its own, and a small language to
// tell it stories in.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/projector.h"

namespace seaworthy {

class AggregatorFixture : public ::testing::Test {
 protected:
  AggregatorFixture()
      : dir_(std::filesystem::path(::testing::TempDir()) / absl::StrCat("aggregator-", RandomHex(8))) {
    std::filesystem::create_directories(dir_);
    log_ = OpenRocksDbEventLog({(dir_ / "log").string(), &clock_, nullptr}).value();
    Open();
  }
  ~AggregatorFixture() override {
    service_.reset();
    log_.reset();
    std::filesystem::remove_all(dir_);
  }

  AggregatorService::Options Options(const std::string& store) {
    AggregatorService::Options options;
    options.log = log_.get();
    options.clock = &clock_;
    options.objects = objects_.get();
    options.store_dir = (dir_ / store).string();
    options.personas = {PersonaId("dx"), PersonaId("business")};
    options.max_pairs_per_tool = 2;
    return options;
  }
  void Open() {
    service_ = AggregatorService::Open(Options("store")).value();
    ASSERT_TRUE(service_->Start().ok());
  }
  void Reopen() {
    service_.reset();
    Open();
  }

  void Append(std::string subject, v1::Event event) {
    const std::string id = absl::StrCat("test:", ++appended_);
    ASSERT_TRUE(log_->Append({id, std::move(subject), event.SerializeAsString()}).ok());
  }
  // Waits until the state and the events that came of it stand still.
  void Settle() {
    uint64_t before = 0;
    do {
      before = log_->LastSequence();
      v1::WaitForChangeRequest request;
      request.set_after_sequence(before - 1);
      ASSERT_TRUE(service_->WaitForChange(request).ok());
    } while (log_->LastSequence() != before);
  }

  static v1::Revision Model(const std::string& name, double parameters_b = 7) {
    v1::Revision tool;
    tool.set_name(name);
    tool.set_vendor("Acme");
    tool.set_kind(v1::MODEL);
    tool.set_category("Language Models");
    tool.add_parameters_b(parameters_b);
    tool.set_tagline(name + " in a line");
    return tool;
  }
  // A new announcement of these tools; returns its id.
  std::string Announce(const std::vector<v1::Revision>& tools) {
    const std::string id = Receive();
    v1::Event event;
    event.mutable_tool_announced()->set_announcement_id(id);
    for (const v1::Revision& tool : tools) *event.mutable_tool_announced()->add_tools() = tool;
    Append("tool.announced", event);
    Settle();
    return id;
  }
  std::string Receive() {
    const std::string id = absl::StrCat("ann-", ++announced_);
    v1::Event event;
    event.mutable_announcement_received()->mutable_announcement()->set_announcement_id(id);
    Append("announcement.received", event);
    return id;
  }
  static v1::Verdict MakeVerdict(const std::string& tool, uint32_t revision, const std::string& persona,
                                 v1::Vote vote) {
    v1::Verdict verdict;
    verdict.set_verdict_id(MakeVerdictId({ToolId(tool), revision}, PersonaId(persona)).value());
    verdict.set_tool_id(tool);
    verdict.set_revision(revision);
    verdict.set_persona_id(persona);
    verdict.set_vote(vote);
    verdict.set_quote(absl::StrCat(persona, " on ", tool));
    return verdict;
  }
  void Give(const v1::Verdict& verdict) {
    v1::Event event;
    *event.mutable_verdict_given()->mutable_verdict() = verdict;
    Append("verdict.given", event);
    Settle();
  }
  void Give(const std::string& tool, uint32_t revision, const std::string& persona, v1::Vote vote) {
    Give(MakeVerdict(tool, revision, persona, vote));
  }
  void Review(const std::string& tool, uint32_t revision = 1) {
    Give(tool, revision, "dx", v1::SHIP);
    Give(tool, revision, "business", v1::SKIP);
  }
  // Two reviewed models and so a draft, `ada-vs-bob`.
  void DraftAdaVsBob() {
    Announce({Model("Ada")});
    Announce({Model("Bob")});
    Review("ada");
    Review("bob");
  }

  v1::ToolView Tool(const std::string& id) {
    v1::GetToolRequest request;
    request.set_tool_id(id);
    return service_->GetTool(request).value();
  }
  absl::StatusOr<v1::ComparisonView> Comparison(const std::string& id) {
    v1::GetComparisonRequest request;
    request.set_comparison_id(id);
    return service_->GetComparison(request);
  }
  std::string HashOf(const std::string& id) { return Comparison(id)->comparison().content_hash(); }
  absl::StatusOr<v1::Comparison> Decide(v1::DecisionKind kind, const std::string& id, const std::string& hash,
                                        const std::string& reason = "", const std::string& request_id = "") {
    v1::DecideRequest request;
    request.mutable_decision()->set_kind(kind);
    request.mutable_decision()->set_comparison_id(id);
    request.mutable_decision()->set_content_hash(hash);
    request.mutable_decision()->set_reason(reason);
    request.mutable_decision()->set_request_id(request_id);
    request.mutable_decision()->set_editor("eve");
    return service_->Decide(request);
  }
  absl::StatusOr<v1::PublishedComparison> Published(const std::string& id) {
    v1::GetPublishedComparisonRequest request;
    request.set_comparison_id(id);
    return service_->GetPublishedComparison(request);
  }
  uint64_t Count(const std::string& name) { return service_->GetStatus({})->counts().at(name); }
  int ComparisonsListed() { return service_->ListComparisons({})->comparisons_size(); }

  FakeClock clock_;
  std::unique_ptr<ObjectStore> objects_ = NewMemoryObjectStore();
  std::filesystem::path dir_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<AggregatorService> service_;
  int appended_ = 0;
  int announced_ = 0;
};

}  // namespace seaworthy
