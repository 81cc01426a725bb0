#include "cli/hook_sources.h"

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
  for (const Hook& hook : hooks) {
    v1::ChangeSourceRequest request;
    v1::SourceChange& change = *request.mutable_change();
    change.set_kind(v1::SourceChange::PUT);
    change.set_operator_("configuration");
    *change.mutable_source() = SourceOf(hook);
    v1::ListSourcesRequest this_one;
    this_one.set_source_id(hook.source_id);
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::ListSourcesResponse known, watcher.ListSources(this_one));
    if (!known.sources().empty()) {
      const v1::Source& there = known.sources(0).source();
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
