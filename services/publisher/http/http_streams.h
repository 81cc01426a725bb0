// Answers that go on, over RESTinio's chunked output.
#pragma once

#include <cstddef>
#include <memory>
#include <restinio/all.hpp>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/http/http_message.h"

namespace seaworthy {

// The streams of one server: at most a number of them, all ended by Stop.
// Thread-safe.
class HttpStreams {
 public:
  explicit HttpStreams(size_t max_streams) : max_streams_(max_streams) {}

  // Sends the response's headers and begins its stream; null where there are
  // too many, or after Stop.
  std::shared_ptr<HttpStream> Open(const restinio::request_handle_t& request, const HttpResponse& response);
  // Ends all; later ones are refused.
  void Stop();

 private:
  class Stream;

  const size_t max_streams_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<HttpStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
