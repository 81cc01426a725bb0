// The webhooks of the configuration as sources, so that operators see and
// pause them like the others.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "services/ingest/watch/watcher.h"
#include "services/publisher/api/hook.h"

namespace seaworthy::cli {

// Adds each as a source of kind WEBHOOK, or sets its signature and tier where
// the configuration says otherwise than before. Title and pause stay as an
// operator set them. Errors: the watcher's; ALREADY_EXISTS where a source of
// another kind has the name.
absl::Status ShowHooksAsSources(const std::vector<Hook>& hooks, Watcher& watcher);

}  // namespace seaworthy::cli
