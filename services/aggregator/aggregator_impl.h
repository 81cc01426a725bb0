// What is inside AggregatorService, for the files that define its methods.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/log_follower.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_store.h"
#include "services/aggregator/votes/vote_collector.h"

namespace seaworthy {

inline constexpr absl::Duration kApplyTimeout = absl::Seconds(8);

inline absl::Status NoSuchComparison(const std::string& id) {
  return absl::NotFoundError(
      absl::StrCat("no comparison `", id, "`; ask for the pair with POST /api/v1/comparisons"));
}

// The message a key of an index names; the index and its table never differ.
template <typename Message>
absl::Status LoadInto(const StateReader& state, Table table, std::string_view key, Message* message) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto found, state.Load<Message>(table, key));
  if (!found.has_value()) {
    return absl::DataLossError(
        absl::StrCat("an index names `", std::string(key), "`, which is not there; run `seaworthy rebuild`"));
  }
  *message = *std::move(found);
  return absl::OkStatus();
}

// `a-vs-b` in either order to the canonical id, with the tools that merged ones
// are now.
inline absl::StatusOr<ComparisonId> CanonicalComparisonId(const StateReader& state, const std::string& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId a, CurrentTool(state, tools.first));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId b, CurrentTool(state, tools.second));
  if (a == b)
    return absl::NotFoundError(absl::StrCat("`", id, "`: the two are one tool now, `", a.value(), "`"));
  return MakeComparisonId(a, b);
}

// The store, what follows the log into it, and what commands share. Thread-safe.
class AggregatorService::Impl {
 public:
  Impl(const Options& options, std::unique_ptr<StateStore> store)
      : options_(options),
        store_(std::move(store)),
        projector_({options.personas, options.max_pairs_per_tool,
                    [log = options.log](uint64_t sequence) { return log->Read(sequence); }}),
        follower_(options.log, store_.get(), &projector_, options.clock) {}

  LogFollower& follower() { return follower_; }
  const StateStore& store() const { return *store_; }
  VoteCollector& votes() { return votes_; }
  const Options& options() const { return options_; }

  absl::StatusOr<v1::Comparison> LoadComparison(const ComparisonId& id) const {
    const auto state = store_->Snapshot();
    SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state->Load<v1::Comparison>(Table::kComparisons, id.value()));
    if (!comparison.has_value()) return NoSuchComparison(id.value());
    SEAWORTHY_RETURN_IF_ERROR(FillEmbargo(*state, *comparison));
    return *std::move(comparison);
  }

  // Appends and waits until the state shows what came of it.
  absl::StatusOr<Appended> AppendAndApply(const NewEvent& event) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended, options_.log->Append(event));
    SEAWORTHY_RETURN_IF_ERROR(follower_.WaitFor(appended.sequence, kApplyTimeout));
    return appended;
  }

  bool Idle() const {
    const auto state = store_->Snapshot();
    const auto reviews = LoadCounter(*state, "reviews.pending");
    const auto received = LoadCounter(*state, "announcements.received");
    return reviews.ok() && received.ok() && *reviews == 0 && *received == 0 &&
           follower_.applied() == options_.log->LastSequence();
  }

 private:
  const Options options_;
  const std::unique_ptr<StateStore> store_;
  const Projector projector_;
  LogFollower follower_;
  VoteCollector votes_{[this](const v1::Event& event) {
    return AppendAndApply(MakeEvent(absl::StrCat("votes:", RandomHex(16)), event)).status();
  }};
};

}  // namespace seaworthy
