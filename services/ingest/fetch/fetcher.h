// HTTP to the outside world, for bytes nobody has vouched for yet: feeds,
// pages, raw documents. docs/fetching.md tells what is promised.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"

namespace seaworthy {

// One thing to read. All strings may come from a stranger.
struct FetchRequest {
  // http or https, without credentials.
  std::string url = {};
  // Validators as a FetchResult gave them; empty: unconditional.
  std::string if_none_match = {};
  std::string if_modified_since = {};
  // Accept header; empty: `*/*`.
  std::string accept = {};
  // Authorization header (`Bearer ...`), sent to the URL's own origin only,
  // never to where it redirects nor for robots.txt; the URL must be https.
  // Empty: none.
  std::string authorization = {};
  // With a content type: POST of the body (WebSub), whose redirects are never
  // followed but handed back as results.
  std::string post_body = {};
  std::string post_content_type = {};
  // More headers of a POST, by name; ignored otherwise.
  std::vector<std::pair<std::string, std::string>> post_headers = {};
  // From the call to the last byte: every hop, every DNS answer, robots.txt.
  absl::Duration deadline = absl::Seconds(30);
  // Of the body, after decompression. The body of an HTTP error is cut at
  // 64 KiB whatever this says.
  size_t max_bytes = 4 << 20;
  // For calls nobody crawls with: WebSub, an API.
  bool ignore_robots = false;
  // Not owned, may be null: within a second or so after it is true the fetch
  // ends with CANCELLED.
  const std::atomic<bool>* cancelled = nullptr;
};

// What a server answered, of any HTTP status. Header values are as sent.
struct FetchResult {
  int http_status = 0;
  // Where the answer came from, after redirects.
  std::string final_url;
  // Decompressed.
  std::string body;
  // Content-Type.
  std::string media_type;
  std::string etag;
  std::string last_modified;
  // All Link headers, joined with commas.
  std::string link_header;
  // Location of an answer that was not followed.
  std::string location;
  // From now, never negative, at most 30 days.
  std::optional<absl::Duration> retry_after;
  // Cache-Control: max-age, at most 30 days.
  std::optional<absl::Duration> max_age;
  // What robots.txt of the final origin asks between two requests, at most a
  // day; nothing where robots were ignored.
  std::optional<absl::Duration> crawl_delay;
  int redirects = 0;
  // Every redirect on the way was a 301 or 308: ask `final_url` from now on.
  bool permanently_moved = false;
};

// Reads URLs. Thread-safe; Fetch blocks its caller for at most the deadline.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // HTTP error statuses are results, not errors. The message of an error is
  // `code: reason` and names the URL. Errors: INVALID_ARGUMENT (`url_invalid`,
  // `scheme_forbidden`, `credentials_forbidden`, `port_forbidden`,
  // `request_invalid`, `too_many_redirects`, `redirect_downgraded`),
  // PERMISSION_DENIED (`address_forbidden`, `robots_disallowed`),
  // RESOURCE_EXHAUSTED (`too_large`), DEADLINE_EXCEEDED (`deadline_exceeded`),
  // CANCELLED (`cancelled`), UNAVAILABLE (`dns_failed`, `connect_failed`,
  // `tls_failed`, `transfer_failed`, `robots_unavailable`).
  virtual absl::StatusOr<FetchResult> Fetch(const FetchRequest& request) = 0;
};

struct FetcherOptions {
  // Empty: UserAgent("").
  std::string user_agent = {};
  // `allowed_private_hosts`: host:port (`127.0.0.1:8099`) an operator allows
  // although its address is private, spelled as in the URL; for tests and intranets. An address allows
  // that address only. A name allows the private addresses it resolves to, but
  // never link-local or unspecified ones.
  std::vector<std::string> allowed_private_hosts = {};
  // PEM roots; empty: the system's.
  std::string ca_file = {};
  // For Retry-After dates and the age of robots.txt; null: the real one.
  // Deadlines are always by the machine's own time.
  Clock* clock = nullptr;
};

// On libcurl. Keeps robots.txt of at most 1,000 origins, nothing else. The
// clock must outlive it.
std::unique_ptr<Fetcher> NewSafeFetcher(FetcherOptions options);

// Whether an entry of allowed_private_hosts can be used; others allow nothing.
// Errors: INVALID_ARGUMENT naming the entry.
absl::Status CheckAllowedPrivateHost(std::string_view entry);

// `Seaworthy/VERSION (+CONTACT)`: CONTACT is a URL or mail address of whoever
// runs this; empty: left out.
std::string UserAgent(std::string_view contact);

// `too_large` of `too_large: ...`; empty where the status is no error of a
// Fetcher's.
std::string_view FetchErrorCode(const absl::Status& status);

// When an error says so (`robots_unavailable`): how long to wait.
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);
// FetchResult's crawl_delay of a fetch that failed after robots.txt was read.
std::optional<absl::Duration> CrawlDelayOf(const absl::Status& status);

}  // namespace seaworthy
