// HTTP to providers: many calls at once from one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct curl_slist;

namespace seaworthy {

// Header lines of a request, made once and shared by calls. Immutable.
class WireHeaders {
 public:
  // `Name: value` each. Errors: INVALID_ARGUMENT naming the line by its header's
  // name where it holds a control character; never its value.
  static absl::StatusOr<std::shared_ptr<const WireHeaders>> Make(const std::vector<std::string>& lines);
  ~WireHeaders();
  WireHeaders(const WireHeaders&) = delete;
  WireHeaders& operator=(const WireHeaders&) = delete;
  curl_slist* list() const { return list_; }

 private:
  WireHeaders() = default;
  curl_slist* list_ = nullptr;
};

// What stays the same from call to call. Immutable, shared.
struct WireTarget {
  std::string url;  // http or https.
  std::shared_ptr<const WireHeaders> headers;
  std::string ca_file;  // PEM roots; empty: the system's.
  absl::Duration connect_timeout = absl::Seconds(5);
};

// One call.
struct WireRequest {
  std::shared_ptr<const WireTarget> target;
  std::string body;
  // From Post or Get to the last byte.
  absl::Duration deadline = absl::Seconds(60);
  // Of the answer, after decompression.
  size_t max_bytes = 1 << 20;
  // For EndAll.
  const void* owner = nullptr;
  // Sees the body of a 200 as it comes, on the client's thread; false ends the
  // call as kStopped. May be empty.
  std::function<bool(std::string_view)> on_body;
};

// How a call ended.
enum class WireEnd {
  kDone,       // A whole answer, of any status.
  kTimeout,    // Deadline or connect timeout.
  kTooLarge,   // More than max_bytes, or 64 KiB of headers.
  kStopped,    // By on_body.
  kCut,        // Closed before the end of the body.
  kConnect,    // No such host, refused, unreachable.
  kTls,        // Handshake or certificate.
  kTransport,  // Reset, no HTTP, broken compression.
  kBadUrl,     // Not http or https, or no URL.
  kEnded,      // By EndAll, the destructor, or because the client is full.
};

struct WireResponse {
  WireEnd end = WireEnd::kTransport;
  int status = 0;
  // Header lines of the last response as they came.
  std::string head;
  // What came of the body, decompressed.
  std::string body;
  // The request's body, handed back.
  std::string sent;
  // In words, where end is not kDone.
  std::string error;
  absl::Duration elapsed;

  // Value of the first header of that name, any case; empty where there is none.
  std::string_view Header(std::string_view name) const;
};

// Called exactly once, on the client's thread; must not block.
using WireDone = std::function<void(WireResponse)>;

// Runs calls on one thread (libcurl's multi interface on epoll). Connections
// are kept and reused; HTTP/1.1, so that a call shares its connection with no
// other. No redirects, no proxies, no cookies, certificates always checked; at
// most kMaxInFlight calls. libcurl itself sends a request again on a new
// connection where a kept one turns out closed before a byte of answer came;
// nothing else is retried. Thread-safe. The destructor ends all calls.
class HttpClient {
 public:
  static constexpr int kMaxInFlight = 8192;

  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void Post(WireRequest request, WireDone done);
  void Get(WireRequest request, WireDone done);
  // Ends the owner's calls as kEnded; when it returns their `done` have run.
  void EndAll(const void* owner);
  // Posts or gets and waits. Not from the client's own thread.
  WireResponse PostAndWait(WireRequest request);
  WireResponse GetAndWait(WireRequest request);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace seaworthy
