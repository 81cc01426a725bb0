#include "tests/panel_faults/fault_panel.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/config.h"
#include "common/persona.h"
#include "services/reviewer/prompt/prompt_builder.h"
#include "services/reviewer/test_revision.h"
#include "services/reviewer/verdict_parser.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy {
namespace {

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  fprintf(stderr, "panel: %s\n", std::string(result.status().message()).c_str());
  std::abort();
}

std::unique_ptr<FaultServer> Start(FaultKind door, absl::Duration latency) {
  FaultServerOptions options;
  options.door = door;
  options.latency = latency;
  return Must(FaultServer::Start(std::move(options)));
}

std::shared_ptr<const LlmRequest> RequestOf(const v1::Persona& persona) {
  TestRevision revision("Harrow 7B");
  revision.With("vendor", "Quayside").With("license", "MIT").With("parameters_b", "7");
  revision.With("install_command", "pip install harrow");
  return std::make_shared<const LlmRequest>(revision.For(persona));
}

bool IsOpenAi(Speech speech) { return speech == Speech::kOpenAi || speech == Speech::kOpenAiStream; }

}  // namespace

// One persona's calls: `in_flight` at a time until all are made.
struct FaultPanel::Lane {
  Lane(std::unique_ptr<LlmEndpoint> endpoint, LlmCall call, const PanelLoad& load)
      : endpoint(std::move(endpoint)), call(std::move(call)), load(load) {}

  void Begin() {
    for (int i = 0; i < std::min(load.in_flight, load.calls); ++i) Next();
  }

  void Next() {
    {
      absl::MutexLock lock(&mutex);
      if (started == load.calls) return;
      ++started;
    }
    const absl::Time begin = absl::Now();
    endpoint->Start(call, [this, begin](const LlmReply& reply) {
      const absl::Duration took = absl::Now() - begin;
      const bool verdict = reply.outcome == LlmOutcome::kOk && ParseVerdict(reply.raw, *call.request).ok();
      Next();
      absl::MutexLock lock(&mutex);
      ++run.outcomes[reply.outcome];
      run.verdicts += verdict ? 1 : 0;
      times.push_back(took);
      ++run.calls;
    });
  }

  void Wait() {
    absl::MutexLock lock(&mutex);
    const auto done = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex) { return run.calls == load.calls; };
    mutex.Await(absl::Condition(&done));
  }

  std::unique_ptr<LlmEndpoint> endpoint;
  const LlmCall call;
  const PanelLoad load;
  absl::Mutex mutex;
  int started ABSL_GUARDED_BY(mutex) = 0;
  PersonaRun run ABSL_GUARDED_BY(mutex);
  std::vector<absl::Duration> times ABSL_GUARDED_BY(mutex);
};

FaultPanel::FaultPanel(absl::Duration latency)
    : ca_file_(absl::StrCat(P_tmpdir, "/seaworthy_panel_ca.", getpid(), ".pem")),
      healthy_(Start(FaultKind::kNone, latency)),
      faulty_(Start(FaultKind::kNone, absl::ZeroDuration())) {
  for (const v1::Persona& persona : Must(LoadPersonas("prompts"))) {
    requests_.push_back(RequestOf(persona));
    prompts_.push_back(std::make_shared<const LlmPrompt>(BuildPrompt(*requests_.back())));
  }
}

FaultPanel::~FaultPanel() { std::remove(ca_file_.c_str()); }

const FaultServer& FaultPanel::ServerFor(FaultKind kind) {
  if (!IsDoorFault(kind)) return *faulty_;
  std::unique_ptr<FaultServer>& server = doors_[kind];
  if (server == nullptr) server = Start(kind, absl::ZeroDuration());
  return *server;
}

std::unique_ptr<LlmEndpoint> FaultPanel::MakeEndpoint(Speech speech, const FaultServer& server,
                                                      const std::string& prefix, absl::Duration deadline) {
  EndpointConfig config;
  config.name = prefix.empty() ? "healthy" : prefix;
  config.url = absl::StrCat(IsOpenAi(speech) ? "openai:" : "anthropic:", server.url(prefix), "/v1");
  config.model = "fault-model";
  config.stream = speech == Speech::kOpenAiStream || speech == Speech::kAnthropicStream;
  config.deadline = deadline;
  if (!server.ca_pem().empty()) {
    std::ofstream(ca_file_) << server.ca_pem();
    config.ca_file = ca_file_;
  }
  return Must(MakeWireEndpoint(config, "no-secret-at-all", &client_));
}

FaultRun FaultPanel::Run(FaultKind kind, int faulty, int shift, const PanelLoad& load) {
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int i = 0; i < static_cast<int>(requests_.size()); ++i) {
    const Speech speech = kSpeeches[static_cast<size_t>(i + shift) % kSpeeches.size()];
    const bool fails = i == faulty;
    const absl::Duration deadline = fails ? load.deadline : load.healthy_deadline;
    const std::string prefix = fails && !IsDoorFault(kind) ? FaultName(kind) : "";
    auto endpoint = MakeEndpoint(speech, fails ? ServerFor(kind) : *healthy_, prefix, deadline);
    LlmCall call{requests_[static_cast<size_t>(i)], prompts_[static_cast<size_t>(i)], deadline};
    lanes.push_back(std::make_unique<Lane>(std::move(endpoint), std::move(call), load));
  }
  for (const auto& lane : lanes) lane->Begin();
  for (const auto& lane : lanes) lane->Wait();
  FaultRun run;
  std::vector<absl::Duration> healthy_times;
  const auto close = [](std::vector<absl::Duration>* times, PersonaRun* into) {
    std::sort(times->begin(), times->end());
    into->longest = times->back();
    into->p99 = (*times)[times->size() * 99 / 100];
  };
  for (int i = 0; i < static_cast<int>(lanes.size()); ++i) {
    Lane& lane = *lanes[static_cast<size_t>(i)];
    absl::MutexLock lock(&lane.mutex);
    if (i == faulty) {
      run.faulty = lane.run;
      close(&lane.times, &run.faulty);
      continue;
    }
    run.healthy.calls += lane.run.calls;
    run.healthy.verdicts += lane.run.verdicts;
    for (const auto& [outcome, count] : lane.run.outcomes) run.healthy.outcomes[outcome] += count;
    healthy_times.insert(healthy_times.end(), lane.times.begin(), lane.times.end());
  }
  close(&healthy_times, &run.healthy);
  return run;
}

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  statm >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace seaworthy
