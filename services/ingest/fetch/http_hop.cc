#include "services/ingest/fetch/http_hop.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>

#include "services/ingest/fetch/fetch_error.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
// libcurl's timers may run out a little before ours.
constexpr absl::Duration kTimerSlack = absl::Milliseconds(100);

// libcurl takes 0 for no limit.
long Milliseconds(absl::Duration duration) {
  return std::clamp<long>(absl::ToInt64Milliseconds(absl::Ceil(duration, absl::Milliseconds(1))), 1,
                          86'400'000);
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void Append(List* list, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(list->get(), line.c_str())) {
    (void)list->release();
    list->reset(longer);
  }
}

void InitCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

// The callbacks of one transfer and what they saw. Lives on the caller's stack.
class Hop {
 public:
  Hop(const FetchUrl& url, const HopRequest& request, const ConnectPolicy& policy,
      const FetchDeadline& deadline)
      : url_(url), request_(request), policy_(policy), deadline_(deadline) {
    InitCurl();
    easy_.reset(curl_easy_init());
  }
  Hop(const Hop&) = delete;
  Hop& operator=(const Hop&) = delete;

  absl::StatusOr<HopAnswer> Run() {
    if (!easy_) return FetchError(absl::StatusCode::kUnavailable, "transfer_failed", "libcurl has no memory");
    SetSafety();
    SetCallbacks();
    SetRequest();
    const CURLcode code = curl_easy_perform(easy_.get());
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    if (code == CURLE_OK || cut_) return std::move(answer_);
    return ErrorOf(code);
  }

 private:
  enum class TooLarge { kNo, kHead, kBody };

  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  // Everything that libcurl would do of its own accord and must not.
  void SetSafety() {
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_PROXY, "");  // Also keeps the proxy variables out.
    Set(CURLOPT_NOPROXY, "*");
    Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(CURLOPT_HTTP09_ALLOWED, 0L);
    Set(CURLOPT_SSL_VERIFYPEER, 1L);
    Set(CURLOPT_SSL_VERIFYHOST, 2L);
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    Set(CURLOPT_FRESH_CONNECT, 1L);
    Set(CURLOPT_FORBID_REUSE, 1L);
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_NOPROGRESS, request_.cancelled == nullptr ? 1L : 0L);
    // A name server that hangs must not hold the caller beyond the deadline.
    Set(CURLOPT_QUICK_EXIT, 1L);
    if (!request_.ca_file.empty()) {
      Set(CURLOPT_CAINFO, request_.ca_file.c_str());
      Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
  }

  void SetCallbacks() {
    Set(CURLOPT_ERRORBUFFER, error_.data());
    Set(CURLOPT_OPENSOCKETFUNCTION, &Hop::OnSocket);
    Set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    Set(CURLOPT_HEADERFUNCTION, &Hop::OnHeader);
    Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    Set(CURLOPT_WRITEFUNCTION, &Hop::OnBody);
    Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    Set(CURLOPT_XFERINFOFUNCTION, &Hop::OnProgress);
    Set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  }

  void SetRequest() {
    Set(CURLOPT_CURLU, url_.handle());
    Set(CURLOPT_USERAGENT, request_.user_agent.c_str());
    Set(CURLOPT_ACCEPT_ENCODING, "");  // Every one that libcurl can undo.
    for (const std::string& line : request_.headers) Append(&headers_, line);
    if (request_.post) {
      Append(&headers_, "Expect:");
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      Set(CURLOPT_POSTFIELDS, request_.body.data());
    }
    Set(CURLOPT_HTTPHEADER, headers_.get());
    SetAddresses();
    Set(CURLOPT_TIMEOUT_MS, Milliseconds(deadline_.Left()));
    Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(std::min(kConnectTimeout, deadline_.Left())));
  }

  void SetAddresses() {
    if (!policy_.hooks().resolve) return;
    const std::vector<std::string> addresses = policy_.hooks().resolve(url_.host());
    if (addresses.empty()) return;
    Append(&resolve_, Cat(url_.HostPort(), ":", Join(addresses, ",")));
    Set(CURLOPT_RESOLVE, resolve_.get());
  }

  // libcurl asks at least once a second.
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const Hop*>(self)->Cancelled() ? 1 : 0;
  }
  bool Cancelled() const { return request_.cancelled != nullptr && *request_.cancelled; }

  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address) {
    return static_cast<Hop*>(self)->OpenSocket(purpose, address);
  }

  // libcurl connects to what `address` holds when this returns.
  curl_socket_t OpenSocket(curlsocktype purpose, curl_sockaddr* address) {
    if (purpose != CURLSOCKTYPE_IPCXN || !policy_.MayConnect(url_, address->addr)) {
      refused_ = AddressText(address->addr);
      return CURL_SOCKET_BAD;
    }
    if (policy_.hooks().connect_instead) policy_.hooks().connect_instead(&address->addr);
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) {
    return static_cast<Hop*>(self)->TakeHeader({data, size * count});
  }

  size_t TakeHeader(std::string_view line) {
    head_bytes_ += line.size();
    if (head_bytes_ > kMaxHeadBytes) {
      too_large_ = TooLarge::kHead;
      return 0;
    }
    // Each response starts anew: a 100 may come before the one that counts.
    if (line.starts_with("HTTP/")) answer_.headers.clear();
    const size_t colon = line.find(':');
    // Trailers after the body say nothing that is asked for.
    if (colon != std::string_view::npos && answer_.body.empty())
      answer_.headers.emplace_back(line.substr(0, colon), Strip(line.substr(colon + 1)));
    return line.size();
  }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    return static_cast<Hop*>(self)->TakeBody({data, size * count});
  }

  size_t TakeBody(std::string_view bytes) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool good = status >= 200 && status < 300;
    const size_t limit = good ? request_.max_bytes : std::min(request_.max_bytes, kMaxErrorBodyBytes);
    const size_t room = limit - answer_.body.size();
    answer_.body.append(bytes.substr(0, room));
    if (bytes.size() <= room) return bytes.size();
    cut_ = request_.cut_body || !good;
    if (!cut_) too_large_ = TooLarge::kBody;
    return 0;
  }

  absl::Status ErrorOf(CURLcode code) const {
    if (Cancelled())
      return FetchError(absl::StatusCode::kCancelled, "cancelled", Shown(), ": the reader is stopping");
    if (too_large_ != TooLarge::kNo) return TooLargeError();
    if (code == CURLE_COULDNT_CONNECT && !refused_.empty())
      return FetchError(absl::StatusCode::kPermissionDenied, "address_forbidden", Shown(), ": ", refused_,
                        " is no public address; if it is meant, add `", url_.HostPort(),
                        "` to allowed_private_hosts");
    if (code == CURLE_OPERATION_TIMEDOUT && deadline_.Left() < kTimerSlack)
      return FetchError(absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", Shown(),
                        ": no whole answer within ", absl::FormatDuration(deadline_.whole()),
                        "; try again later, or allow more time");
    if (code == CURLE_URL_MALFORMAT)
      return FetchError(absl::StatusCode::kInvalidArgument, "url_invalid", Shown(), ": ", Said(code),
                        "; give an http or https URL");
    return FetchError(absl::StatusCode::kUnavailable, WordOf(code), Shown(), ": ", Said(code),
                      "; check the URL, or try again later");
  }

  absl::Status TooLargeError() const {
    if (too_large_ == TooLarge::kHead)
      return FetchError(absl::StatusCode::kResourceExhausted, "too_large", Shown(), ": more than ",
                        kMaxHeadBytes, " bytes of headers; nothing of it was kept");
    return FetchError(absl::StatusCode::kResourceExhausted, "too_large", Shown(), ": more than ",
                      request_.max_bytes, " bytes after decompression; give the URL of a smaller document");
  }

  static std::string_view WordOf(CURLcode code) {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_HOST:
        return "dns_failed";
      case CURLE_COULDNT_CONNECT:
      case CURLE_OPERATION_TIMEDOUT:
        return "connect_failed";
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_ISSUER_ERROR:
        return "tls_failed";
      default:
        return "transfer_failed";
    }
  }

  std::string Said(CURLcode code) const {
    const std::string_view detail(error_.data());
    std::string said(detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail);
    long cause = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &cause);
    if (code == CURLE_COULDNT_CONNECT && cause != 0)
      said += Cat(" (", std::system_category().message(static_cast<int>(cause)), ")");
    return ShownUrl(said);
  }

  std::string Shown() const { return ShownUrl(url_.text()); }

  const FetchUrl& url_;
  const HopRequest& request_;
  const ConnectPolicy& policy_;
  const FetchDeadline& deadline_;
  // Lists outlive the handle that points at them.
  List headers_;
  List resolve_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<CURL, FreeEasy> easy_;
  HopAnswer answer_;
  size_t head_bytes_ = 0;
  TooLarge too_large_ = TooLarge::kNo;
  bool cut_ = false;
  std::string refused_;
};

}  // namespace

std::string HopAnswer::Header(std::string_view name) const {
  const std::string wanted = Lower(name);
  std::string joined;
  for (const auto& [key, value] : headers) {
    if (Lower(key) != wanted || value.empty()) continue;
    joined += Cat(joined.empty() ? "" : ", ", value);
  }
  return joined;
}

std::string HopAnswer::First(std::string_view name) const {
  const std::string wanted = Lower(name);
  for (const auto& [key, value] : headers)
    if (Lower(key) == wanted && !value.empty()) return value;
  return "";
}

absl::StatusOr<HopAnswer> RunHop(const FetchUrl& url, const HopRequest& request, const ConnectPolicy& policy,
                                 const FetchDeadline& deadline) {
  if (deadline.passed())
    return FetchError(absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", ShownUrl(url.text()),
                      ": no time left for it; try again later, or allow more time");
  return Hop(url, request, policy, deadline).Run();
}

}  // namespace seaworthy
