#include "tests/watch_day/day_child.h"

#include <sys/time.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/ingest_service.h"
#include "services/ingest/watch/watcher.h"
#include "tests/watch_day/day_clock.h"
#include "tests/watch_day/day_world.h"

namespace seaworthy::day {
namespace {

template <typename Value>
Value OrDie(absl::StatusOr<Value> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "watch_day child: %s\n", std::string(value.status().message()).c_str());
  std::exit(1);
}

void Die() { std::raise(SIGKILL); }

// SIGPROF ends a process that does not handle it, wherever it is.
void DieAfter(int cpu_ms) {
  if (cpu_ms <= 0) return;
  itimerval timer{};
  timer.it_value.tv_sec = cpu_ms / 1000;
  timer.it_value.tv_usec = (cpu_ms % 1000) * 1000;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

void AddSources(const DayWorld& world, const ChildOptions& options, Watcher& watcher) {
  for (const DayFeed& feed : world.feeds()) {
    v1::ChangeSourceRequest request;
    v1::SourceChange& change = *request.mutable_change();
    change.set_kind(v1::SourceChange::PUT);
    change.set_request_id(absl::StrCat("add-", feed.index));
    change.set_operator_("watch_day");
    change.mutable_source()->set_source_id(feed.Id());
    change.mutable_source()->set_kind(v1::Source::FEED);
    change.mutable_source()->set_url(absl::StrCat("http://", options.hosts[feed.host], feed.Path()));
    change.mutable_source()->set_interval_seconds(feed.interval_seconds);
    OrDie(watcher.ChangeSource(request));
  }
}

}  // namespace

int RunChild(const ChildOptions& options) {
  const DayWorld world(options.feeds, static_cast<int>(options.hosts.size()), options.seed);
  DayClock clock(options.dir + "/clock");
  const auto log =
      OrDie(OpenRocksDbEventLog({.path = options.dir + "/log", .clock = &clock, .env = nullptr}));
  const auto objects = OrDie(OpenRocksDbObjectStore(options.dir + "/objects"));
  IngestService::Options ingest_options;
  ingest_options.log = log.get();
  ingest_options.objects = objects.get();
  ingest_options.clock = &clock;
  ingest_options.workers = 0;
  IngestService ingest(ingest_options);
  FetcherOptions fetcher_options;
  fetcher_options.allowed_private_hosts = options.hosts;
  fetcher_options.clock = &clock;
  const auto fetcher = NewSafeFetcher(fetcher_options);
  std::atomic<int> submissions = 0;
  Watcher::Options watch;
  watch.log = log.get();
  watch.clock = &clock;
  watch.fetcher = fetcher.get();
  watch.submit =
      [&](const v1::SubmitAnnouncementRequest& request) -> absl::StatusOr<v1::SubmitAnnouncementResponse> {
    const int number = ++submissions;
    if (number == options.die_submission) Die();
    if (options.careless && number % 40 == 0) return v1::SubmitAnnouncementResponse();
    auto response = ingest.SubmitAnnouncement(request);
    if (number == -options.die_submission) Die();
    return response;
  };
  watch.extract = [&](const v1::ExtractAnnouncementRequest& request) {
    return ingest.ExtractAnnouncement(request);
  };
  watch.dir = options.dir + "/watch";
  watch.limits.first = kFirstEntries;
  watch.manual = true;
  if (options.careless) watch.host_spacing = absl::Milliseconds(1);
  watch.sync = false;  // Processes die here, not machines.
  const auto watcher = OrDie(Watcher::Open(std::move(watch)));
  DieAfter(options.die_cpu_ms);
  if (!watcher->Start().ok()) return 1;
  AddSources(world, options, *watcher);
  const absl::Time end = DayStart() + kDay + kAfterwards;
  while (true) {
    const absl::Time next = watcher->NextTime();
    if (next > end) break;
    if (next > clock.Now()) clock.Set(next);
    watcher->RunDue();
  }
  watcher->Stop();
  log->Close();
  return 0;
}

}  // namespace seaworthy::day
