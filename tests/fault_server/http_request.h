// HTTP/1.1 requests, read as their bytes come in.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>
#include "absl/strings/string_view.h"

namespace seaworthy {

// One request. Names of headers are in lower case.
struct HttpRequest {
  std::string method;
  std::string target;  // Path without the query.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool keep_alive = true;

  // The first header of that name; empty where there is none.
  absl::string_view Header(absl::string_view name) const;
};

// Reads requests one after another from bytes given to Feed. Not thread-safe.
class HttpRequestReader {
 public:
  explicit HttpRequestReader(size_t max_body) : max_body_(max_body) {}

  enum class State {
    kMore,       // Bytes are missing.
    kDone,       // `request()` is whole; Next() goes on with what follows it.
    kMalformed,  // No HTTP; nothing more can be read.
    kTooLarge,   // Headers over 64 KiB or a body over the bound.
  };
  State Feed(absl::string_view bytes);
  State Next();

  HttpRequest& request() { return request_; }
  // True once where the client waits for `100 Continue` before its body.
  bool TakeExpectContinue();
  size_t buffered() const { return buffer_.size() + request_.body.size(); }

 private:
  State Read();
  State ReadHead();
  bool ParseHead(absl::string_view head);
  bool ParseHeaders(absl::string_view lines);
  State ReadSized();
  State ReadChunks();

  const size_t max_body_;
  std::string buffer_;
  HttpRequest request_;
  bool in_body_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  size_t content_length_ = 0;
};

}  // namespace seaworthy
