// The whole pipeline in one process with the offline endpoint: announcements
// in, drafted comparisons out. Prints reviews a second and CPU time per review,
// then what one more announcement costs with 1,000 and with 10,000 tools in
// the store. Usage: bench_pipeline [FEW MANY [FOLDER]]
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/config.h"
#include "common/ids.h"
#include "common/object_store.h"
#include "common/persona.h"
#include "common/rocksdb_event_log.h"
#include "services/aggregator/aggregator_service.h"
#include "services/ingest/ingest_service.h"
#include "services/reviewer/reviewer_service.h"

namespace seaworthy {
namespace {

constexpr int kThroughputAnnouncements = 300;
constexpr int kMoreAnnouncements = 100;
constexpr int kFillStep = 250;

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "bench_pipeline: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status());
  return *std::move(value);
}

void OrDie(const absl::Status& status) {
  if (!status.ok()) Die(status);
}

// CPU time of every thread of this process.
double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Time on the wall and on the processors.
struct Cost {
  double wall = 0;
  double cpu = 0;
};

template <typename F>
Cost Measure(const F& work) {
  const absl::Time begin = absl::Now();
  const double cpu = CpuSeconds();
  work();
  return {absl::ToDoubleSeconds(absl::Now() - begin), CpuSeconds() - cpu};
}

// A model card of a tool of its own: name, vendor, size, licence, context,
// price, benchmark and install command vary with the number.
std::string Announcement(int number) {
  constexpr std::array kFirst = {"Alder",  "Basil",  "Cedar", "Dahlia",  "Elder", "Fennel",
                                 "Ginger", "Hazel",  "Iris",  "Jasmine", "Kelp",  "Laurel",
                                 "Mallow", "Nettle", "Olive", "Poppy"};
  constexpr std::array kSecond = {"Anvil",  "Bellows", "Chisel",  "Drill", "Easel", "Forge",
                                  "Gimlet", "Hammer",  "Inkwell", "Jig",   "Kiln",  "Lathe",
                                  "Mallet", "Needle",  "Oven",    "Plane"};
  constexpr std::array kVendors = {"Harbour Labs", "Quarry AI", "Millrace Systems", "Lockkeeper",
                                   "Towpath Research"};
  constexpr std::array kLicenses = {"apache-2.0", "mit", "cc-by-nc-4.0", "bsd-3-clause", "gpl-3.0"};
  constexpr std::array kTags = {"text-generation", "image-text-to-text", "automatic-speech-recognition",
                                "text-to-image",   "feature-extraction", "translation"};
  constexpr std::array kSizes = {1, 2, 3, 7, 8, 13, 14, 32, 34, 70, 72, 120};
  std::mt19937 chance(static_cast<unsigned>(number));
  const auto pick = [&](const auto& values) { return values[chance() % values.size()]; };
  const int size = pick(kSizes);
  const std::string name = absl::StrCat(kFirst[number % 16], " ", kSecond[number / 16 % 16], " ",
                                        1 + number / 256, " ", size, "B");
  const std::string vendor = pick(kVendors);
  const std::string license = pick(kLicenses);
  std::string text =
      absl::StrCat("---\nlicense: ", license, "\npipeline_tag: ", pick(kTags), "\n---\n# ", name, "\n\n",
                   vendor, " releases ", name, ", a ", size, "-billion-parameter model under the ", license,
                   " license. It reads up to ", (1 << (12 + chance() % 6)), " tokens of context.\n");
  if (chance() % 2 == 0) absl::StrAppend(&text, "Quantized GGUF weights are available on day one.\n");
  if (chance() % 2 == 0) {
    absl::StrAppend(&text, "It scores ", 40 + chance() % 50, ".", chance() % 10,
                    " on MMLU (5-shot), measured with lm-evaluation-harness.\n");
  }
  if (chance() % 3 == 0) absl::StrAppend(&text, "Pricing starts at $", 1 + chance() % 40, " per month.\n");
  if (chance() % 2 == 0) absl::StrAppend(&text, "\n## Usage\n\n```bash\npip install tool", number, "\n```\n");
  return text;
}

// Log, objects and the three services that make drafts, in a folder.
class Pipeline {
 public:
  explicit Pipeline(const std::string& folder)
      : log_(OrDie(OpenRocksDbEventLog({.path = folder + "/log", .clock = Clock::Real(), .env = nullptr}))),
        objects_(OrDie(OpenRocksDbObjectStore(folder + "/objects"))),
        endpoint_(OrDie(MakeLlmEndpoint("offline"))) {
    const std::vector<v1::Persona> personas = OrDie(LoadPersonas(OrDie(FindHome()) + "/prompts"));
    AggregatorService::Options state;
    state.log = log_.get();
    state.clock = Clock::Real();
    state.store_dir = folder + "/store";
    for (const v1::Persona& persona : personas) state.personas.emplace_back(persona.persona_id());
    aggregator_ = OrDie(AggregatorService::Open(state));
    ingest_ = std::make_unique<IngestService>(IngestService::Options{
        .log = log_.get(), .objects = objects_.get(), .clock = Clock::Real(), .workers = 2});
    ReviewerService::Options review;
    review.log = log_.get();
    review.objects = objects_.get();
    review.clock = Clock::Real();
    review.endpoint = endpoint_.get();
    review.personas = personas;
    reviewer_ = std::make_unique<ReviewerService>(std::move(review));
    OrDie(aggregator_->Start());
    OrDie(ingest_->Start());
    OrDie(reviewer_->Start());
  }
  ~Pipeline() {
    ingest_->Stop();
    reviewer_->Stop();
    aggregator_->Stop();
    log_->Close();
  }

  // Hands in `count` more announcements and waits for what comes of them.
  void Run(int count) {
    for (int i = 0; i < count; ++i) {
      v1::SubmitAnnouncementRequest request;
      request.set_document(Announcement(next_++));
      request.set_media_type("text/markdown");
      OrDie(ingest_->SubmitAnnouncement(request).status());
    }
    OrDie(aggregator_->WaitUntilIdle(absl::Minutes(30)));
  }

  uint64_t Count(const std::string& name) {
    const v1::AggregatorStatus status = OrDie(aggregator_->GetStatus({}));
    const auto found = status.counts().find(name);
    return found == status.counts().end() ? 0 : found->second;
  }

 private:
  int next_ = 0;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<LlmEndpoint> endpoint_;
  std::unique_ptr<AggregatorService> aggregator_;
  std::unique_ptr<IngestService> ingest_;
  std::unique_ptr<ReviewerService> reviewer_;
};

void MeasureThroughput(Pipeline& pipeline) {
  const Cost cost = Measure([&] { pipeline.Run(kThroughputAnnouncements); });
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
    pipeline.Run(static_cast<int>(std::min<uint64_t>(kFillStep, tools - there)));
    if (pipeline.Count("tools") == there) Die(absl::InternalError("the announcements make no new tools"));
  }
}

// One after the other: from an announcement to its drafts.
Cost MeasureOneMore(Pipeline& pipeline, uint64_t tools) {
  FillTo(pipeline, tools);
  const uint64_t there = pipeline.Count("tools");
  const uint64_t drafts = pipeline.Count("comparisons.drafted");
  Cost cost = Measure([&] {
    for (int i = 0; i < kMoreAnnouncements; ++i) pipeline.Run(1);
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
    Pipeline pipeline(folder);
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
