// The providers' APIs as one function from requests to replies.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/fault_server/batch_store.h"
#include "tests/fault_server/chat.h"
#include "tests/fault_server/connection.h"
#include "tests/fault_server/fault_kind.h"
#include "tests/fault_server/wire_reply.h"

namespace seaworthy {

// Which requests fail how.
struct FaultScript {
  std::vector<FaultKind> first;  // One request each, in this order.
  FaultShares shares;            // Then at random.
};

struct ProviderOptions {
  std::string key;      // Asked for where it is not empty.
  std::string content;  // Every answer's text; empty: a verdict.
  FaultScript script;   // For requests that have no script of their own.
  absl::Duration retry_after = absl::Seconds(1);
  int batch_polls = 2;
  uint64_t seed = 1;
};

// Which script holds: the one set for the path's prefix (`/NAME/v1/…`), the
// one set for the model, the fault of which the prefix is the name, or the
// common one, in this order. Thread-safe; holds at most 1,000 scripts.
class ProviderApi {
 public:
  explicit ProviderApi(ProviderOptions options);

  // Where the server is reached: `http://127.0.0.1:8080`.
  void set_origin(std::string origin) { origin_ = std::move(origin); }
  // `name`: a prefix of paths, or a model. Replaces the script of that name.
  void SetScript(const std::string& name, FaultScript script);
  WireReply Answer(const HttpRequest& request, FaultCounters* counters);

 private:
  struct Played {
    FaultScript script;
    uint64_t requests = 0;
  };

  WireReply Chat(const HttpRequest& request, Provider provider, absl::string_view prefix,
                 FaultCounters* counters);
  WireReply Models(const HttpRequest& request, Provider provider, absl::string_view prefix) const;
  WireReply Refusal(Provider provider, int status, absl::string_view message) const;
  bool KeyFits(const HttpRequest& request, Provider provider) const;
  BatchStore::Answer AnswerOfBatch(Provider provider, const nlohmann::json& body);
  Completion Complete(const ChatRequest& request);
  bool SeenSystem(const std::string& system);
  FaultKind NextFault(absl::string_view prefix, const std::string& model);
  FaultKind Draw(Played* played) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ProviderOptions options_;
  std::string origin_;  // Set before the first request.
  BatchStore batches_;
  std::atomic<uint64_t> made_{0};
  absl::Mutex mutex_;
  Played common_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Played, std::less<>> scripts_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<size_t> systems_ ABSL_GUARDED_BY(mutex_);
  std::deque<size_t> systems_in_order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
