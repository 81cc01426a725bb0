// The HTTP server: RESTinio on Asio behind plain request and response values.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/publisher/http/http_message.h"
#include "services/publisher/http/page_cache.h"

namespace seaworthy {

// Larger bodies are answered 413 before any handler sees them.
inline constexpr size_t kMaxHttpBodyBytes = 8 << 20;

// One thread does all input and output; handlers run on a bounded pool, so
// that they may wait for other services. Every answer, errors included,
// carries the security headers. Thread-safe.
class HttpServer {
 public:
  // Answers on the thread of input and output, so it must not wait; nothing:
  // the handler answers.
  using Prepared = std::function<std::optional<PreparedAnswer>(const PreparedRequest& request)>;

  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  // 0 for any free one.
    int handler_threads = 8;
    // Requests waiting for a thread, at most; more are answered 503.
    size_t max_waiting = 256;
    size_t max_connections = 256;
    // Answers that go on (HttpResponse::stream) at once; more are answered 503.
    size_t max_streams = 64;
    // Time to read a request whole, idle time of a kept connection included.
    absl::Duration read_timeout = absl::Seconds(30);
    absl::Duration handle_timeout = absl::Seconds(60);
    absl::Duration write_timeout = absl::Seconds(30);
    bool https = false;           // Readers come by https: say so in every answer.
    Prepared prepared = nullptr;  // Asked first about each GET and HEAD.
  };

  // Listens and serves. Errors: UNAVAILABLE naming address and port and what
  // to do; INVALID_ARGUMENT (address).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options, HttpHandler handler);
  ~HttpServer();  // Stops.

  // The port listened on.
  int port() const;
  // Takes no more connections, answers what is under way for up to 5 s, then
  // closes. Idempotent.
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace seaworthy
