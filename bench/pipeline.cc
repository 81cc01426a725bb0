#include "bench/pipeline.h"

#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/config.h"
#include "common/persona.h"
#include "common/rocksdb_event_log.h"
#include "services/reviewer/panel.h"

namespace seaworthy {

void Die(const absl::Status& status) {
  std::fprintf(stderr, "bench: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

void OrDie(const absl::Status& status) {
  if (!status.ok()) Die(status);
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::string BenchAnnouncement(int number) {
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

Pipeline::Pipeline(const Options& options)
    : log_(OrDie(
          OpenRocksDbEventLog({.path = options.folder + "/log", .clock = Clock::Real(), .env = nullptr}))),
      objects_(OrDie(OpenRocksDbObjectStore(options.folder + "/objects"))) {
  const std::vector<v1::Persona> personas = OrDie(LoadPersonas(OrDie(FindHome()) + "/prompts"));
  VerdictSeeker::Options seek = PanelDefaults();
  seek.routes["default"] = {options.endpoint};
  seek.limits[options.endpoint].max_in_flight = options.max_in_flight;
  if (options.endpoint->wants_prompt()) {
    cache_ = OrDie(OpenAnswerCache(options.folder + "/answers", AnswerCacheOptions()));
    seek.cache = cache_.get();
  }
  seeker_ = std::make_unique<VerdictSeeker>(std::move(seek));
  AggregatorService::Options state;
  state.log = log_.get();
  state.clock = Clock::Real();
  state.store_dir = options.folder + "/store";
  state.max_pairs_per_tool = options.max_pairs_per_tool;
  for (const v1::Persona& persona : personas) state.personas.emplace_back(persona.persona_id());
  aggregator_ = OrDie(AggregatorService::Open(state));
  ingest_ = std::make_unique<IngestService>(IngestService::Options{.log = log_.get(),
                                                                   .objects = objects_.get(),
                                                                   .clock = Clock::Real(),
                                                                   .workers = options.ingest_workers});
  ReviewerService::Options review;
  review.log = log_.get();
  review.objects = objects_.get();
  review.clock = Clock::Real();
  review.seeker = seeker_.get();
  review.personas = personas;
  review.max_in_flight = static_cast<size_t>(options.max_in_flight);
  reviewer_ = std::make_unique<ReviewerService>(std::move(review));
  OrDie(aggregator_->Start());
  OrDie(ingest_->Start());
  OrDie(reviewer_->Start());
}

Pipeline::~Pipeline() {
  ingest_->Stop();
  seeker_->Stop();
  reviewer_->Stop();
  aggregator_->Stop();
  log_->Close();
}

void Pipeline::Submit(int number) {
  v1::SubmitAnnouncementRequest request;
  request.set_idempotency_key(absl::StrCat("bench-", number));
  request.set_document(BenchAnnouncement(number));
  request.set_media_type("text/markdown");
  OrDie(ingest_->SubmitAnnouncement(request).status());
}

void Pipeline::WaitUntilIdle() { OrDie(aggregator_->WaitUntilIdle(absl::Minutes(30))); }

uint64_t Pipeline::Count(const std::string& name) {
  const v1::AggregatorStatus status = OrDie(aggregator_->GetStatus({}));
  const auto found = status.counts().find(name);
  return found == status.counts().end() ? 0 : found->second;
}

}  // namespace seaworthy
