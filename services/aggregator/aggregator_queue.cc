// Calls about the desk's queue: what is to do, and who is on it.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/assignments.h"
#include "services/aggregator/times.h"
#include "services/aggregator/utf8.h"
#include "services/aggregator/views/queue_query.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxEditorBytes = 100;

absl::Status CheckEditor(const std::string& editor) {
  if (editor.size() <= kMaxEditorBytes && editor != "-" && IsPlainUtf8(editor)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the editor is no account's name: at most ", kMaxEditorBytes,
                                                 " bytes of plain text, and not `-`"));
}

}  // namespace

absl::StatusOr<v1::ListQueueResponse> AggregatorService::ListQueue(const v1::ListQueueRequest& request) {
  return ReadQueue(*impl_->store().Snapshot(), request, impl_->options().clock->Now(),
                   impl_->options().four_eyes);
}

absl::StatusOr<v1::Assignment> AggregatorService::AssignComparison(
    const v1::AssignComparisonRequest& request) {
  SEAWORTHY_RETURN_IF_ERROR(CheckEditor(request.assignment().editor()));
  const auto before = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id,
                             CanonicalComparisonId(*before, request.assignment().comparison_id()));
  SEAWORTHY_RETURN_IF_ERROR(impl_->LoadComparison(id).status());
  v1::Event event;
  const absl::Time now = impl_->options().clock->Now();
  *event.mutable_create_time() = FromMicros(absl::ToUnixMicros(now));
  v1::Assignment* asked = event.mutable_comparison_assigned()->mutable_assignment();
  asked->set_comparison_id(id.value());
  asked->set_editor(request.assignment().editor());
  asked->set_take_over(request.assignment().take_over());
  SEAWORTHY_RETURN_IF_ERROR(
      impl_->AppendAndApply(MakeEvent(absl::StrCat("assigned:", RandomHex(16)), event)).status());
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Comparison comparison, impl_->LoadComparison(id));
  SEAWORTHY_ASSIGN_OR_RETURN(auto held, LoadAssignment(*impl_->store().Snapshot(), comparison, now));
  if (held.has_value() && held->editor() != asked->editor()) return HeldBy(*held);
  if (held.has_value()) return *std::move(held);
  v1::Assignment nobody;
  nobody.set_comparison_id(id.value());
  return nobody;
}

}  // namespace seaworthy
