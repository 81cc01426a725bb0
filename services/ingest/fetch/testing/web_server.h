// A web server on this machine that answers as a test says, and misbehaves.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/ingest/fetch/testing/self_signed.h"

namespace seaworthy::testing {

// What a connection does once a request is whole; then it is closed.
struct WebReply {
  // Sent at once.
  std::string bytes;
  // Sent after `bytes` again and again until the client goes.
  std::string forever = {};
  // Between two of them.
  absl::Duration every = absl::ZeroDuration();
  // Waits for the client to go before it closes.
  bool stall = false;
};

// A whole HTTP/1.1 answer with its length. `headers`: lines with their CRLF.
WebReply Page(int status, std::string_view body, std::string_view headers = "");
WebReply RedirectTo(std::string_view location, int status = 302);

// Listens on 127.0.0.1, or with TLS, from construction to destruction; a thread
// a connection. `play` gets head and body of a request and runs on those
// threads. Thread-safe.
class WebServer {
 public:
  using Play = std::function<WebReply(const std::string& request)>;
  using Tls = SelfSigned;

  explicit WebServer(Play play);
  WebServer(Play play, const Tls& tls);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  int port() const;
  // `http://127.0.0.1:PORT` + path, or https.
  std::string url(std::string_view path = "/") const;
  // `127.0.0.1:PORT`
  std::string host_port() const;
  // Heads and bodies of whole requests so far.
  std::vector<std::string> requests() const;
  // How many of them ask for that path.
  int RequestsFor(std::string_view path) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// `/feed` of `GET /feed HTTP/1.1`.
std::string PathOf(std::string_view request);

}  // namespace seaworthy::testing
