#include "services/reviewer/wire/http_call.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxHeadBytes = 64 * 1024;

// Whole milliseconds, at least one: libcurl takes 0 for no limit.
long Milliseconds(absl::Duration duration) {
  return std::clamp<long>(absl::ToInt64Milliseconds(absl::Ceil(duration, absl::Milliseconds(1))), 1,
                          86'400'000);
}

}  // namespace

HttpCall::HttpCall() : easy_(curl_easy_init()) {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 1L);
  // A name that does not resolve must not hold the thread when its call ends.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "seaworthy/0.1");
  curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
}

HttpCall::~HttpCall() { curl_easy_cleanup(easy_); }

void HttpCall::SetTarget(std::shared_ptr<const WireTarget> target) {
  if (target == target_) return;
  curl_easy_setopt(easy_, CURLOPT_URL, target->url.c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, target->headers ? target->headers->list() : nullptr);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(target->connect_timeout));
  if (!target->ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, target->ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  } else if (target_ && !target_->ca_file.empty()) {
    const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
    curl_easy_setopt(easy_, CURLOPT_CAINFO, info->cainfo);
    curl_easy_setopt(easy_, CURLOPT_CAPATH, info->capath);
  }
  target_ = std::move(target);
}

void HttpCall::Prepare(WireRequest request, WireDone done, bool post) {
  SetTarget(std::move(request.target));
  request_ = std::move(request);
  done_ = std::move(done);
  too_large_ = stopped_ = false;
  error_[0] = '\0';
  if (post) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (post != post_) {
    curl_easy_setopt(easy_, post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    post_ = post;
  }
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, Milliseconds(request_.deadline));
  curl_easy_setopt(easy_, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.max_bytes));
}

size_t HttpCall::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto* call = static_cast<HttpCall*>(self);
  const std::string_view line(data, size * count);
  std::string& head = call->response_.head;
  // Each response starts anew: a 100 may come before the one that counts.
  if (line.starts_with("HTTP/")) head.clear();
  if (head.size() + line.size() > kMaxHeadBytes) {
    call->too_large_ = true;
    return 0;
  }
  head.append(line);
  return line.size();
}

size_t HttpCall::OnBody(char* data, size_t size, size_t count, void* self) {
  return static_cast<HttpCall*>(self)->TakeBody({data, size * count});
}

size_t HttpCall::TakeBody(std::string_view bytes) {
  std::string& body = response_.body;
  if (bytes.size() > request_.max_bytes - body.size()) {
    too_large_ = true;
    return 0;
  }
  if (body.empty()) {
    curl_off_t length = 0;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0) body.reserve(std::min<size_t>(static_cast<size_t>(length), request_.max_bytes));
  }
  body.append(bytes);
  if (request_.on_body) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    stopped_ = status == 200 && !request_.on_body(bytes);
  }
  return stopped_ ? 0 : bytes.size();
}

WireEnd HttpCall::EndOf(CURLcode code) const {
  if (too_large_) return WireEnd::kTooLarge;
  if (stopped_) return WireEnd::kStopped;
  switch (code) {
    case CURLE_OK:
      return WireEnd::kDone;
    case CURLE_OPERATION_TIMEDOUT:
      return WireEnd::kTimeout;
    case CURLE_FILESIZE_EXCEEDED:
      return WireEnd::kTooLarge;
    case CURLE_PARTIAL_FILE:
      return WireEnd::kCut;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return WireEnd::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return WireEnd::kTls;
    case CURLE_UNSUPPORTED_PROTOCOL: {
      // Also what an answer that is no HTTP is called.
      long sent = 0;
      curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
      return sent > 0 ? WireEnd::kTransport : WireEnd::kBadUrl;
    }
    case CURLE_URL_MALFORMAT:
      return WireEnd::kBadUrl;
    default:
      return WireEnd::kTransport;
  }
}

std::string HttpCall::Describe(CURLcode code) const {
  if (too_large_ || code == CURLE_FILESIZE_EXCEEDED)
    return text::Cat("more than ", request_.max_bytes, " bytes of answer, or ", kMaxHeadBytes,
                     " of headers; the call was ended");
  if (stopped_) return "ended while the answer came";
  if (code == CURLE_OK) return "";
  const std::string_view detail(error_.data());
  std::string said(detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail);
  long cause = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &cause);
  if (code == CURLE_COULDNT_CONNECT && cause != 0)
    text::Append(&said, " (", std::system_category().message(static_cast<int>(cause)), ")");
  return said;
}

WireResponse HttpCall::Finish(CURLcode code) {
  long status = 0;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME_T, &microseconds);
  response_.end = EndOf(code);
  response_.status = static_cast<int>(status);
  response_.error = Describe(code);
  response_.elapsed = absl::Microseconds(microseconds);
  response_.sent = std::move(request_.body);
  request_ = {};
  return std::exchange(response_, {});
}

WireResponse HttpCall::End(std::string why) {
  WireResponse response = Finish(CURLE_OK);
  response.end = WireEnd::kEnded;
  response.error = std::move(why);
  return response;
}

}  // namespace seaworthy
