// The victim of the kill test: appends and consumes until it is killed, and
// says on standard output what the log has acknowledged.
// Usage: event_log_kill_child FOLDER RUN
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event_log.h"
#include "common/rocksdb_event_log.h"

namespace {

// One line at a time reaches the pipe whole (POSIX: up to PIPE_BUF bytes).
void Say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

void Append(seaworthy::EventLog& log, const std::string& prefix) {
  for (int i = 0;; ++i) {
    const std::string id = absl::StrCat(prefix, ".", i);
    const absl::StatusOr<seaworthy::Appended> appended = log.Append({id, "test.made", std::string(200, 'p')});
    if (!appended.ok()) std::abort();
    Say(absl::StrCat("append ", id, " ", appended->sequence, "\n"));
  }
}

void Consume(seaworthy::EventLog& log) {
  seaworthy::SubscriptionOptions options;
  options.name = "reader";
  options.subjects = {"test.made"};
  const auto reader = log.Subscribe(options);
  if (!reader.ok()) std::abort();
  while (true) {
    const auto fetched = (*reader)->Fetch(8, absl::Seconds(10));
    if (!fetched.ok()) std::abort();
    for (const seaworthy::Delivery& delivery : *fetched) {
      const std::vector<seaworthy::NewEvent> effects = {
          {absl::StrCat("effect ", delivery.record.sequence), "test.effect", ""}};
      if (!(*reader)->Ack(delivery, effects).ok()) std::abort();
      Say(absl::StrCat("ack x ", delivery.record.sequence, "\n"));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto log = seaworthy::OpenRocksDbEventLog({argv[1], seaworthy::Clock::Real(), nullptr});
  if (!log.ok()) {
    std::fprintf(stderr, "%s\n", log.status().ToString().c_str());
    return 1;
  }
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&log, prefix = absl::StrCat(argv[2], ".", writer)] { Append(**log, prefix); });
  }
  Consume(**log);
}
