// Simulates a day of many feeds with kills, then reads the log and counts.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/object_store.h"
#include "common/rocksdb_event_log.h"
#include "seaworthy/v1/event.pb.h"
#include "tests/watch_day/day_child.h"
#include "tests/watch_day/day_clock.h"
#include "tests/watch_day/day_hosts.h"
#include "tests/watch_day/day_world.h"

namespace seaworthy::day {
namespace {

struct Options {
  int feeds = 500;
  int hosts = 25;
  int kills = 40;
  uint64_t seed = 1;
  std::string dir;
  bool keep = false;
  ChildOptions child;
  bool is_child = false;
};

// Memory where there is some: processes die here, not machines.
std::string MakeFolder() {
  const bool memory = access("/dev/shm", W_OK) == 0;
  std::string pattern = absl::StrCat(memory ? "/dev/shm" : std::filesystem::temp_directory_path().string(),
                                     "/watch_day_XXXXXX");
  return mkdtemp(pattern.data()) == nullptr ? "" : pattern;
}

pid_t StartChild(const Options& options, const std::vector<std::string>& hosts, int die_cpu_ms,
                 int die_submission) {
  std::vector<std::string> arguments = {"watch_day",
                                        "--child",
                                        "--dir",
                                        options.dir,
                                        "--feeds",
                                        absl::StrCat(options.feeds),
                                        "--seed",
                                        absl::StrCat(options.seed),
                                        "--host-list",
                                        absl::StrJoin(hosts, ","),
                                        absl::StrCat("--die-cpu-ms=", die_cpu_ms),
                                        absl::StrCat("--die-submission=", die_submission)};
  if (options.child.careless) arguments.emplace_back("--careless");
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  return child;
}

// How a run of the child is to end.
struct Death {
  int cpu_ms = 0;
  int submission = 0;
  int request = 0;
};

Death Draw(std::mt19937_64& dice, const Options& options) {
  const int share = std::max(2, options.feeds * 24 / (options.kills + 1));
  const auto roll = [&dice](int most) { return 1 + static_cast<int>(dice() % static_cast<uint64_t>(most)); };
  switch (dice() % 4) {
    case 0:
      return {.cpu_ms = 40 + roll(share), .submission = 0, .request = 0};
    case 1:
      return {.cpu_ms = 0, .submission = roll(share / 2), .request = 0};
    case 2:
      return {.cpu_ms = 0, .submission = -roll(share / 2), .request = 0};
    default:
      return {.cpu_ms = 0, .submission = 0, .request = roll(share)};
  }
}

struct Runs {
  int kills = 0;
  bool ended = false;
  double child_seconds = 0;
};

Runs Live(const Options& options, DayHosts& hosts) {
  Runs runs;
  std::mt19937_64 dice(options.seed);
  while (true) {
    const Death death = runs.kills < options.kills ? Draw(dice, options) : Death{};
    const auto child = std::make_shared<std::atomic<pid_t>>(0);
    hosts.KillAt(death.request, [child] {
      if (*child > 0) kill(*child, SIGKILL);
    });
    *child = StartChild(options, hosts.Addresses(), death.cpu_ms, death.submission);
    int status = 0;
    rusage usage{};
    wait4(*child, &status, 0, &usage);
    *child = 0;
    hosts.KillAt(0, nullptr);
    runs.child_seconds += static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    hosts.Forgive();
    if (WIFEXITED(status)) {
      runs.ended = WEXITSTATUS(status) == 0;
      return runs;
    }
    ++runs.kills;
  }
}

// How often each version of each entry was submitted, by its mark.
absl::StatusOr<std::map<std::string, int>> CountMarks(const Options& options, const Clock& clock) {
  auto log = OpenRocksDbEventLog(
      {.path = options.dir + "/log", .clock = const_cast<Clock*>(&clock), .env = nullptr});
  if (!log.ok()) return log.status();
  auto objects = OpenRocksDbObjectStore(options.dir + "/objects");
  if (!objects.ok()) return objects.status();
  std::map<std::string, int> marks;
  uint64_t after = 0;
  while (true) {
    const auto records = (*log)->ReadAfter(after, 1000, absl::ZeroDuration());
    if (!records.ok()) return records.status();
    if (records->empty()) return marks;
    after = records->back().sequence;
    for (const Record& record : *records) {
      v1::Event event;
      if (record.subject != "announcement.received" || !event.ParseFromString(record.payload)) continue;
      const auto bytes = (*objects)->Get(event.announcement_received().announcement().object_hash());
      if (!bytes.ok()) return bytes.status();
      const size_t at = bytes->find("mark-");
      ++marks[at == std::string::npos ? "without a mark" : bytes->substr(at, bytes->find('.', at) + 1 - at)];
    }
  }
}

struct Findings {
  int entries = 0;
  int submissions = 0;
  int lost = 0;
  int doubled = 0;
  int unwanted = 0;
  std::vector<std::string> texts;
};

void CheckFeed(const DayFeed& feed, std::map<std::string, int>& marks, Findings& findings) {
  const absl::Time end = DayStart() + kDay + kAfterwards;
  for (size_t i = 0; i < feed.entries.size(); ++i) {
    const DayEntry& entry = feed.entries[i];
    const int number = static_cast<int>(i);
    const int first = marks[DayWorld::MarkOf(feed.index, number, 1)];
    const int second = marks[DayWorld::MarkOf(feed.index, number, 2)];
    // Old entries stand in the order of their age. Where the first reading
    // came late, new ones may have taken their places.
    const bool surely_old = entry.published < DayStart() && i >= kFirstEntries;
    const bool maybe_old = entry.published < DayStart() && i + 5 >= kFirstEntries;
    const bool stays = !entry.dropped.has_value() || *entry.dropped > end;
    const int last =
        !feed.summaries && stays && DayWorld::VersionAt(entry, end) == 2 ? second : first + second;
    findings.entries += 1;
    findings.submissions += first + second;
    const auto note = [&](const char* what) {
      findings.texts.push_back(
          absl::StrCat(feed.Id(), " entry ", i, ": ", what, " (v1 ", first, ", v2 ", second, ")"));
    };
    if (first > 1 || second > 1) {
      ++findings.doubled;
      note("doubled");
    } else if (surely_old && first + second > 0) {
      ++findings.unwanted;
      note("older than a first reading takes");
    } else if (!surely_old && !maybe_old && last < 1) {
      ++findings.lost;
      note("lost");
    }
  }
}

int Report(const Options& options, const Runs& runs, DayHosts& hosts, const Findings& findings,
           int unmarked) {
  std::printf(
      "%d feeds on %d hosts, 24 h and %d h after: %d requests (200: %d, 304: %d, 429: %d, 500: %d), %d "
      "kills\n"
      "%d entries, %d announcements; lost %d, doubled %d, unwanted %d, without a mark %d, asked too often "
      "%zu\n"
      "%.1f s of processor time in the reading process\n",
      options.feeds, options.hosts, static_cast<int>(absl::ToInt64Hours(kAfterwards)), hosts.requests(),
      hosts.answered(200), hosts.answered(304), hosts.answered(429), hosts.answered(500), runs.kills,
      findings.entries, findings.submissions, findings.lost, findings.doubled, findings.unwanted, unmarked,
      hosts.complaints().size(), runs.child_seconds);
  size_t shown = 0;
  for (const std::string& text : findings.texts) {
    if (++shown <= 20) std::printf("  %s\n", text.c_str());
  }
  for (const std::string& complaint : hosts.complaints()) std::printf("  %s\n", complaint.c_str());
  const bool good = runs.ended && findings.texts.empty() && hosts.complaints().empty() && unmarked == 0;
  std::printf("%s\n", good ? "ok" : "FAILED");
  return good ? 0 : 1;
}

int RunDay(Options options) {
  options.dir = MakeFolder();
  if (options.dir.empty()) return 1;
  const DayWorld world(options.feeds, options.hosts, options.seed);
  DayClock clock(options.dir + "/clock");
  clock.Set(DayStart());
  DayHosts hosts(&world, &clock);
  if (const absl::Status started = hosts.Start(); !started.ok()) {
    std::fprintf(stderr, "%s\n", std::string(started.message()).c_str());
    return 1;
  }
  const Runs runs = Live(options, hosts);
  hosts.Stop();
  auto marks = CountMarks(options, clock);
  if (!options.keep) std::filesystem::remove_all(options.dir);
  if (!marks.ok()) {
    std::fprintf(stderr, "%s\n", std::string(marks.status().message()).c_str());
    return 1;
  }
  Findings findings;
  for (const DayFeed& feed : world.feeds()) CheckFeed(feed, *marks, findings);
  return Report(options, runs, hosts, findings, (*marks)["without a mark"]);
}

int Main(int argc, char** argv) {
  Options options;
  std::string host_list;
  CLI::App app("Simulates a day of feeds with kills");
  app.add_option("--feeds", options.feeds, "How many")->check(CLI::Range(1, 10000));
  app.add_option("--hosts", options.hosts, "On how many hosts")->check(CLI::Range(1, 200));
  app.add_option("--kills", options.kills, "How often the process is killed")->check(CLI::Range(0, 10000));
  app.add_option("--seed", options.seed, "Of feeds and kills");
  app.add_flag("--keep", options.keep, "Leave the data folder");
  app.add_flag("--careless", options.child.careless, "Misbehave, to see that it is noticed");
  app.add_flag("--child", options.is_child)->group("");
  app.add_option("--dir", options.dir)->group("");
  app.add_option("--host-list", options.child.hosts)->delimiter(',')->group("");
  app.add_option("--die-cpu-ms", options.child.die_cpu_ms)->group("");
  app.add_option("--die-submission", options.child.die_submission)->group("");
  CLI11_PARSE(app, argc, argv);
  if (!options.is_child) return RunDay(options);
  options.child.dir = options.dir;
  options.child.feeds = options.feeds;
  options.child.seed = options.seed;
  return RunChild(options.child);
}

}  // namespace
}  // namespace seaworthy::day

int main(int argc, char** argv) { return seaworthy::day::Main(argc, argv); }
