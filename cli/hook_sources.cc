#include "cli/hook_sources.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

v1::Source SourceOf(const Hook& hook) {
  v1::Source source;
  source.set_source_id(hook.source_id);
  source.set_kind(v1::Source::WEBHOOK);
  source.set_signature(hook.signature == Hook::Signature::kGitHub ? "github" : "generic");
  source.set_tier(hook.tier);
  return source;
}

}  // namespace

absl::Status ShowHooksAsSources(const std::vector<Hook>& hooks, Watcher& watcher) {
  if (hooks.empty()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ListSourcesResponse listed, watcher.ListSources({}));
  for (const Hook& hook : hooks) {
    v1::ChangeSourceRequest request;
    v1::SourceChange& change = *request.mutable_change();
    change.set_kind(v1::SourceChange::PUT);
    change.set_operator_("configuration");
    *change.mutable_source() = SourceOf(hook);
    const auto known =
        std::find_if(listed.sources().begin(), listed.sources().end(),
                     [&](const v1::SourceView& view) { return view.source().source_id() == hook.source_id; });
    if (known != listed.sources().end()) {
      const v1::Source& there = known->source();
      if (there.kind() != v1::Source::WEBHOOK) {
        return absl::AlreadyExistsError(
            absl::StrCat("[hooks.", hook.source_id,
                         "]: a source that is read has this name already; name the "
                         "webhook otherwise or remove the source"));
      }
      if (there.signature() == change.source().signature() && there.tier() == hook.tier) continue;
      change.mutable_source()->set_title(there.title());
      change.mutable_source()->set_paused(there.paused());
    }
    SEAWORTHY_RETURN_IF_ERROR(watcher.ChangeSource(request).status());
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::cli
