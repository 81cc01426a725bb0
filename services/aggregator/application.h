// One record on its way into the state: what each event does, and what
// follows. Defined over the apply_*.cc files, one for each subject.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "common/ids.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/telling.pb.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/identity/resolver.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Lives for one record. Not thread-safe; owns nothing.
class Application {
 public:
  Application(const Record& record, const Projector::Options& options, StateTransaction& state,
              std::vector<NewEvent>& effects)
      : record_(record), options_(options), state_(state), effects_(effects) {}

  absl::Status Apply(v1::Event& event);

 private:
  absl::Status Received(const v1::AnnouncementReceived& event);
  // A rejected announcement that a later one takes the place of is corrected.
  absl::Status Correct(const v1::Announcement& by);
  // What was refused before it was received comes with the rejection.
  absl::Status Rejected(const v1::AnnouncementRejected& event);
  absl::Status RejectAnnouncement(const std::string& id, const std::string& code, const std::string& reason);
  // A feed: its entries are announcements of their own.
  absl::Status Split(const v1::AnnouncementSplit& event);
  absl::Status Announced(const v1::ToolAnnounced& event);
  // By the first rules: makes the tool, a new revision of it, or nothing where
  // no fact is new.
  absl::StatusOr<ToolId> RecordTool(const v1::Revision& announced);
  absl::StatusOr<ToolId> RecordByFirstRules(const v1::ToolAnnounced& event,
                                            const v1::Announcement& announcement, int index);
  // By the rules of docs/identity.md.
  absl::StatusOr<std::vector<ToolId>> RecordTools(const v1::ToolAnnounced& event,
                                                  v1::Announcement& announcement);
  absl::StatusOr<ToolId> NewToolId(const std::string& name, const std::string& vendor, v1::ToolKind kind,
                                   uint32_t rules_version);
  // What the entry's earlier state told, which no longer counts.
  absl::StatusOr<std::vector<v1::Telling>> SupersedeEarlier(v1::Announcement& announcement,
                                                            std::vector<ToolId>* tools);
  absl::Status NoteSuspicions(const ToolId& tool, const identity::Resolution& resolution);
  absl::Status KeepTelling(const ToolId& filed, const v1::ToolAnnounced& event,
                           const v1::Announcement& announcement, int index);
  // Makes the tool's facts anew from what was told. Where they differ there is
  // a new revision; with `may_return` an earlier one of the same facts is the
  // newest again.
  absl::Status Recompute(const ToolId& id, bool may_return);
  absl::StatusOr<bool> ReturnToEarlier(v1::Tool& tool, const v1::Revision& composed);
  absl::Status StoreRevision(v1::Tool& tool, const std::optional<v1::Revision>& known, v1::Revision revision);
  // Asks the personas whose verdicts rest on what changed.
  absl::StatusOr<std::vector<v1::CarriedVerdict>> FindCarried(const v1::Revision& revision);
  // Reviews of the revision, and for a new tool the pairs it enters.
  absl::Status AskForReviews(const v1::Revision& revision, bool is_new_tool,
                             const std::vector<v1::CarriedVerdict>& carried = {});
  absl::Status ReviewRequested(const v1::ReviewRequested& event);
  absl::Status VerdictGiven(v1::Verdict& verdict);
  absl::Status ReviewFailed(const v1::ReviewFailed& event);
  // True where the persona had been given up on.
  absl::StatusOr<bool> ForgetFailure(v1::Panel& panel, const std::string& persona);
  void StorePanel(const v1::Panel& panel);
  // The revision is the one comparisons show from now on.
  absl::Status PanelIsFull(const RevisionId& revision);
  absl::Status DraftIfReady(const ComparisonId& id);
  absl::Status ComparisonRequested(const v1::ComparisonRequested& event);
  absl::Status ComparisonDrafted(const v1::ComparisonDrafted& event);
  // Takes the content as it is now; where it changed, there is a new draft.
  absl::Status Redraft(const ComparisonId& id);
  absl::Status DecisionSubmitted(const v1::Decision& decision);
  absl::Status ScheduleDue(const v1::ScheduleDue& event, const google::protobuf::Timestamp& time);
  absl::Status TellTaken(const DecisionOutcome& taken);
  absl::Status EmbargoSet(const v1::Embargo& embargo, const google::protobuf::Timestamp& time);
  absl::Status VerdictAmended(const v1::Amendment& amendment);
  // At once, so that whoever amended reads the new draft; an approval of the
  // old words finds another hash.
  absl::Status RedraftAllOf(const v1::Verdict& verdict);
  absl::Status RedraftComparisonsOf(const ToolId& tool);
  // What is again as it was approved is approved.
  absl::Status Reapprove(const ToolId& tool);
  // Takes a comparison out of the tables, with what was public of it, and
  // keeps it under the record's place for an undo. `now` is the pair it became.
  absl::Status Park(const v1::Comparison& comparison, const v1::IdentityDecision& decision,
                    const std::string& now);
  // Brings back what was parked at that place.
  absl::Status Unpark(uint64_t sequence);
  absl::Status RemoveComparison(const v1::Comparison& comparison);
  absl::Status TellDecided(const v1::Decision& decision);

  absl::Status IdentityDecided(const v1::IdentityDecision& decision);
  absl::Status FactCorrected(const v1::FactCorrection& correction);
  // Keeps an editor's word on a fact and makes the tool's facts anew.
  absl::Status KeepWord(v1::FactCorrection correction);

  absl::Status CorrectionIssued(const v1::CorrectionIssued& event);
  // Each refuses before it changes anything.
  absl::Status TakeCorrection(v1::Correction& correction);
  absl::Status TakeQuoteCorrection(v1::Correction& correction);
  absl::Status TakeFactCorrection(v1::Correction& correction);
  // Four eyes: FAILED_PRECONDITION until another account asks for the same.
  absl::Status CheckSecondEditor(v1::Correction& correction);
  absl::Status CorrectVerdicts(const v1::Correction& correction, const v1::Amendment& amendment,
                               const v1::Verdict& wrong);
  // One step over the tool's comparisons; what is left follows as an event.
  absl::Status ReachPages(v1::Correction correction, uint64_t sequence, const std::string& after);
  // True where readers saw what was wrong.
  absl::StatusOr<bool> CorrectPage(const v1::Correction& correction, uint64_t sequence,
                                   const ComparisonId& id);

  absl::Status ReviewRepeated(const v1::ReviewRepeat& repeat);
  // Which review is asked for again. Errors: why none is.
  absl::StatusOr<v1::ReviewRepeat> FindRepeat(const v1::ReviewRepeat& asked);
  absl::Status AskAgain(const v1::ReviewRepeat& repeat);
  // Takes the place of the verdict before.
  absl::Status ReplaceVerdict(v1::Verdict& verdict, v1::Panel& panel);
  // Each refuses before it changes anything.
  absl::Status TakeIdentity(v1::IdentityRecord& record);
  absl::Status Merge(v1::IdentityRecord& record);
  absl::Status MoveComparisons(const ToolId& stays, const ToolId& other, v1::IdentityRecord& record);
  absl::Status SplitTool(v1::IdentityRecord& record);
  // The announcements tell of `to` from now on.
  absl::Status Relabel(const v1::IdentityDecision& decision, const ToolId& from, const ToolId& to);
  absl::StatusOr<std::vector<std::string>> FindMoved(const v1::IdentityDecision& decision,
                                                     const ToolId& tool);
  absl::Status Undo(const v1::IdentityRecord& record);
  absl::Status CheckNothingLater(const v1::IdentityRecord& record);
  absl::Status UndoMerge(const v1::IdentityRecord& record);
  absl::Status UndoSplit(const v1::IdentityRecord& record, const v1::IdentityRecord& undo);
  absl::StatusOr<std::vector<ComparisonId>> ComparisonsOf(const ToolId& tool);
  absl::Status MakeComparison(const ToolId& a, const ToolId& b, bool by_hand, v1::IdentityRecord& record);
  // What the tool is known by, from what is told of it now.
  absl::Status RemakeNames(const ToolId& tool, const std::string& first_name);
  void ApplyCarried(const v1::ReviewRequested& event, const v1::Verdict& verdict, v1::Panel& panel);
  absl::Status PredictionResolved(const v1::PredictionResolution& resolution);
  absl::Status VoteCast(const v1::VoteCast& votes);
  absl::Status EditionDrafted(const v1::Edition& edition);
  absl::Status EditionDecided(const v1::EditionDecision& decision);
  absl::Status ComparisonAssigned(const v1::Assignment& assignment, absl::Time asked);
  // What the record was about is told as failed, so that nothing waits for it.
  absl::Status DeadLetter(const v1::DeadLetter& letter);
  // What was told as failed is under way again.
  absl::Status DeadLetterReplayed(const v1::DeadLetterReplayed& replay);
  absl::Status ReceiveAgain(const std::string& announcement_id);
  absl::Status ReviewAgain(const v1::ReviewRequested& request, const std::string& persona);
  void Emit(std::string dedup_id, v1::Event event);
  size_t NearestWanted() const;

  static constexpr size_t kMaxKnownCompetitors = 5;

  const Record& record_;
  const Projector::Options& options_;
  StateTransaction& state_;
  std::vector<NewEvent>& effects_;
};

}  // namespace seaworthy
