#include "common/telemetry/span_exporter.h"

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

constexpr int kAttempts = 3;
constexpr absl::Duration kRetryPause = absl::Seconds(1);
constexpr absl::Duration kLastDeadline = absl::Seconds(1);

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What the collector says is of no use.
size_t Discard(const char*, size_t size, size_t count, void*) { return size * count; }

std::string TracesUrl(const std::string& url) {
  return absl::StrCat(absl::StripSuffix(url, "/"), "/v1/traces");
}

}  // namespace

SpanExporter::SpanExporter(Options options) : options_(std::move(options)) {
  [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  thread_ = std::thread([this] { Run(); });
}

SpanExporter::~SpanExporter() { Stop(); }

void SpanExporter::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void SpanExporter::CountAll(const char* outcome, size_t count) {
  for (size_t i = 0; i < count; ++i) options_.metrics->Count("seaworthy_spans_total", {{"outcome", outcome}});
}

void SpanExporter::Offer(OutSpan span) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_ && queue_.size() < options_.max_queue) {
      queue_.push_back(std::move(span));
      return;
    }
  }
  CountAll("dropped", 1);
}

std::vector<OutSpan> SpanExporter::TakeBatch() {
  absl::MutexLock lock(&mutex_);
  const auto some = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); };
  mutex_.Await(absl::Condition(&some));
  const auto enough = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || queue_.size() >= options_.max_batch;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&enough), options_.gather);
  std::vector<OutSpan> batch;
  while (!queue_.empty() && batch.size() < options_.max_batch) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

bool SpanExporter::Pause(int attempt) {
  if (attempt == kAttempts) return false;
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kRetryPause * attempt);
}

void SpanExporter::Send(const std::vector<OutSpan>& batch, bool last) {
  const std::string body = OtlpRequest(batch);
  const absl::Duration deadline = last ? std::min(options_.deadline, kLastDeadline) : options_.deadline;
  for (int attempt = 1;; ++attempt) {
    const absl::Status sent = Post(body, deadline);
    if (sent.ok()) {
      if (std::exchange(failing_, false)) spdlog::info("telemetry: the collector takes spans again");
      return CountAll("exported", batch.size());
    }
    if (!std::exchange(failing_, true)) {
      spdlog::warn("telemetry: spans cannot be exported: {}; they are dropped until it takes them",
                   std::string(sent.message()));
    }
    if (!Pause(attempt)) return CountAll("failed", batch.size());
  }
}

absl::Status SpanExporter::Post(const std::string& body, absl::Duration deadline) const {
  const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  if (curl == nullptr) return absl::InternalError("libcurl cannot be started");
  std::unique_ptr<curl_slist, FreeList> headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  const std::string url = TracesUrl(options_.url);
  const auto set = [&curl](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDS, body.c_str());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(deadline)));
  set(CURLOPT_WRITEFUNCTION, &Discard);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 == 2) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the collector answered ", status));
}

void SpanExporter::Run() {
  // After Stop what is left goes out in one request; more would take too long.
  for (bool last = false; !last;) {
    {
      absl::MutexLock lock(&mutex_);
      last = stopping_;
    }
    const std::vector<OutSpan> batch = TakeBatch();
    if (!batch.empty()) Send(batch, last);
  }
  absl::MutexLock lock(&mutex_);
  CountAll("dropped", queue_.size());
  queue_.clear();
}

}  // namespace seaworthy
