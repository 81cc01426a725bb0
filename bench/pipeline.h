// The services that bring announcements to panels, in one process, for
// benchmarks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "services/aggregator/aggregator_service.h"
#include "services/ingest/ingest_service.h"
#include "services/reviewer/policy/verdict_seeker.h"
#include "services/reviewer/reviewer_service.h"

namespace seaworthy {

// Ends the program with a message.
[[noreturn]] void Die(const absl::Status& status);
template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status());
  return *std::move(value);
}
void OrDie(const absl::Status& status);

// Time on the wall and on the processors, of every thread of this process.
struct Cost {
  double wall = 0;
  double cpu = 0;
};
double CpuSeconds();
template <typename F>
Cost Measure(const F& work) {
  const absl::Time begin = absl::Now();
  const double cpu = CpuSeconds();
  work();
  return {absl::ToDoubleSeconds(absl::Now() - begin), CpuSeconds() - cpu};
}
// The most memory this process has had resident, in megabytes.
double PeakMegabytes();

// A model card of a tool of its own: name, vendor, size, licence, context,
// price, benchmark and install command vary with the number.
std::string BenchAnnouncement(int number);

// Log, objects, answer cache and services in a folder as `seaworthy up` has them,
// everything durable. Must be given the endpoint that answers.
class Pipeline {
 public:
  struct Options {
    std::string folder;
    LlmEndpoint* endpoint = nullptr;  // Not owned.
    int max_in_flight = 64;
    int max_pairs_per_tool = 5;
    int ingest_workers = 2;
  };
  explicit Pipeline(const Options& options);
  ~Pipeline();

  // Announcement `number`, handed in under a key of its own: again changes
  // nothing.
  void Submit(int number);
  // Until nothing is left to do.
  void WaitUntilIdle();
  uint64_t Count(const std::string& name);

 private:
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<AnswerCache> cache_;
  std::unique_ptr<VerdictSeeker> seeker_;
  std::unique_ptr<AggregatorService> aggregator_;
  std::unique_ptr<IngestService> ingest_;
  std::unique_ptr<ReviewerService> reviewer_;
};

}  // namespace seaworthy
