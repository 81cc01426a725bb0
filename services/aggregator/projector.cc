#include "services/aggregator/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/panel_counts.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/revisions.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

// One record on its way into the state.
class Application {
 public:
  Application(const Record& record, const Projector::Options& options, StateTransaction& state,
              std::vector<NewEvent>& effects)
      : record_(record), options_(options), state_(state), effects_(effects) {}

  absl::Status Apply(v1::Event& event) {
    switch (event.payload_case()) {
      case v1::Event::kAnnouncementReceived:
        return Received(event.announcement_received());
      case v1::Event::kAnnouncementRejected:
        return Rejected(event.announcement_rejected());
      case v1::Event::kAnnouncementSplit:
        return Split(event.announcement_split());
      case v1::Event::kToolAnnounced:
        return Announced(event.tool_announced());
      case v1::Event::kReviewRequested:
        return ReviewRequested(event.review_requested());
      case v1::Event::kVerdictGiven:
        return VerdictGiven(*event.mutable_verdict_given()->mutable_verdict());
      case v1::Event::kReviewFailed:
        return ReviewFailed(event.review_failed());
      case v1::Event::kComparisonRequested:
        return ComparisonRequested(event.comparison_requested());
      case v1::Event::kComparisonDrafted:
        return ComparisonDrafted(event.comparison_drafted());
      case v1::Event::kDecisionSubmitted:
        return DecisionSubmitted(event.decision_submitted().decision());
      case v1::Event::kVerdictAmended:
        return VerdictAmended(event.verdict_amended().amendment());
      case v1::Event::kDeadLetter:
        return DeadLetter(event.dead_letter());
      case v1::Event::kComparisonDecided:
      case v1::Event::kSourceChanged:
      case v1::Event::kIdentityDecided:
      case v1::Event::kFactCorrected:
      case v1::Event::PAYLOAD_NOT_SET:
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Received(const v1::AnnouncementReceived& event) {
    const std::string& id = event.announcement().announcement_id();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
    if (known.has_value()) return absl::OkStatus();
    v1::Announcement announcement = event.announcement();
    announcement.set_state(v1::Announcement::RECEIVED);
    SEAWORTHY_RETURN_IF_ERROR(Correct(announcement));
    return StoreAnnouncement(state_, announcement, std::nullopt);
  }

  // A rejected announcement that a later one takes the place of is corrected.
  absl::Status Correct(const v1::Announcement& by) {
    if (by.replaces().empty()) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(auto rejected,
                               state_.Load<v1::Announcement>(Table::kAnnouncements, by.replaces()));
    if (!rejected.has_value() || rejected->state() != v1::Announcement::REJECTED) return absl::OkStatus();
    rejected->set_state(v1::Announcement::CORRECTED);
    rejected->set_replaced_by(by.announcement_id());
    return StoreAnnouncement(state_, *rejected, v1::Announcement::REJECTED);
  }

  // What was refused before it was received comes with the rejection.
  absl::Status Rejected(const v1::AnnouncementRejected& event) {
    if (!event.has_announcement()) {
      return RejectAnnouncement(event.announcement_id(), event.code(), event.reason());
    }
    const std::string& id = event.announcement().announcement_id();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
    if (known.has_value()) return absl::OkStatus();
    v1::Announcement announcement = event.announcement();
    announcement.set_state(v1::Announcement::REJECTED);
    announcement.set_reject_code(event.code());
    announcement.set_reason(event.reason());
    SEAWORTHY_RETURN_IF_ERROR(Correct(announcement));
    return StoreAnnouncement(state_, announcement, std::nullopt);
  }

  absl::Status RejectAnnouncement(const std::string& id, const std::string& code, const std::string& reason) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto announcement, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
    if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
      return absl::OkStatus();
    }
    announcement->set_state(v1::Announcement::REJECTED);
    announcement->set_reject_code(code);
    announcement->set_reason(reason);
    return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
  }

  // A feed: its entries are announcements of their own.
  absl::Status Split(const v1::AnnouncementSplit& event) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                               state_.Load<v1::Announcement>(Table::kAnnouncements, event.announcement_id()));
    if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
      return absl::OkStatus();
    }
    announcement->set_state(v1::Announcement::SPLIT);
    *announcement->mutable_entry_announcement_ids() = event.entry_announcement_ids();
    return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
  }

  absl::Status Announced(const v1::ToolAnnounced& event) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                               state_.Load<v1::Announcement>(Table::kAnnouncements, event.announcement_id()));
    if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
      return absl::OkStatus();
    }
    for (const v1::Revision& tool : event.tools()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, RecordTool(tool));
      announcement->add_tool_ids(id.value());
    }
    announcement->set_state(v1::Announcement::RECORDED);
    return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
  }

  // Makes the tool, a new revision of it, or nothing where no fact is new.
  absl::StatusOr<ToolId> RecordTool(const v1::Revision& announced) {
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, ResolveToolId(state_, announced));
    SEAWORTHY_ASSIGN_OR_RETURN(auto tool, LoadTool(state_, id));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadNewestRevision(state_, id));
    v1::Revision revision = announced;
    if (known.has_value()) {
      revision = MergeRevision(*known, announced);
      if (!FactsDiffer(*known, revision)) return id;
    } else {
      tool.emplace();
      tool->set_tool_id(id.value());
      *tool->mutable_create_time() = TimeOf(record_);
      SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", 1));
    }
    revision.set_tool_id(id.value());
    revision.set_number(tool->latest_revision() + 1);
    tool->set_latest_revision(revision.number());
    state_.Store(Table::kTools, id.value(), *tool);
    state_.Store(Table::kRevisions, RevisionKey({id, revision.number()}), revision);
    SEAWORTHY_RETURN_IF_ERROR(IndexNames(state_, revision));
    SEAWORTHY_RETURN_IF_ERROR(AskForReviews(revision, !known.has_value()));
    UpdateNearest(state_, known.has_value() ? &*known : nullptr, revision);
    return id;
  }

  // Reviews of the revision, and for a new tool the pairs it enters.
  absl::Status AskForReviews(const v1::Revision& revision, bool is_new_tool) {
    const ToolId id(revision.tool_id());
    SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::Revision> nearest,
                               FindNearest(state_, revision, NearestWanted()));
    v1::Event event;
    v1::ReviewRequested* request = event.mutable_review_requested();
    *request->mutable_revision() = revision;
    for (const PersonaId& persona : options_.personas) request->add_persona_ids(persona.value());
    for (size_t i = 0; i < std::min(nearest.size(), kMaxKnownCompetitors); ++i) {
      *request->add_competitors() = ToCompetitor(nearest[i]);
    }
    Emit(absl::StrCat("review:", revision.tool_id(), "@", revision.number()), event);
    if (!is_new_tool) return absl::OkStatus();
    int pairs = 0;
    for (const v1::Revision& near : nearest) {
      if (++pairs > options_.max_pairs_per_tool) break;
      const auto comparison = MakeComparisonId(id, ToolId(near.tool_id()));
      if (!comparison.ok()) continue;
      v1::Event event;
      v1::ComparisonRequested* request = event.mutable_comparison_requested();
      request->set_comparison_id(comparison->value());
      request->set_tool_a(std::min(revision.tool_id(), near.tool_id()));
      request->set_tool_b(std::max(revision.tool_id(), near.tool_id()));
      Emit(absl::StrCat("pair:", comparison->value()), event);
    }
    return absl::OkStatus();
  }

  absl::Status ReviewRequested(const v1::ReviewRequested& event) {
    const RevisionId revision{ToolId(event.revision().tool_id()), event.revision().number()};
    SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
    for (const std::string& persona : event.persona_ids()) {
      if (Holds(panel.expected_personas(), persona)) continue;
      panel.add_expected_personas(persona);
      SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", 1));
    }
    StorePanel(panel);
    return absl::OkStatus();
  }

  absl::Status VerdictGiven(v1::Verdict& verdict) {
    const RevisionId revision{ToolId(verdict.tool_id()), verdict.revision()};
    SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
    if (!Holds(panel.expected_personas(), verdict.persona_id()) ||
        !InsertSorted(verdict.persona_id(), *panel.mutable_given_personas())) {
      return absl::OkStatus();
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const bool had_failed, ForgetFailure(panel, verdict.persona_id()));
    if (!had_failed) SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", -1));
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "verdicts", 1));
    SEAWORTHY_RETURN_IF_ERROR(CountVerdict(state_, verdict, record_));
    SEAWORTHY_RETURN_IF_ERROR(ResolveNames(state_, verdict));
    EnterPredictions(state_, verdict);
    state_.Store(Table::kVerdicts, VerdictKey(revision, verdict.persona_id()), verdict);
    if (verdict.vote() == v1::SHIP) {
      panel.set_ship(panel.ship() + 1);
      InsertSorted(verdict.persona_id(), *panel.mutable_ship_personas());
    }
    panel.set_total(panel.total() + 1);
    panel.set_ship_percent((100 * panel.ship() + panel.total() / 2) / panel.total());
    panel.set_full(panel.given_personas_size() == panel.expected_personas_size());
    StorePanel(panel);
    if (!panel.full()) return absl::OkStatus();
    SEAWORTHY_RETURN_IF_ERROR(CountAgreement(state_, panel));
    return PanelIsFull(revision);
  }

  absl::Status ReviewFailed(const v1::ReviewFailed& event) {
    const RevisionId revision{ToolId(event.tool_id()), event.revision()};
    SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
    if (!Holds(panel.expected_personas(), event.persona_id()) ||
        Holds(panel.given_personas(), event.persona_id()) ||
        Holds(panel.failed_personas(), event.persona_id())) {
      return absl::OkStatus();
    }
    panel.add_failed_personas(event.persona_id());
    panel.add_failures(event.reason());
    panel.add_failure_outcomes(event.outcome());
    SEAWORTHY_RETURN_IF_ERROR(CountFailure(state_, event.persona_id(), event.outcome()));
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", -1));
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.failed", 1));
    StorePanel(panel);
    return absl::OkStatus();
  }

  // True where the persona had been given up on.
  absl::StatusOr<bool> ForgetFailure(v1::Panel& panel, const std::string& persona) {
    const auto& failed = panel.failed_personas();
    const auto at = std::find(failed.begin(), failed.end(), persona);
    if (at == failed.end()) return false;
    const int index = static_cast<int>(at - failed.begin());
    panel.mutable_failed_personas()->DeleteSubrange(index, 1);
    panel.mutable_failures()->DeleteSubrange(index, 1);
    panel.mutable_failure_outcomes()->DeleteSubrange(index, 1);
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.failed", -1));
    return true;
  }

  void StorePanel(const v1::Panel& panel) {
    state_.Store(Table::kPanels, RevisionKey({ToolId(panel.tool_id()), panel.revision()}), panel);
  }

  // The revision is the one comparisons show from now on.
  absl::Status PanelIsFull(const RevisionId& revision) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto tool, LoadTool(state_, revision.tool));
    if (!tool.has_value() || tool->reviewed_revision() >= revision.number) return absl::OkStatus();
    tool->set_reviewed_revision(revision.number);
    state_.Store(Table::kTools, revision.tool.value(), *tool);
    std::vector<ComparisonId> comparisons;
    SEAWORTHY_RETURN_IF_ERROR(ForEachComparisonOf(
        state_, revision.tool, [&](const ComparisonId& id) { comparisons.push_back(id); }));
    for (const ComparisonId& id : comparisons) SEAWORTHY_RETURN_IF_ERROR(DraftIfReady(id));
    return absl::OkStatus();
  }

  absl::Status DraftIfReady(const ComparisonId& id) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id.value()));
    for (const ToolId& side : {tools.first, tools.second}) {
      SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, side));
      if (!tool.has_value() || tool->reviewed_revision() == 0) return absl::OkStatus();
    }
    v1::Event event;
    event.mutable_comparison_drafted()->set_comparison_id(id.value());
    event.mutable_comparison_drafted()->set_tool_a(tools.first.value());
    event.mutable_comparison_drafted()->set_tool_b(tools.second.value());
    Emit(absl::StrCat("drafted:", record_.sequence, ":", id.value()), event);
    return absl::OkStatus();
  }

  absl::Status ComparisonRequested(const v1::ComparisonRequested& event) {
    const ComparisonId id(event.comparison_id());
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known,
                               state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
    if (known.has_value()) return absl::OkStatus();
    v1::Comparison comparison;
    comparison.set_comparison_id(id.value());
    comparison.set_tool_a(event.tool_a());
    comparison.set_tool_b(event.tool_b());
    comparison.set_state(v1::Comparison::WAITING);
    comparison.set_by_hand(!event.editor().empty());
    *comparison.mutable_create_time() = TimeOf(record_);
    *comparison.mutable_update_time() = TimeOf(record_);
    SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, comparison, std::nullopt));
    return DraftIfReady(id);
  }

  absl::Status ComparisonDrafted(const v1::ComparisonDrafted& event) {
    return Redraft(ComparisonId(event.comparison_id()));
  }

  // Takes the content as it is now; where it changed, there is a new draft.
  absl::Status Redraft(const ComparisonId& id) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
    if (!comparison.has_value()) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::ComparisonContent content, BuildContent(state_, id));
    const std::string hash = ContentHash(content);
    if (comparison->content_hash() == hash) return absl::OkStatus();
    const v1::Comparison::State before = comparison->state();
    comparison->set_content_hash(hash);
    comparison->set_state(v1::Comparison::DRAFTED);
    *comparison->mutable_update_time() = TimeOf(record_);
    return StoreComparison(state_, *comparison, before);
  }

  absl::Status DecisionSubmitted(const v1::Decision& decision) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome,
                               state_.Get(Table::kOutcomes, DecisionRequestKey(decision)));
    if (outcome.has_value()) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(const DecisionOutcome taken, TakeDecision(state_, decision, record_.sequence));
    state_.Put(Table::kOutcomes, DecisionRequestKey(decision), EncodeOutcome(taken.status));
    if (!taken.status.ok()) return absl::OkStatus();
    v1::Event event;
    *event.mutable_comparison_decided()->mutable_decision() = decision;
    Emit(absl::StrCat("decided:", record_.sequence), event);
    return absl::OkStatus();
  }

  absl::Status VerdictAmended(const v1::Amendment& amendment) {
    const std::string key = AmendmentRequestKey(amendment);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
    if (known.has_value()) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(const AmendmentOutcome taken,
                               TakeAmendment(state_, amendment, record_.sequence));
    state_.Put(Table::kOutcomes, key, EncodeOutcome(taken.status));
    return taken.verdict.has_value() ? RedraftAllOf(*taken.verdict) : absl::OkStatus();
  }

  // At once, so that whoever amended reads the new draft; an approval of the
  // old words finds another hash.
  absl::Status RedraftAllOf(const v1::Verdict& verdict) {
    const ToolId tool_id(verdict.tool_id());
    SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, tool_id));
    if (!tool.has_value() || tool->reviewed_revision() != verdict.revision()) return absl::OkStatus();
    std::vector<ComparisonId> comparisons;
    SEAWORTHY_RETURN_IF_ERROR(
        ForEachComparisonOf(state_, tool_id, [&](const ComparisonId& id) { comparisons.push_back(id); }));
    for (const ComparisonId& id : comparisons) {
      SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                                 state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
      const bool drafted = comparison.has_value() && comparison->state() != v1::Comparison::WAITING;
      if (drafted) SEAWORTHY_RETURN_IF_ERROR(Redraft(id));
    }
    return absl::OkStatus();
  }

  // What the record was about is told as failed, so that nothing waits for it.
  absl::Status DeadLetter(const v1::DeadLetter& letter) {
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "dead_letters", 1));
    SEAWORTHY_ASSIGN_OR_RETURN(const Record dead, options_.read_record(letter.sequence()));
    v1::Event event;
    if (!event.ParseFromString(dead.payload)) return absl::OkStatus();
    const std::string reason =
        absl::StrCat("given up after ", letter.attempts(), " tries: ", letter.reason());
    if (event.has_announcement_received()) {
      return RejectAnnouncement(event.announcement_received().announcement().announcement_id(), "dead_letter",
                                reason);
    }
    // The reviewer has a subscription a persona.
    if (!event.has_review_requested() || !letter.subscription().starts_with("reviewer.")) {
      return absl::OkStatus();
    }
    v1::ReviewFailed failure;
    failure.set_tool_id(event.review_requested().revision().tool_id());
    failure.set_revision(event.review_requested().revision().number());
    failure.set_persona_id(letter.subscription().substr(std::string_view("reviewer.").size()));
    failure.set_reason(reason);
    return ReviewFailed(failure);
  }

  void Emit(std::string dedup_id, v1::Event event) {
    *event.mutable_create_time() = TimeOf(record_);
    effects_.push_back(MakeEvent(std::move(dedup_id), event));
  }

  size_t NearestWanted() const {
    return std::max(kMaxKnownCompetitors, static_cast<size_t>(options_.max_pairs_per_tool));
  }

  static constexpr size_t kMaxKnownCompetitors = 5;

  const Record& record_;
  const Projector::Options& options_;
  StateTransaction& state_;
  std::vector<NewEvent>& effects_;
};

}  // namespace

absl::Status Projector::Apply(const Record& record, StateTransaction& state,
                              std::vector<NewEvent>& effects) const {
  v1::Event event;
  if (!event.ParseFromString(record.payload)) {
    spdlog::error("event {} ({}) cannot be understood and is passed over", record.sequence, record.subject);
    return AddToCounter(state, "events.unreadable", 1);
  }
  return Application(record, options_, state, effects).Apply(event);
}

}  // namespace seaworthy
