#include "tests/watch_day/day_hosts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::day {
namespace {

constexpr absl::Duration kSpacing = absl::Seconds(2);
constexpr absl::Duration kSlow = absl::Milliseconds(30);
constexpr size_t kMaxComplaints = 50;

HttpResponse Plain(int status, const std::string& body, const std::string& type = "text/plain") {
  HttpResponse response;
  response.status = status;
  response.body = body;
  response.SetHeader("Content-Type", type);
  return response;
}

}  // namespace

absl::Status DayHosts::Start() {
  for (int host = 0; host < world_->hosts(); ++host) {
    HttpServer::Options options;
    options.handler_threads = 2;
    SEAWORTHY_ASSIGN_OR_RETURN(auto server,
                               HttpServer::Start(options, [this, host](const HttpRequest& request) {
                                 return Handle(host, request);
                               }));
    origins_.push_back(absl::StrCat("http://127.0.0.1:", server->port()));
    servers_.push_back(std::move(server));
  }
  return absl::OkStatus();
}

void DayHosts::Stop() {
  for (const auto& server : servers_) server->Stop();
}

std::vector<std::string> DayHosts::Addresses() const {
  std::vector<std::string> addresses;
  for (const std::string& origin : origins_) addresses.push_back(origin.substr(7));
  return addresses;
}

void DayHosts::KillAt(int requests, std::function<void()> kill) {
  absl::MutexLock lock(&mutex_);
  kill_in_ = requests;
  kill_ = std::move(kill);
}

void DayHosts::Forgive() {
  absl::MutexLock lock(&mutex_);
  // By time, not by what is noted now: an answer may still be under way.
  deaths_.insert(clock_->Now());
  for (auto& [index, host] : hosts_) host.under_way = 0;
}

std::vector<std::string> DayHosts::complaints() {
  absl::MutexLock lock(&mutex_);
  return complaints_;
}

int DayHosts::requests() {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

int DayHosts::answered(int status) {
  absl::MutexLock lock(&mutex_);
  return statuses_[status];
}

void DayHosts::Complain(const std::string& what) {
  if (complaints_.size() >= kMaxComplaints) return;
  complaints_.push_back(
      absl::StrCat(absl::FormatTime("%H:%M:%E3S ", clock_->Now(), absl::UTCTimeZone()), what));
}

void DayHosts::Begin(int host, const std::string& path) {
  HostState& state = hosts_[host];
  const absl::Time now = clock_->Now();
  const absl::Duration gap = std::max(kSpacing, world_->CrawlDelay(host).value_or(absl::ZeroDuration()));
  if (++state.under_way > 1) Complain(absl::StrCat("host ", host, " is asked twice at once: ", path));
  // The delay is known from the second request on.
  if (state.last != absl::InfinitePast() && now < state.last + gap) {
    Complain(absl::StrCat("host ", host, " is asked ", absl::FormatDuration(now - state.last),
                          " after the request before: ", path));
  }
  if (now < state.opens && !deaths_.contains(state.closed_at))
    Complain(absl::StrCat("host ", host, " is asked within its Retry-After: ", path));
  state.last = now;
  ++requests_;
}

HttpResponse DayHosts::Handle(int host, const HttpRequest& request) {
  const std::string path(request.RawPath());
  if (path == "/robots.txt") return AnswerRobots(host);
  std::function<void()> kill;
  {
    absl::MutexLock lock(&mutex_);
    Begin(host, path);
    if (kill_in_ > 0 && --kill_in_ == 0) kill = std::exchange(kill_, nullptr);
  }
  if (kill) kill();
  HttpResponse response = Answer(host, request);
  absl::MutexLock lock(&mutex_);
  hosts_[host].under_way = 0;
  ++statuses_[response.status];
  return response;
}

HttpResponse DayHosts::AnswerRobots(int host) const {
  const auto delay = world_->CrawlDelay(host);
  if (!delay.has_value()) return Plain(404, "");
  return Plain(200, absl::StrCat("User-agent: *\nCrawl-delay: ", absl::ToInt64Seconds(*delay), "\n"));
}

HttpResponse DayHosts::Answer(int host, const HttpRequest& request) {
  const std::string path(request.RawPath());
  int feed = 0;
  if (absl::StartsWith(path, "/page/")) return AnswerPage(path);
  if (absl::StartsWith(path, "/feed/") && absl::SimpleAtoi(path.substr(6), &feed) &&
      feed < static_cast<int>(world_->feeds().size())) {
    return AnswerFeed(host, feed, request);
  }
  return Plain(404, "nothing here");
}

HttpResponse DayHosts::AnswerFeed(int host, int feed, const HttpRequest& request) {
  const DayFeed& of = world_->feeds()[feed];
  const absl::Time now = clock_->Now();
  const Fault fault = world_->FaultAt(feed, now);
  if (fault == Fault::kServerError) return Plain(500, "sorry");
  if (fault == Fault::kSlow) absl::SleepFor(kSlow);
  absl::MutexLock lock(&mutex_);
  if (fault == Fault::kTooMany) {
    const absl::Duration wait = world_->RetryAfter(feed, now);
    hosts_[host].opens = now + wait;
    hosts_[host].closed_at = now;
    HttpResponse response = Plain(429, "later");
    response.SetHeader("Retry-After", absl::StrCat(absl::ToInt64Seconds(wait)));
    return response;
  }
  std::string body = DayWorld::Render(of, now, origins_[host]);
  if (fault == Fault::kBroken) return Plain(200, body.substr(0, body.size() / 2), DayWorld::MediaType(of));
  FeedState& state = feeds_[feed];
  if (of.ttl.has_value() && now < state.good + *of.ttl && !deaths_.contains(state.good))
    Complain(absl::StrCat("feed ", feed, " is asked within its ttl"));
  state.good = now;
  const std::string etag = absl::StrCat("\"", Sha256Hex(body).substr(0, 16), "\"");
  if (of.validators && request.Header("If-None-Match").value_or("") == etag) return Plain(304, "");
  HttpResponse response = Plain(200, body, DayWorld::MediaType(of));
  if (of.validators) response.SetHeader("ETag", etag);
  return response;
}

HttpResponse DayHosts::AnswerPage(const std::string& path) const {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  int feed = 0;
  int entry = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[2], &feed) || !absl::SimpleAtoi(parts[3], &entry) ||
      feed >= static_cast<int>(world_->feeds().size()) ||
      entry >= static_cast<int>(world_->feeds()[feed].entries.size())) {
    return Plain(404, "no such page");
  }
  return Plain(200, DayWorld::RenderPage(world_->feeds()[feed], entry, clock_->Now()),
               "text/html; charset=utf-8");
}

}  // namespace seaworthy::day
