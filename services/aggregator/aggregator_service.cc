#include "services/aggregator/aggregator_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/log_follower.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/panel_counts.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/state_store.h"
#include "services/aggregator/views/queue_index.h"

namespace seaworthy {
namespace {

constexpr uint64_t kRebuildStep = 1024;

// What the lease of emitting is called.
constexpr char kLease[] = "aggregator";
// A follower that has not come round for so long is stuck.
constexpr absl::Duration kPatience = absl::Seconds(30);

absl::Status MoveFolder(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot put ", from, " in the place of ", to, ": ",
                                             error.message(), "; check its permissions, start again"));
}

// Makes a store of an older schema anew from the log, beside it, then takes its
// place: killed at any moment, the next start has the old store or the new one,
// whole. Only as far as the old one had come: what follows from later events may
// not be in the log yet.
absl::Status RemakeOldStore(const AggregatorService::Options& options) {
  const std::string& store = options.store_dir;
  const std::string rebuilt = store + ".rebuilt";
  const std::string old = store + ".old";
  std::error_code error;
  if (std::filesystem::exists(store, error)) {
    std::filesystem::remove_all(old, error);
  } else if (std::filesystem::exists(old, error)) {
    SEAWORTHY_RETURN_IF_ERROR(MoveFolder(old, store));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto stamp, StateStore::ReadStamp(store));
  if (!stamp.has_value() || stamp->schema == 0 || stamp->schema >= StateStore::Schema())
    return absl::OkStatus();
  if (stamp->position > options.log->LastSequence()) return absl::OkStatus();
  spdlog::info("the store in {} has schema {}, this program writes {}: it is made anew from the log", store,
               stamp->schema, StateStore::Schema());
  std::filesystem::remove_all(rebuilt, error);
  SEAWORTHY_RETURN_IF_ERROR(RebuildState(options.log, rebuilt, stamp->position).status());
  SEAWORTHY_RETURN_IF_ERROR(MoveFolder(store, old));
  SEAWORTHY_RETURN_IF_ERROR(MoveFolder(rebuilt, store));
  std::filesystem::remove_all(old, error);
  spdlog::info("the store is made anew: {} events", stamp->position);
  return absl::OkStatus();
}

}  // namespace

AggregatorService::AggregatorService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AggregatorService::~AggregatorService() { Stop(); }

absl::StatusOr<std::unique_ptr<AggregatorService>> AggregatorService::Open(const Options& options) {
  SEAWORTHY_RETURN_IF_ERROR(RemakeOldStore(options));
  SEAWORTHY_ASSIGN_OR_RETURN(auto store, StateStore::Open(options.store_dir));
  if (store->position() > options.log->LastSequence()) {
    return absl::DataLossError(absl::StrCat(
        "the store in ", options.store_dir, " has seen event ", store->position(), " but the log ends at ",
        options.log->LastSequence(), ": the log has lost events; restore it from a backup"));
  }
  return std::unique_ptr<AggregatorService>(
      new AggregatorService(std::make_unique<Impl>(options, std::move(store))));
}

absl::Status AggregatorService::Start() {
  Leases* const leases = impl_->options().leases;
  LeaseOptions lease;
  lease.name = kLease;
  lease.ttl = impl_->options().lease_ttl;
  lease.patience = kPatience;
  impl_->follower().Start(leases == nullptr ? nullptr : leases->Want(lease));
  return absl::OkStatus();
}

void AggregatorService::Stop() { impl_->follower().Stop(); }

absl::Status AggregatorService::WaitUntilIdle(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!impl_->Idle()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("work is still under way; see `seaworthy status`");
    }
    const absl::Status moved =
        impl_->follower().WaitFor(impl_->follower().applied() + 1, std::min(left, absl::Milliseconds(50)));
    if (absl::IsCancelled(moved)) return moved;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> AggregatorService::StateHash() const { return impl_->store().Hash(); }

absl::Status AggregatorService::CheckpointTo(const std::string& dir) const {
  return impl_->store().CheckpointTo(dir);
}

absl::StatusOr<v1::Announcement> AggregatorService::GetAnnouncement(
    const v1::GetAnnouncementRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                             state->Load<v1::Announcement>(Table::kAnnouncements, request.announcement_id()));
  if (!announcement.has_value()) {
    return absl::NotFoundError(absl::StrCat("no announcement `", request.announcement_id(), "`"));
  }
  return *std::move(announcement);
}

absl::StatusOr<v1::ListAnnouncementsResponse> AggregatorService::ListAnnouncements(
    const v1::ListAnnouncementsRequest& request) {
  if (request.source_id().find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("a source's id holds no zero byte; `seaworthy watch list` shows them");
  }
  const auto state = impl_->store().Snapshot();
  const std::string source = request.source_id().empty() ? "" : AnnouncementSourcePrefix(request.source_id());
  const std::string prefix = source + AnnouncementStatePrefix(request.state());
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page, ReadPage(*state, Table::kAnnouncementsByTime, prefix,
                                                      request.page_size(), request.page_token()));
  v1::ListAnnouncementsResponse response;
  for (const std::string& key : page.keys) {
    SEAWORTHY_RETURN_IF_ERROR(LoadInto(*state, Table::kAnnouncements,
                                       std::string_view(key).substr(prefix.size() + 8),
                                       response.add_announcements()));
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::ToolView> AggregatorService::GetTool(const v1::GetToolRequest& request) {
  return BuildToolView(*impl_->store().Snapshot(), {ToolId(request.tool_id()), request.revision()});
}

absl::StatusOr<v1::ListToolsResponse> AggregatorService::ListTools(const v1::ListToolsRequest& request) {
  const auto state = impl_->store().Snapshot();
  const std::string prefix = request.asks() ? kQueueAsks : "";
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page, ReadPage(*state, request.asks() ? Table::kQueue : Table::kTools,
                                                      prefix, request.page_size(), request.page_token()));
  v1::ListToolsResponse response;
  for (const std::string& key : page.keys) {
    SEAWORTHY_ASSIGN_OR_RETURN(*response.add_tools(),
                               BuildToolView(*state, {ToolId(key.substr(prefix.size())), 0}));
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::ComparisonView> AggregatorService::GetComparison(const v1::GetComparisonRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, CanonicalComparisonId(*state, request.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state->Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (!comparison.has_value()) return NoSuchComparison(id.value());
  v1::ComparisonView view;
  *view.mutable_comparison() = *std::move(comparison);
  SEAWORTHY_RETURN_IF_ERROR(FillEmbargo(*state, *view.mutable_comparison()));
  SEAWORTHY_ASSIGN_OR_RETURN(*view.mutable_content(), BuildContent(*state, id));
  SEAWORTHY_RETURN_IF_ERROR(ReadAmendments(*state, view.content(), view.mutable_amendments()));
  return view;
}

absl::StatusOr<v1::ListComparisonsResponse> AggregatorService::ListComparisons(
    const v1::ListComparisonsRequest& request) {
  const auto state = impl_->store().Snapshot();
  const bool by_tool = !request.tool_id().empty();
  const bool by_state = request.state() != v1::Comparison::STATE_UNSPECIFIED;
  if (by_tool && by_state) {
    return absl::InvalidArgumentError("list comparisons by state or by tool, not by both");
  }
  std::string prefix;
  if (by_tool) {
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId tool, CurrentTool(*state, ToolId(request.tool_id())));
    prefix = Terminated(tool.value());
  }
  if (by_state) prefix = ComparisonStatePrefix(request.state());
  const Table table =
      by_tool ? Table::kComparisonsByTool : (by_state ? Table::kComparisonsByState : Table::kComparisons);
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page,
                             ReadPage(*state, table, prefix, request.page_size(), request.page_token()));
  v1::ListComparisonsResponse response;
  for (const std::string& key : page.keys) {
    SEAWORTHY_RETURN_IF_ERROR(LoadInto(*state, Table::kComparisons,
                                       std::string_view(key).substr(prefix.size()),
                                       response.add_comparisons()));
    SEAWORTHY_RETURN_IF_ERROR(FillEmbargo(*state, *response.mutable_comparisons()->rbegin()));
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::Comparison> AggregatorService::RequestComparison(
    const v1::RequestComparisonRequest& request) {
  const auto snapshot = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId a, CurrentTool(*snapshot, ToolId(request.tool_a())));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId b, CurrentTool(*snapshot, ToolId(request.tool_b())));
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, MakeComparisonId(a, b));
  for (const ToolId& tool : {a, b}) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadTool(*snapshot, tool));
    if (!known.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("no tool `", tool.value(), "`; GET /api/v1/tools lists what there is"));
    }
  }
  v1::Event event;
  v1::ComparisonRequested* requested = event.mutable_comparison_requested();
  requested->set_comparison_id(id.value());
  requested->set_tool_a(std::min(a, b).value());
  requested->set_tool_b(std::max(a, b).value());
  requested->set_editor(request.editor().empty() ? "api" : request.editor());
  SEAWORTHY_RETURN_IF_ERROR(
      impl_->AppendAndApply(MakeEvent(absl::StrCat("pair:", id.value()), event)).status());
  return impl_->LoadComparison(id);
}

absl::StatusOr<v1::AggregatorStatus> AggregatorService::GetStatus(const v1::GetStatusRequest&) {
  v1::AggregatorStatus status;
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_RETURN_IF_ERROR(ReadSpend(*state, impl_->options().clock->Now(), status));
  SEAWORTHY_RETURN_IF_ERROR(
      state->Scan(Table::kCounters, "", "", [&](std::string_view key, std::string_view value) {
        uint64_t number = 0;
        if (absl::SimpleAtoi(std::string(value), &number))
          (*status.mutable_counts())[std::string(key)] = number;
        return true;
      }));
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t asking, CountAsking(*state));
  if (asking > 0) (*status.mutable_counts())["corrections.asking"] = asking;
  for (const SubscriptionStatus& queue : impl_->options().log->ListSubscriptions()) {
    v1::QueueStatus* row = status.add_queues();
    row->set_name(queue.name);
    row->set_pending(queue.pending);
    row->set_in_flight(queue.in_flight);
    row->set_retrying(queue.retrying);
    row->set_dead(queue.dead);
  }
  status.set_log_sequence(impl_->options().log->LastSequence());
  status.set_log_first_sequence(impl_->options().log->FirstSequence());
  status.set_log_retention_days(static_cast<uint32_t>(impl_->options().log_retention_days));
  status.set_applied_sequence(impl_->follower().applied());
  status.set_leading(impl_->follower().leading());
  status.set_leader(impl_->follower().leader());
  return status;
}

absl::StatusOr<v1::WaitForChangeResponse> AggregatorService::WaitForChange(
    const v1::WaitForChangeRequest& request, absl::Duration timeout) {
  const absl::Status waited =
      impl_->follower().WaitFor(request.after_sequence() + 1, std::min(timeout, kApplyTimeout));
  if (absl::IsCancelled(waited)) return waited;
  v1::WaitForChangeResponse response;
  response.set_applied_sequence(impl_->follower().applied());
  return response;
}

absl::StatusOr<std::string> RebuildState(EventLog* log, const std::string& store_dir, uint64_t until) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto store, StateStore::Open(store_dir));
  if (store->position() != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(store_dir, " holds a state already; name an empty folder"));
  }
  const Projector projector({{}, 0, [log](uint64_t sequence) { return log->Read(sequence); }});
  LogFollower follower(log, store.get(), &projector);
  const uint64_t end = std::min(until, log->LastSequence());
  while (follower.applied() < end) {
    const uint64_t left = end - follower.applied();
    const size_t step = std::min<uint64_t>(left, kRebuildStep);
    SEAWORTHY_RETURN_IF_ERROR(follower.Step(step, absl::Seconds(10), /*keep_effects=*/false).status());
  }
  return store->Hash();
}

}  // namespace seaworthy
