#include "services/publisher/http/http_streams.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace seaworthy {
namespace {

// Writes not yet taken by the connection; a reader further behind is too slow.
constexpr int kMaxUnwritten = 32;

using Chunks = restinio::response_builder_t<restinio::chunked_output_t>;

// How a stream's writes go; outlives it where a write is still under way.
struct Progress {
  absl::Mutex mutex;
  int unwritten ABSL_GUARDED_BY(mutex) = 0;
  bool gone ABSL_GUARDED_BY(mutex) = false;
};

}  // namespace

// Its last owner letting go ends it.
class HttpStreams::Stream : public HttpStream {
 public:
  Stream(const restinio::request_handle_t& request, const HttpResponse& response)
      : builder_(request->create_response<restinio::chunked_output_t>(
            restinio::http_status_line_t{restinio::http_status_code_t{static_cast<uint16_t>(response.status)},
                                         std::string(ReasonPhrase(response.status))})) {
    for (const auto& [name, value] : response.headers) builder_->append_header(name, value);
    builder_->append_header_date_field();
    builder_->flush();
  }
  ~Stream() override { End(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool Write(std::string bytes) override {
    absl::MutexLock lock(&mutex_);
    if (!builder_.has_value()) return false;
    if (!Begin()) {
      EndLocked();
      return false;
    }
    try {
      builder_->append_chunk(std::move(bytes));
      builder_->flush([progress = progress_](const auto& error) {
        absl::MutexLock done(&progress->mutex);
        --progress->unwritten;
        if (error) progress->gone = true;
      });
    } catch (const std::exception&) {
      EndLocked();
      return false;
    }
    return true;
  }

  void End() override {
    absl::MutexLock lock(&mutex_);
    EndLocked();
  }

 private:
  // Counts a write, unless the reader is not there for it.
  bool Begin() {
    absl::MutexLock lock(&progress_->mutex);
    if (progress_->gone || progress_->unwritten >= kMaxUnwritten) return false;
    ++progress_->unwritten;
    return true;
  }
  void EndLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!builder_.has_value()) return;
    try {
      builder_->done();
    } catch (const std::exception&) {
      // The connection is gone: there is nothing to end.
    }
    builder_.reset();
  }

  absl::Mutex mutex_;
  std::optional<Chunks> builder_ ABSL_GUARDED_BY(mutex_);
  const std::shared_ptr<Progress> progress_ = std::make_shared<Progress>();
};

std::shared_ptr<HttpStream> HttpStreams::Open(const restinio::request_handle_t& request,
                                              const HttpResponse& response) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(std::remove_if(streams_.begin(), streams_.end(),
                                [](const std::weak_ptr<HttpStream>& stream) { return stream.expired(); }),
                 streams_.end());
  if (stopped_ || streams_.size() >= max_streams_) return nullptr;
  auto stream = std::make_shared<Stream>(request, response);
  streams_.push_back(stream);
  return stream;
}

void HttpStreams::Stop() {
  std::vector<std::weak_ptr<HttpStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    streams.swap(streams_);
  }
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) stream->End();
  }
}

}  // namespace seaworthy
