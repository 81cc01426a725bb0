// Answers to identical requests, so that none is paid for twice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// What the cache is asked with.
struct AnswerKeyParts {
  std::string_view endpoint;  // Name, URL, model and parameters (EndpointDigest).
  std::string_view system;    // Sha256 of it: the same for every review of a persona.
  std::string_view schema;    // Sha256 of it.
  std::string_view user;
  std::string_view hint;
};
// 32 bytes over every part with its length.
std::string AnswerKey(const AnswerKeyParts& parts);
// 32 bytes that stand for an endpoint.
std::string EndpointDigest(const LlmEndpoint& endpoint, std::string_view url);

// Thread-safe.
class AnswerCache {
 public:
  virtual ~AnswerCache() = default;
  // The answer kept for a key: outcome ok, usage 0. Nothing where there is
  // none, it is too old or it cannot be read.
  virtual std::optional<LlmReply> Find(const std::string& key) = 0;
  // Keeps an answer that was ok and of use. A failure loses the answer, no more.
  virtual void Keep(const std::string& key, const LlmReply& reply) = 0;
};

// Bounds of a cache on disk.
struct AnswerCacheOptions {
  absl::Duration longest = absl::Hours(24 * 30);
  // Oldest answers go first; the folder may be a file (4 MiB) larger.
  uint64_t max_bytes = 512ULL * 1024 * 1024;
  Clock* clock = Clock::Real();
};

// On RocksDB in a folder of its own, survives kills. A damaged folder is
// emptied: it is a cache. Errors: FAILED_PRECONDITION (in use), UNAVAILABLE.
absl::StatusOr<std::unique_ptr<AnswerCache>> OpenAnswerCache(const std::string& folder,
                                                             const AnswerCacheOptions& options);
// In memory, `most` answers, oldest out first.
std::unique_ptr<AnswerCache> NewMemoryAnswerCache(size_t most);

}  // namespace seaworthy
