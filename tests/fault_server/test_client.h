// A plain HTTP client for the server's own tests; none of the product's code.
#pragma once

#include <string>
#include <vector>

namespace seaworthy {

// What a request led to.
struct Fetched {
  int curl_code = 0;  // 0: the transfer was whole.
  int status = 0;
  std::string head;  // Header lines as received.
  std::string body;  // At most 1 MiB of it.
  size_t size = 0;   // All of it.
  bool timed_out() const;
};

struct FetchOptions {
  std::string method = "POST";
  std::vector<std::string> headers = {"content-type: application/json"};
  std::string ca_file;
  bool decode = false;  // Undo content-encoding.
  long timeout_ms = 10'000;
};

Fetched Fetch(const std::string& url, const std::string& body, const FetchOptions& options = {});

// The least there can be.
std::string OpenAiRequest(bool stream = false);
std::string AnthropicRequest(bool stream = false);

}  // namespace seaworthy
