#include "tests/fault_server/test_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace seaworthy {
namespace {

constexpr size_t kKept = 1U << 20;

size_t OnBody(char* bytes, size_t one, size_t count, void* fetched) {
  auto* const to = static_cast<Fetched*>(fetched);
  to->body.append(bytes, std::min(count, kKept - std::min(kKept, to->body.size())));
  to->size += count;
  return one * count;
}

size_t OnHead(char* bytes, size_t one, size_t count, void* fetched) {
  static_cast<Fetched*>(fetched)->head.append(bytes, count);
  return one * count;
}

struct CurlCleanup {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

}  // namespace

bool Fetched::timed_out() const { return curl_code == CURLE_OPERATION_TIMEDOUT; }

Fetched Fetch(const std::string& url, const std::string& body, const FetchOptions& options) {
  Fetched fetched;
  const std::unique_ptr<CURL, CurlCleanup> curl(curl_easy_init());
  curl_slist* headers = nullptr;
  for (const std::string& header : options.headers) headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  if (options.method == "POST") {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  } else {
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, options.method.c_str());
  }
  if (options.decode) curl_easy_setopt(curl.get(), CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!options.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, options.timeout_ms);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &fetched);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, OnHead);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &fetched);
  fetched.curl_code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  fetched.status = static_cast<int>(status);
  curl_slist_free_all(headers);
  return fetched;
}

std::string OpenAiRequest(bool stream) {
  return std::string(R"({"model":"m","messages":[{"role":"system","content":"persona=dx"},)"
                     R"({"role":"user","content":"name: Harrow\nlicense: MIT\n"}])") +
         (stream ? R"(,"stream":true})" : "}");
}

std::string AnthropicRequest(bool stream) {
  return std::string(R"({"model":"m","max_tokens":2000,"system":"persona=dx",)"
                     R"("messages":[{"role":"user","content":"name: Harrow\nlicense: MIT\n"}])") +
         (stream ? R"(,"stream":true})" : "}");
}

}  // namespace seaworthy
