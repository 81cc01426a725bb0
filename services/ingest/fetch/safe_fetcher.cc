#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/status_macros.h"
#include "services/ingest/fetch/connect_policy.h"
#include "services/ingest/fetch/fetch_error.h"
#include "services/ingest/fetch/fetch_hooks.h"
#include "services/ingest/fetch/fetch_url.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fetch/http_hop.h"
#include "services/ingest/fetch/http_values.h"
#include "services/ingest/fetch/robots.h"
#include "services/ingest/fetch/robots_cache.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kMaxRedirects = 3;
// RFC 9309 2.3.1.2.
constexpr int kMaxRobotsRedirects = 5;
constexpr size_t kMaxOrigins = 1'000;
constexpr absl::Duration kRobotsAge = absl::Hours(24);
constexpr absl::Duration kShortestRobotsAge = absl::Minutes(5);
constexpr absl::Duration kRobotsRetry = absl::Minutes(10);
constexpr absl::Duration kRobotsDeadline = absl::Seconds(15);
constexpr std::string_view kProductToken = "Seaworthy";
constexpr size_t kMaxHeaderValueBytes = 4 * 1024;
constexpr char kRetryAfterPayload[] = "seaworthy.dev/retry-after-seconds";
constexpr char kCrawlDelayPayload[] = "seaworthy.dev/crawl-delay-seconds";

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool IsHeaderValue(std::string_view value) {
  return value.size() <= kMaxHeaderValueBytes && std::all_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte != 0x7f;
         });
}

absl::Status AddHeader(std::string_view name, std::string_view value, HopRequest* hop) {
  if (!IsHeaderValue(value))
    return FetchError(absl::StatusCode::kInvalidArgument, "request_invalid", name,
                      " has a control character or more than ", kMaxHeaderValueBytes,
                      " bytes; leave it empty for a request without it");
  if (!value.empty()) hop->headers.push_back(Cat(name, ": ", value));
  return absl::OkStatus();
}

// Where a chain of redirects ended.
struct Arrival {
  FetchUrl url;
  HopAnswer answer = {};
  int redirects = 0;
  bool permanently = true;  // Of its redirects, if there were any.
  std::optional<absl::Duration> crawl_delay = std::nullopt;
};

class SafeFetcher : public Fetcher {
 public:
  SafeFetcher(FetcherOptions options, FetchHooks hooks)
      : clock_(options.clock != nullptr ? options.clock : Clock::Real()),
        user_agent_(IsHeaderValue(options.user_agent) && !options.user_agent.empty() ? options.user_agent
                                                                                     : UserAgent("")),
        ca_file_(std::move(options.ca_file)),
        policy_(options.allowed_private_hosts, std::move(hooks)) {}

  absl::StatusOr<FetchResult> Fetch(const FetchRequest& request) override {
    const FetchDeadline deadline(request.deadline);
    SEAWORTHY_ASSIGN_OR_RETURN(FetchUrl url, FetchUrl::Parse(request.url));
    SEAWORTHY_ASSIGN_OR_RETURN(const HopRequest hop, HopOf(request));
    SEAWORTHY_ASSIGN_OR_RETURN(const HopRequest first_hop,
                               WithAuthorization(hop, request.authorization, url));
    Trip trip{.first_hop = first_hop,
              .hop = hop,
              .deadline = deadline,
              .max_redirects = hop.post ? 0 : kMaxRedirects,
              .follow = !hop.post,
              .robots = !request.ignore_robots};
    SEAWORTHY_ASSIGN_OR_RETURN(Arrival arrival, Travel(std::move(url), trip));
    return ResultOf(std::move(arrival));
  }

 private:
  // What stays the same from hop to hop.
  struct Trip {
    const HopRequest& first_hop;
    const HopRequest& hop;
    const FetchDeadline& deadline;
    int max_redirects;
    bool follow;
    bool robots;
  };

  absl::StatusOr<HopRequest> HopOf(const FetchRequest& request) const {
    HopRequest hop{.post = !request.post_content_type.empty(),
                   .body = request.post_body,
                   .max_bytes = request.max_bytes,
                   .user_agent = user_agent_,
                   .ca_file = ca_file_,
                   .cancelled = request.cancelled};
    if (!hop.post && !hop.body.empty())
      return FetchError(absl::StatusCode::kInvalidArgument, "request_invalid",
                        "a body to post has no content type; set post_content_type");
    SEAWORTHY_RETURN_IF_ERROR(AddHeader("If-None-Match", request.if_none_match, &hop));
    SEAWORTHY_RETURN_IF_ERROR(AddHeader("If-Modified-Since", request.if_modified_since, &hop));
    SEAWORTHY_RETURN_IF_ERROR(AddHeader("Accept", request.accept, &hop));
    SEAWORTHY_RETURN_IF_ERROR(AddHeader("Content-Type", request.post_content_type, &hop));
    if (!hop.post) return hop;
    for (const auto& [name, value] : request.post_headers) {
      SEAWORTHY_RETURN_IF_ERROR(AddHeader(name, value, &hop));
    }
    return hop;
  }

  // A secret goes out once, to the URL that was asked for.
  static absl::StatusOr<HopRequest> WithAuthorization(HopRequest hop, const std::string& value,
                                                      const FetchUrl& url) {
    if (!value.empty() && !url.https())
      return FetchError(absl::StatusCode::kInvalidArgument, "request_invalid", ShownUrl(url.text()),
                        ": a token would be sent without TLS; give the https URL");
    SEAWORTHY_RETURN_IF_ERROR(AddHeader("Authorization", value, &hop));
    return hop;
  }

  absl::StatusOr<Arrival> Travel(FetchUrl url, const Trip& trip) {
    const std::string start = ShownUrl(url.text());
    Arrival arrival{.url = std::move(url)};
    while (true) {
      SEAWORTHY_RETURN_IF_ERROR(policy_.CheckPort(arrival.url));
      if (trip.robots) {
        SEAWORTHY_ASSIGN_OR_RETURN(arrival.crawl_delay,
                                   AskRobots(arrival.url, trip.deadline, trip.hop.cancelled));
      }
      const HopRequest& hop = arrival.redirects == 0 ? trip.first_hop : trip.hop;
      absl::StatusOr<HopAnswer> answer = RunHop(arrival.url, hop, policy_, trip.deadline);
      if (!answer.ok()) {
        absl::Status status = answer.status();
        if (arrival.crawl_delay.has_value()) SetCrawlDelay(&status, *arrival.crawl_delay);
        return status;
      }
      arrival.answer = *std::move(answer);
      const std::string location = arrival.answer.First("Location");
      if (!trip.follow || !IsRedirect(arrival.answer.status) || location.empty()) return arrival;
      if (arrival.redirects == trip.max_redirects)
        return FetchError(absl::StatusCode::kInvalidArgument, "too_many_redirects", start, ": more than ",
                          trip.max_redirects, " redirects, the last to ", ShownUrl(location),
                          "; give the URL they lead to");
      SEAWORTHY_ASSIGN_OR_RETURN(FetchUrl next, Next(arrival.url, location));
      arrival.permanently &= arrival.answer.status == 301 || arrival.answer.status == 308;
      arrival.url = std::move(next);
      ++arrival.redirects;
    }
  }

  static absl::StatusOr<FetchUrl> Next(const FetchUrl& url, const std::string& location) {
    SEAWORTHY_ASSIGN_OR_RETURN(FetchUrl next, url.Follow(location));
    if (url.https() && !next.https())
      return FetchError(absl::StatusCode::kInvalidArgument, "redirect_downgraded", ShownUrl(url.text()),
                        " redirects from https to ", ShownUrl(next.text()),
                        "; if that is meant, give the http URL itself");
    return next;
  }

  // Crawl-delay, where the URL may be read. Errors: PERMISSION_DENIED,
  // UNAVAILABLE, and those of reading robots.txt itself, which name its URL.
  absl::StatusOr<std::optional<absl::Duration>> AskRobots(const FetchUrl& url, const FetchDeadline& deadline,
                                                          const std::atomic<bool>* cancelled) {
    const std::string origin = url.Origin();
    std::optional<KnownRobots> known = robots_.Find(origin, clock_->Now());
    if (!known) {
      SEAWORTHY_ASSIGN_OR_RETURN(known, ReadRobots(url, deadline, cancelled));
      robots_.Keep(origin, *known);
    }
    if (!known->rules) return RobotsUnavailable(url, known->until);
    if (!known->rules->Allows(url.path_and_query()))
      return FetchError(absl::StatusCode::kPermissionDenied, "robots_disallowed", ShownUrl(url.text()), ": ",
                        ShownUrl(url.At("/robots.txt").text()), " disallows it for ", kProductToken,
                        "; ask its owner to allow it, or submit the document yourself");
    return known->rules->crawl_delay();
  }

  absl::Status RobotsUnavailable(const FetchUrl& url, absl::Time until) const {
    const absl::Duration wait = std::max(until - clock_->Now(), absl::Seconds(1));
    absl::Status status =
        FetchError(absl::StatusCode::kUnavailable, "robots_unavailable", ShownUrl(url.text()), ": ",
                   ShownUrl(url.At("/robots.txt").text()),
                   " answers with a server error, so nothing there is read for now; it is asked again after ",
                   absl::FormatTime(absl::RFC3339_sec, until, absl::UTCTimeZone()));
    SetRetryAfter(&status, wait);
    return status;
  }

  absl::StatusOr<KnownRobots> ReadRobots(const FetchUrl& url, const FetchDeadline& whole,
                                         const std::atomic<bool>* cancelled) {
    const HopRequest hop{.max_bytes = Robots::kMaxBytes + 1,
                         .cut_body = true,
                         .user_agent = user_agent_,
                         .ca_file = ca_file_,
                         .cancelled = cancelled};
    const FetchDeadline deadline = whole.Part(0.5, kRobotsDeadline);
    const auto arrival = Travel(url.At("/robots.txt"), {.first_hop = hop,
                                                        .hop = hop,
                                                        .deadline = deadline,
                                                        .max_redirects = kMaxRobotsRedirects,
                                                        .follow = true,
                                                        .robots = false});
    if (!arrival.ok()) {
      // Redirects that lead nowhere: as good as no file.
      if (absl::IsInvalidArgument(arrival.status())) return AllowedFor(kRobotsAge);
      return arrival.status();
    }
    return Known(arrival->answer);
  }

  KnownRobots Known(const HopAnswer& answer) const {
    if (answer.status >= 500 || answer.status == 429) {
      const auto asked = ParseRetryAfter(answer.Header("Retry-After"), clock_->Now());
      return {nullptr,
              clock_->Now() + std::clamp(asked.value_or(kRobotsRetry), absl::Minutes(1), kRobotsAge)};
    }
    const auto max_age = ParseMaxAge(answer.Header("Cache-Control"));
    const absl::Duration age = std::clamp(max_age.value_or(kRobotsAge), kShortestRobotsAge, kRobotsAge);
    if (answer.status < 200 || answer.status >= 300) return AllowedFor(age);
    return {std::make_shared<const Robots>(Robots::Parse(answer.body, kProductToken)), clock_->Now() + age};
  }

  KnownRobots AllowedFor(absl::Duration age) const {
    return {std::make_shared<const Robots>(Robots::AllowAll()), clock_->Now() + age};
  }

  FetchResult ResultOf(Arrival arrival) const {
    HopAnswer& answer = arrival.answer;
    FetchResult result;
    result.http_status = answer.status;
    result.final_url = arrival.url.text();
    result.body = std::move(answer.body);
    result.media_type = answer.First("Content-Type");
    result.etag = Kept(answer.First("ETag"));
    result.last_modified = Kept(answer.First("Last-Modified"));
    result.link_header = answer.Header("Link");
    result.location = answer.First("Location");
    result.retry_after = ParseRetryAfter(answer.First("Retry-After"), clock_->Now());
    result.max_age = ParseMaxAge(answer.Header("Cache-Control"));
    result.crawl_delay = arrival.crawl_delay;
    result.redirects = arrival.redirects;
    result.permanently_moved = arrival.redirects > 0 && arrival.permanently;
    return result;
  }

  // A validator that could not be sent back is none.
  static std::string Kept(const std::string& value) { return IsHeaderValue(value) ? value : ""; }

  Clock* const clock_;
  const std::string user_agent_;
  const std::string ca_file_;
  const ConnectPolicy policy_;
  RobotsCache robots_{kMaxOrigins};
};

void SetSeconds(absl::Status* status, const char* payload, absl::Duration wait) {
  status->SetPayload(payload, absl::Cord(Cat(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))))));
}

std::optional<absl::Duration> SecondsOf(const absl::Status& status, const char* payload) {
  const auto text = status.GetPayload(payload);
  int64_t seconds = 0;
  if (!text || !absl::SimpleAtoi(std::string(*text), &seconds)) return std::nullopt;
  return absl::Seconds(seconds);
}

}  // namespace

std::unique_ptr<Fetcher> NewSafeFetcherWithHooks(FetcherOptions options, FetchHooks hooks) {
  return std::make_unique<SafeFetcher>(std::move(options), std::move(hooks));
}

std::unique_ptr<Fetcher> NewSafeFetcher(FetcherOptions options) {
  return NewSafeFetcherWithHooks(std::move(options), {});
}

std::string UserAgent(std::string_view contact) {
  std::string agent = "Seaworthy/" SEAWORTHY_VERSION;
  if (!contact.empty() && IsHeaderValue(contact)) agent += Cat(" (+", contact, ")");
  return agent;
}

std::string_view FetchErrorCode(const absl::Status& status) {
  const std::string_view message(status.message().data(), status.message().size());
  const size_t colon = message.find(": ");
  if (status.ok() || colon == std::string_view::npos) return "";
  const std::string_view code = message.substr(0, colon);
  const bool word = !code.empty() && std::all_of(code.begin(), code.end(),
                                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return word ? code : "";
}

void SetRetryAfter(absl::Status* status, absl::Duration wait) {
  SetSeconds(status, kRetryAfterPayload, wait);
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  return SecondsOf(status, kRetryAfterPayload);
}

void SetCrawlDelay(absl::Status* status, absl::Duration delay) {
  SetSeconds(status, kCrawlDelayPayload, delay);
}

std::optional<absl::Duration> CrawlDelayOf(const absl::Status& status) {
  return SecondsOf(status, kCrawlDelayPayload);
}

}  // namespace seaworthy
