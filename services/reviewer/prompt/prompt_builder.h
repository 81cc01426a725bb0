// From what is known about a tool to what a model is sent.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

inline constexpr size_t kMaxHintBytes = 400;
// The part that changes from tool to tool is at most system / this.
inline constexpr double kSystemToUser = 4.3;

// Thread-safe. The same request and hint give the same prompt, byte for byte,
// in whatever order related tools come; the system part and the schema are
// made once a persona and shared.
class PromptBuilder {
 public:
  // `nonce_key` goes into the delimiter of the data: any bytes, kept.
  explicit PromptBuilder(std::string_view nonce_key) : nonce_key_(nonce_key) {}

  // `hint` is what was wrong with the answer before; at most kMaxHintBytes of
  // it stand at the very end, as one line of data. Never fails: what is too
  // long is shortened.
  LlmPrompt Build(const LlmRequest& request, std::string_view hint = {}) const;

 private:
  struct Shared {
    std::shared_ptr<const std::string> system;
    std::shared_ptr<const std::string> schema;
  };
  Shared SharedOf(const v1::Persona& persona) const;

  const std::string nonce_key_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, Shared> shared_ ABSL_GUARDED_BY(mutex_);  // By prompt hash.
};

// With a key that is the same for every run, so that identical requests are
// identical prompts: no text can hold its own keyed hash, known key or not.
LlmPrompt BuildPrompt(const LlmRequest& request, std::string_view hint = {});

}  // namespace seaworthy
