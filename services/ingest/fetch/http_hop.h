// One request and its answer, without redirects.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/ingest/fetch/connect_policy.h"
#include "services/ingest/fetch/fetch_url.h"

namespace seaworthy {

// A moment of the machine's own time, which no test and no administrator sets.
class FetchDeadline {
 public:
  explicit FetchDeadline(absl::Duration from_now)
      : whole_(from_now), at_(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(from_now)) {}

  // Of what is left: `share`, at most `most`.
  FetchDeadline Part(double share, absl::Duration most) const {
    return FetchDeadline(std::min(Left() * share, most));
  }
  // Never negative.
  absl::Duration Left() const {
    return std::max(absl::FromChrono(at_ - std::chrono::steady_clock::now()), absl::ZeroDuration());
  }
  bool passed() const { return Left() <= absl::ZeroDuration(); }
  absl::Duration whole() const { return whole_; }

 private:
  absl::Duration whole_;
  std::chrono::steady_clock::time_point at_;
};

struct HopRequest {
  // `Name: value` each, without control characters.
  std::vector<std::string> headers = {};
  // POST where `post` is set.
  bool post = false;
  std::string body = {};
  // Of the body of a 2xx, after decompression.
  size_t max_bytes = 0;
  // A body that is larger is cut there instead of being an error.
  bool cut_body = false;
  std::string user_agent = {};
  std::string ca_file = {};
  // Not owned, may be null: the hop ends once it is true.
  const std::atomic<bool>* cancelled = nullptr;
};

struct HopAnswer {
  int status = 0;
  std::string body;
  // As sent, in order.
  std::vector<std::pair<std::string, std::string>> headers;

  // Values of that header (any case), joined with `, `.
  std::string Header(std::string_view name) const;
  // The first that is not empty.
  std::string First(std::string_view name) const;
};

// Most that is read of all header lines of a hop, 1xx and trailers included,
// and of the body of an answer that is no 2xx.
inline constexpr size_t kMaxHeadBytes = 64 * 1024;
inline constexpr size_t kMaxErrorBodyBytes = 64 * 1024;

// Blocks until the answer is whole or the deadline has passed. Each call makes
// connections of its own and resolves anew; the policy sees every address at
// the moment its socket is made. Errors: as Fetcher::Fetch.
absl::StatusOr<HopAnswer> RunHop(const FetchUrl& url, const HopRequest& request, const ConnectPolicy& policy,
                                 const FetchDeadline& deadline);

}  // namespace seaworthy
