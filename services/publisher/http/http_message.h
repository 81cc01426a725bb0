// HTTP requests and responses as plain values: what handlers see, without the
// server library.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace seaworthy {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // `GET`, as sent.
  std::string target;  // Path and query, as sent.
  HttpHeaders headers;
  std::string body;
  std::string peer = {};  // Who is connected, `127.0.0.1`, without the port; empty: unknown.

  // The first header of that name, in any letter case.
  std::optional<absl::string_view> Header(absl::string_view name) const;
  // What stands before and after the target's first `?`.
  absl::string_view RawPath() const;
  absl::string_view RawQuery() const;
  // The value of a cookie; nothing where it is absent or given twice.
  std::optional<std::string> Cookie(absl::string_view name) const;
};

// An answer that goes on after its handler has returned, such as server-sent
// events. Thread-safe. Ends by itself when the server stops.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // Sends bytes; false where the reader has gone, is too slow (then the stream
  // ends) or the stream has ended.
  virtual bool Write(std::string bytes) = 0;
  // Ends the answer. Idempotent.
  virtual void End() = 0;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  // Where set, `body` is not sent: called once the headers are on their way.
  std::function<void(std::shared_ptr<HttpStream>)> stream = nullptr;

  // Replaces a header.
  void SetHeader(absl::string_view name, std::string value);
  // The first header of that name, in any letter case.
  std::optional<absl::string_view> Header(absl::string_view name) const;
};

// Answers a request; called from several threads at once.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// `Not Found` for 404.
absl::string_view ReasonPhrase(int status);

HttpResponse HtmlResponse(int status, std::string body);
HttpResponse JsonResponse(int status, std::string body);
// A problem of RFC 9457 (docs/api.md, Errors); `code` is snake_case. 503 and
// 504 say when to try again.
HttpResponse JsonError(int status, absl::string_view code, absl::string_view message);
// 303 after a form, 301 for a page with another address.
HttpResponse Redirect(int status, std::string location);

// Sets the security headers every answer carries, and `Cache-Control:
// no-store` where the handler chose nothing.
// `https`: and browsers are to come back by https only.
void AddSecurityHeaders(HttpResponse& response, bool https = false);

}  // namespace seaworthy
