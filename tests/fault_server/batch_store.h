// The batch APIs of both providers, in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <variant>
#include "absl/strings/string_view.h"

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nlohmann/json.hpp"
#include "tests/fault_server/chat.h"
#include "tests/fault_server/http_request.h"
#include "tests/fault_server/wire_reply.h"

namespace seaworthy {

// Holds files and batches; a batch is done once it has been asked for
// `polls` times. Holds at most 64 MiB: what is oldest goes. Thread-safe.
class BatchStore {
 public:
  // How one request of a batch ends: the body of its 200, or of its error.
  struct Answer {
    int status = 200;
    std::string body;
  };
  // The body of one chat request -> its answer.
  using Answerer = std::function<Answer(Provider, const nlohmann::json&)>;

  BatchStore(int polls, Answerer answerer) : polls_(polls), answerer_(std::move(answerer)) {}

  // Answers `/v1/files…`, `/v1/batches…` and `/v1/messages/batches…`; `path`
  // is the target from `/v1` on, `origin` what result addresses begin with.
  WireReply Handle(const HttpRequest& request, absl::string_view path, absl::string_view origin);

 private:
  struct File {
    std::string id;
    std::string purpose;
    std::string bytes;
  };
  struct Batch {
    std::string id;
    Provider provider = Provider::kOpenAi;
    std::string input_file;
    std::string output_file;  // OpenAI: its id.
    std::string error_file;
    std::string results;  // JSON lines.
    int polls_left = 0;
    int succeeded = 0;
    int failed = 0;
    bool cancelled = false;
    bool done() const { return cancelled || polls_left <= 0; }
  };

  WireReply OpenAiFiles(const HttpRequest& request, absl::string_view rest);
  WireReply OpenAiBatches(const HttpRequest& request, absl::string_view rest);
  WireReply AnthropicBatches(const HttpRequest& request, absl::string_view rest, absl::string_view origin);
  WireReply CreateFile(const HttpRequest& request);
  WireReply CreateOpenAiBatch(const HttpRequest& request);
  WireReply CreateAnthropicBatch(const HttpRequest& request, absl::string_view origin);
  std::string AnswerLines(Batch* batch, const std::string& lines, std::string* errors);
  std::string KeepFile(std::string purpose, std::string bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void KeepBatch(Batch batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Bound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  File* FindFile(absl::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch* FindBatch(absl::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int polls_;
  const Answerer answerer_;
  absl::Mutex mutex_;
  std::deque<File> files_ ABSL_GUARDED_BY(mutex_);
  std::deque<Batch> batches_ ABSL_GUARDED_BY(mutex_);
  uint64_t made_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
