// From announcement to panel against an OpenAI-compatible endpoint on loopback,
// everything durable. Prints, for N tools and four personas: the makespan
// against the ideal at 800 ms and 64 in flight; reviews a second, processor
// time a review and memory at 0 ms; memory with 1,000 calls in flight; and what
// a SIGKILL half way costs. The endpoint runs in this process, the pipeline in
// one of its own. Usage: bench_llm [TOOLS [FOLDER]]
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/pipeline.h"
#include "services/reviewer/wire/http_client.h"
#include "services/reviewer/wire/wire_endpoint.h"
#include "tests/fault_server/fault_server.h"

namespace seaworthy {
namespace {

constexpr int kPersonas = 4;

// A run of the pipeline in a process of its own.
struct Run {
  std::string folder;
  std::string url;
  int tools = 0;
  int in_flight = 0;
};

// What it prints when it is done, on one line.
struct Outcome {
  double wall = 0;
  double cpu = 0;
  double megabytes = 0;
  double verdicts = 0;
};

int Child(char** argv) {
  Run run{argv[2], argv[3], std::atoi(argv[4]), std::atoi(argv[5])};
  EndpointConfig config;
  config.name = "bench";
  config.url = absl::StrCat("openai:", run.url, "/v1");
  config.model = "bench-model";
  config.max_in_flight = run.in_flight;
  HttpClient client;
  const auto endpoint = OrDie(MakeWireEndpoint(config, "", &client));
  Outcome outcome;
  {
    Pipeline pipeline({.folder = run.folder,
                       .endpoint = endpoint.get(),
                       .max_in_flight = run.in_flight,
                       .max_pairs_per_tool = 0});
    const Cost cost = Measure([&] {
      for (int i = 0; i < run.tools; ++i) pipeline.Submit(i);
      pipeline.WaitUntilIdle();
    });
    outcome = {cost.wall, cost.cpu, PeakMegabytes(), static_cast<double>(pipeline.Count("verdicts"))};
  }
  std::printf("%.6f %.6f %.1f %.0f\n", outcome.wall, outcome.cpu, outcome.megabytes, outcome.verdicts);
  return 0;
}

// A child under way.
class Process {
 public:
  explicit Process(const Run& run) {
    int ends[2];
    if (pipe(ends) != 0) Die(absl::UnavailableError("no pipe"));
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      const std::string tools = absl::StrCat(run.tools);
      const std::string in_flight = absl::StrCat(run.in_flight);
      execl("/proc/self/exe", "bench_llm", "--child", run.folder.c_str(), run.url.c_str(), tools.c_str(),
            in_flight.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    from_ = fdopen(ends[0], "r");
  }
  ~Process() {
    if (from_ != nullptr) std::fclose(from_);
  }

  void Kill() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  Outcome Wait() {
    Outcome outcome;
    const int read = std::fscanf(from_, "%lf %lf %lf %lf", &outcome.wall, &outcome.cpu, &outcome.megabytes,
                                 &outcome.verdicts);
    int status = 0;
    waitpid(pid_, &status, 0);
    if (read != 4 || status != 0) Die(absl::InternalError("the pipeline's process failed"));
    return outcome;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* from_ = nullptr;
};

std::unique_ptr<FaultServer> Serve(absl::Duration latency) {
  FaultServerOptions options;
  options.latency = latency;
  return OrDie(FaultServer::Start(options));
}

double Ideal(double calls, int in_flight, double latency) { return std::ceil(calls / in_flight) * latency; }

class Bench {
 public:
  Bench(std::string folder, int tools) : folder_(std::move(folder)), tools_(tools) {}

  void Makespan() {
    const auto server = Serve(absl::Milliseconds(800));
    const Outcome outcome = Process({Folder(), server->url(), tools_, 64}).Wait();
    const double ideal = Ideal(tools_ * kPersonas, 64, 0.8);
    std::printf("800 ms, 64 in flight  %.0f reviews in %.2f s, %.1f %% of the ideal %.2f s, %.0f MB\n",
                outcome.verdicts, outcome.wall, 100 * ideal / outcome.wall, ideal, outcome.megabytes);
    std::fflush(stdout);
  }

  void Throughput() {
    const auto server = Serve(absl::ZeroDuration());
    const Outcome outcome = Process({Folder(), server->url(), tools_, 64}).Wait();
    std::printf("0 ms, 64 in flight    %.0f reviews/s, %.3f ms CPU a review, %.0f MB\n",
                outcome.verdicts / outcome.wall, 1e3 * outcome.cpu / outcome.verdicts, outcome.megabytes);
    std::fflush(stdout);
  }

  void ManyInFlight() {
    const auto server = Serve(absl::Seconds(2));
    const Outcome outcome = Process({Folder(), server->url(), std::max(tools_, 500), 1000}).Wait();
    std::printf("2 s, 1000 in flight   most in flight %lld, %.0f MB, %.0f reviews in %.2f s\n",
                static_cast<long long>(server->stats().most_in_flight), outcome.megabytes, outcome.verdicts,
                outcome.wall);
    std::fflush(stdout);
  }

  // SIGKILL once half the calls were made, then the same command again.
  void KilledHalfWay() {
    constexpr int kTools = 200;
    constexpr double kCalls = kTools * kPersonas;
    const auto server = Serve(absl::Milliseconds(200));
    const Run run{Folder(), server->url(), kTools, 64};
    Process first(run);
    while (server->stats().requests < kCalls / 2) absl::SleepFor(absl::Milliseconds(1));
    first.Kill();
    const auto made = static_cast<double>(server->stats().requests);
    const absl::Time again = absl::Now();
    const Outcome outcome = Process(run).Wait();
    const double rest = absl::ToDoubleSeconds(absl::Now() - again);
    const auto all = static_cast<double>(server->stats().requests);
    const double ideal = Ideal(kCalls - made, 64, 0.2);
    std::printf(
        "killed half way       %.0f calls made twice, %.0f verdicts, the rest in %.2f s: %.2f s more "
        "than ideal (start-up included)\n",
        all - kCalls, outcome.verdicts, rest, rest - ideal);
    std::fflush(stdout);
  }

 private:
  std::string Folder() {
    std::string folder = folder_ + absl::StrCat("/", ++runs_);
    std::filesystem::create_directories(folder);
    return folder;
  }

  const std::string folder_;
  const int tools_;
  int runs_ = 0;
};

int Main(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], "--child") == 0) return Child(argv);
  int tools = 1000;
  if (argc > 3 || (argc >= 2 && !absl::SimpleAtoi(argv[1], &tools))) {
    std::fprintf(stderr, "usage: bench_llm [TOOLS [FOLDER]]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  namespace fs = std::filesystem;
  const fs::path base = argc == 3 ? fs::path(argv[2]) : fs::temp_directory_path();
  std::string folder = (base / "seaworthy-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) Die(absl::UnavailableError(folder + ": cannot be made"));
  Bench bench(folder, tools);
  bench.Throughput();
  bench.KilledHalfWay();
  bench.ManyInFlight();
  bench.Makespan();
  fs::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
