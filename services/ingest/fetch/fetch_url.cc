#include "services/ingest/fetch/fetch_url.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "absl/strings/numbers.h"
#include "services/ingest/fetch/fetch_error.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kShownBytes = 200;
// As browsers do: spaces and bytes beyond ASCII in path and query are escaped.
constexpr unsigned kLenient = CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_DISALLOW_USER;

// https://fetch.spec.whatwg.org/#port-blocking, and 0.
constexpr std::array<int, 83> kBadPorts = {
    0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,   42,   43,
    53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,  111,  113,  115,  117,  119,
    123,  135,  137,  139,  143,  161,  179,  389,  427,  465,  512,  513,  514,  515,  526,  530,  531,
    532,  540,  548,  554,  556,  563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049,
    3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};

// Empty where the part is not there.
std::string Part(CURLU* handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

absl::Status Invalid(std::string_view shown, std::string_view why) {
  return FetchError(absl::StatusCode::kInvalidArgument, "url_invalid", shown, ": ", why,
                    "; give an http or https URL");
}

absl::Status SchemeForbidden(std::string_view shown) {
  return FetchError(absl::StatusCode::kInvalidArgument, "scheme_forbidden", shown,
                    ": only http and https are fetched; give such a URL");
}

absl::Status OfCurl(CURLUcode code, std::string_view shown) {
  switch (code) {
    case CURLUE_UNSUPPORTED_SCHEME:
    case CURLUE_BAD_SCHEME:
    case CURLUE_BAD_FILE_URL:
      return SchemeForbidden(shown);
    case CURLUE_USER_NOT_ALLOWED:
      return FetchError(absl::StatusCode::kInvalidArgument, "credentials_forbidden", shown,
                        ": names a user or a password; give the URL without them");
    default:
      return Invalid(shown, curl_url_strerror(code));
  }
}

CURLU* Duplicate(CURLU* handle) {
  CURLU* copy = curl_url_dup(handle);
  if (copy == nullptr) throw std::bad_alloc();
  return copy;
}

}  // namespace

FetchUrl::FetchUrl(const FetchUrl& other)
    : handle_(Duplicate(other.handle_.get())),
      text_(other.text_),
      host_(other.host_),
      path_and_query_(other.path_and_query_),
      port_(other.port_),
      https_(other.https_) {}

FetchUrl& FetchUrl::operator=(const FetchUrl& other) {
  if (this != &other) *this = FetchUrl(other);
  return *this;
}

absl::StatusOr<FetchUrl> FetchUrl::Parse(std::string_view url) {
  const std::string trimmed(Strip(url));
  const std::string shown = ShownUrl(trimmed);
  if (trimmed.size() > kMaxBytes) return Invalid(shown, Cat("longer than ", kMaxBytes, " bytes"));
  if (trimmed.find('\0') != std::string::npos) return Invalid(shown, "has a NUL byte");
  Handle handle(curl_url());
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, trimmed.c_str(), kLenient);
  if (code != CURLUE_OK) return OfCurl(code, shown);
  return Read(std::move(handle), shown);
}

absl::StatusOr<FetchUrl> FetchUrl::Follow(std::string_view location) const {
  const std::string trimmed(Strip(location));
  const std::string shown = Cat(ShownUrl(text_), " redirects to ", ShownUrl(trimmed));
  if (trimmed.size() > kMaxBytes) return Invalid(shown, Cat("longer than ", kMaxBytes, " bytes"));
  if (trimmed.find('\0') != std::string::npos) return Invalid(shown, "has a NUL byte");
  Handle handle(Duplicate(handle_.get()));
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, trimmed.c_str(), kLenient);
  if (code != CURLUE_OK) return OfCurl(code, shown);
  return Read(std::move(handle), shown);
}

absl::StatusOr<FetchUrl> FetchUrl::Read(Handle handle, std::string_view shown) {
  const std::string scheme = Part(handle.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return SchemeForbidden(shown);
  if (!Part(handle.get(), CURLUPART_ZONEID).empty()) return Invalid(shown, "names a network interface");
  curl_url_set(handle.get(), CURLUPART_FRAGMENT, nullptr, 0);
  FetchUrl url(std::move(handle));
  url.https_ = scheme == "https";
  url.host_ = Lower(Part(url.handle(), CURLUPART_HOST));
  if (url.host_.empty()) return Invalid(shown, "names no host");
  if (!absl::SimpleAtoi(Part(url.handle(), CURLUPART_PORT, CURLU_DEFAULT_PORT), &url.port_))
    return Invalid(shown, "its port is no number");
  url.text_ = Part(url.handle(), CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
  const std::string query = Part(url.handle(), CURLUPART_QUERY);
  url.path_and_query_ = Part(url.handle(), CURLUPART_PATH);
  if (!query.empty()) url.path_and_query_ += Cat("?", query);
  return url;
}

FetchUrl FetchUrl::At(std::string_view path) const {
  FetchUrl url(*this);
  curl_url_set(url.handle(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(url.handle(), CURLUPART_PATH, std::string(path).c_str(), 0);
  url.path_and_query_ = path;
  url.text_ = Part(url.handle(), CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
  return url;
}

std::string FetchUrl::Origin() const { return Cat(https_ ? "https://" : "http://", HostPort()); }

std::string FetchUrl::HostPort() const { return Cat(host_, ":", port_); }

std::string ShownUrl(std::string_view url) {
  const size_t authority = url.find("//");
  std::string without_user;
  if (authority != std::string_view::npos) {
    const size_t end = std::min(url.find_first_of("/?#", authority + 2), url.size());
    const size_t at = url.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at > authority) {
      without_user = Cat(url.substr(0, authority + 2), "...", url.substr(at));
      url = without_user;
    }
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string shown;
  for (const char c : url.substr(0, kShownBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      shown += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      shown.push_back(c);
    }
  }
  return url.size() > kShownBytes ? shown + "..." : shown;
}

bool IsBadPort(int port) { return std::binary_search(kBadPorts.begin(), kBadPorts.end(), port); }

}  // namespace seaworthy
