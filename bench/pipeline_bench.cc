// The whole pipeline in one process with the offline endpoint: announcements
// in, drafted comparisons out. Prints reviews a second and CPU time per review,
// then what one more announcement costs with 1,000 and with 10,000 tools in
// the store. Usage: bench_pipeline [FEW MANY [FOLDER]]
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "bench/pipeline.h"

namespace seaworthy {
namespace {

constexpr int kThroughputAnnouncements = 300;
constexpr int kMoreAnnouncements = 100;
constexpr int kFillStep = 250;

// Hands in `count` more announcements and waits for what comes of them.
void Run(Pipeline& pipeline, int count) {
  static int next = 0;
  for (int i = 0; i < count; ++i) pipeline.Submit(next++);
  pipeline.WaitUntilIdle();
}

void MeasureThroughput(Pipeline& pipeline) {
  const Cost cost = Measure([&] { Run(pipeline, kThroughputAnnouncements); });
  const auto reviews = static_cast<double>(pipeline.Count("verdicts"));
  std::printf("pipeline  %d announcements, %.0f reviews, %llu drafts\n", kThroughputAnnouncements, reviews,
              static_cast<unsigned long long>(pipeline.Count("comparisons.drafted")));
  std::printf(
      "          %.0f reviews/s, %.3f ms CPU per review (ingest, log, aggregator and reviewer together)\n",
      reviews / cost.wall, 1e3 * cost.cpu / reviews);
}

void FillTo(Pipeline& pipeline, uint64_t tools) {
  while (true) {
    const uint64_t there = pipeline.Count("tools");
    if (there >= tools) return;
    Run(pipeline, static_cast<int>(std::min<uint64_t>(kFillStep, tools - there)));
    if (pipeline.Count("tools") == there) Die(absl::InternalError("the announcements make no new tools"));
  }
}

// One after the other: from an announcement to its drafts.
Cost MeasureOneMore(Pipeline& pipeline, uint64_t tools) {
  FillTo(pipeline, tools);
  const uint64_t there = pipeline.Count("tools");
  const uint64_t drafts = pipeline.Count("comparisons.drafted");
  Cost cost = Measure([&] {
    for (int i = 0; i < kMoreAnnouncements; ++i) Run(pipeline, 1);
  });
  cost.wall /= kMoreAnnouncements;
  cost.cpu /= kMoreAnnouncements;
  std::printf("one more  with %6llu tools: %7.2f ms, %7.2f ms CPU, %.1f drafts\n",
              static_cast<unsigned long long>(there), 1e3 * cost.wall, 1e3 * cost.cpu,
              static_cast<double>(pipeline.Count("comparisons.drafted") - drafts) / kMoreAnnouncements);
  std::fflush(stdout);
  return cost;
}

int Main(int argc, char** argv) {
  uint64_t few = 1'000;
  uint64_t many = 10'000;
  if (argc == 2 || argc > 4 ||
      (argc >= 3 && (!absl::SimpleAtoi(argv[1], &few) || !absl::SimpleAtoi(argv[2], &many)))) {
    std::fprintf(stderr, "usage: bench_pipeline [FEW MANY [FOLDER]]\n");
    return 2;
  }
  namespace fs = std::filesystem;
  const fs::path base = argc == 4 ? fs::path(argv[3]) : fs::temp_directory_path();
  std::string folder = (base / "seaworthy-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) Die(absl::UnavailableError(folder + ": cannot be made"));
  {
    const auto endpoint = OrDie(MakeLlmEndpoint("offline"));
    Pipeline pipeline({.folder = folder, .endpoint = endpoint.get()});
    MeasureThroughput(pipeline);
    const Cost with_few = MeasureOneMore(pipeline, few);
    const Cost with_many = MeasureOneMore(pipeline, many);
    std::printf("ratio     %.2f of the time, %.2f of the CPU with %.0f times the tools (1.00: no growth)\n",
                with_many.wall / with_few.wall, with_many.cpu / with_few.cpu,
                static_cast<double>(many) / static_cast<double>(few));
  }
  fs::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
