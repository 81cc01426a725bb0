// Webhooks over the fetcher of the sources: the same addresses are refused.
#pragma once

#include "services/ingest/fetch/fetcher.h"
#include "services/publisher/hooks_out/hook_poster.h"

namespace seaworthy::cli {

// Thread-safe. `fetcher` must outlive it.
class FetchingHookPoster : public HookPoster {
 public:
  explicit FetchingHookPoster(Fetcher* fetcher) : fetcher_(fetcher) {}
  absl::StatusOr<HookAnswer> Post(const HookPost& post) override;

 private:
  Fetcher* const fetcher_;
};

}  // namespace seaworthy::cli
