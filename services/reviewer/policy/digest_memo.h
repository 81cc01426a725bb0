// SHA-256 of texts that are shared by many prompts, computed once each.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/hash.h"

namespace seaworthy {

// Thread-safe. Knows a text by where it lies, and keeps it there.
class DigestMemo {
 public:
  std::string Of(const std::shared_ptr<const std::string>& text) {
    if (text == nullptr) return "";
    {
      absl::MutexLock lock(&mutex_);
      for (const auto& [known, digest] : known_) {
        if (known == text) return digest;
      }
    }
    std::string digest = Sha256(*text);
    absl::MutexLock lock(&mutex_);
    // Few personas; a builder that shares nothing must not grow this.
    if (known_.size() >= kMost) known_.erase(known_.begin());
    known_.emplace_back(text, digest);
    return digest;
  }

 private:
  static constexpr size_t kMost = 32;
  absl::Mutex mutex_;
  std::vector<std::pair<std::shared_ptr<const std::string>, std::string>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
