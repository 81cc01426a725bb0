#include "cli/hook_poster.h"

namespace seaworthy::cli {
namespace {

// What a receiver says beside its status is not read.
constexpr size_t kMaxAnswerBytes = 64 << 10;

}  // namespace

absl::StatusOr<HookAnswer> FetchingHookPoster::Post(const HookPost& post) {
  FetchRequest request;
  request.url = post.url;
  request.post_headers = post.headers;
  request.post_body = post.body;
  request.post_content_type = "application/json";
  request.deadline = post.deadline;
  request.max_bytes = kMaxAnswerBytes;
  request.ignore_robots = true;
  request.cancelled = post.cancelled;
  const auto result = fetcher_->Fetch(request);
  // A body over the bound is only read where the status was 2xx.
  if (FetchErrorCode(result.status()) == "too_large") return HookAnswer{.status = 200, .retry_after = {}};
  if (!result.ok()) return result.status();
  return HookAnswer{.status = result->http_status, .retry_after = result->retry_after};
}

}  // namespace seaworthy::cli
